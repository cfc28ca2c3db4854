# SPDX-License-Identifier: GPL-3.0-or-later
"""Access tokens and SCRAM, passed on to a real Postfix that asks a real Dovecot, and accepted there."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.smtp.values import UpstreamAddress
from tests.imap.test_tokens import ACCEPTING, KEY, VALIDATING, token
from tests.servers.dovecot import PASSWORD, DovecotOptions, dovecot
from tests.servers.ports import free_ports
from tests.servers.postfix import Postfix, postfix, submission_services
from tests.servers.sink import smtp_sink
from tests.smtp.client import WireClient, client
from tests.smtp.gateway import Passing, gateway

pytestmark = pytest.mark.servers

_OFFERED = "plain xoauth2 oauthbearer scram-sha-256"


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[int, Postfix]]:
    port, release = free_ports(2)
    with tempfile.TemporaryDirectory(prefix="sasl-", dir="/tmp") as name, contextlib.ExitStack() as stack:
        # Dovecot gives up root and must still reach its files, which pytest's own folders do not allow.
        root = Path(name)
        root.chmod(0o755)
        keys = root / "dovecot" / "keys" / "default" / "HS256"
        keys.mkdir(parents=True)
        (keys / "default").write_bytes(b64encode(KEY))
        (root / "dovecot" / "oauth2.conf").write_text(VALIDATING.format(root=root / "dovecot"))
        extra = ACCEPTING.replace("mechanisms = xoauth2", "mechanisms = xoauth2 oauthbearer")
        options = DovecotOptions(mechanisms=_OFFERED, extra=extra)
        sink = stack.enter_context(smtp_sink())
        imap = stack.enter_context(dovecot(root / "dovecot", options=options))
        services = submission_services(port, release, imap.sasl_port)
        with postfix(services, (port, release), sink.port) as running:
            yield port, running


def xoauth2(user: str, given: str) -> bytes:
    return b"AUTH XOAUTH2 " + b64encode(f"user={user}\x01auth=Bearer {given}\x01\x01".encode())


def oauthbearer(user: str, given: str) -> bytes:
    return b"AUTH OAUTHBEARER " + b64encode(f"n,a={user},\x01auth=Bearer {given}\x01\x01".encode())


async def send_a_mail(wire: WireClient) -> None:
    assert (await wire.ask(b"MAIL FROM:<anna@example.org>")).startswith(b"250 ")
    assert (await wire.ask(b"RCPT TO:<customer@example.net>")).startswith(b"250 ")
    assert (await wire.ask(b"DATA")).startswith(b"354 ")
    await wire.send(b"Subject: x\r\n\r\nx\r\n.\r\n")
    assert (await wire.reply()).startswith(b"250 2.0.0 Ok: queued as")


@pytest.mark.parametrize(("mechanism", "line"), [("XOAUTH2", xoauth2), ("OAUTHBEARER", oauthbearer)])
async def test_a_token_is_passed_on_and_its_owner_known(
    server: tuple[int, Postfix], mechanism: str, line: Callable[[str, str], bytes]
) -> None:
    port, behind = server
    screener = Passing()
    async with (
        gateway(UpstreamAddress("127.0.0.1", port, "gateway.test"), screener) as gate,
        client(gate.port) as wire,
    ):
        assert mechanism.encode() in await wire.ask(b"EHLO c")
        assert (await wire.ask(line("anna", token("anna")))).startswith(b"235 2.7.0 ")
        await send_a_mail(wire)
    assert screener.seen[0][0].client.login == "anna"
    assert f"sasl_method={mechanism}, sasl_username=anna" in behind.log


async def test_a_token_that_is_over_is_refused_and_opens_nothing(server: tuple[int, Postfix]) -> None:
    nobody = gateway(UpstreamAddress("127.0.0.1", server[0], "gateway.test"))
    async with nobody as gate, client(gate.port) as wire:
        await wire.ask(b"EHLO c")
        reply = await wire.ask(xoauth2("anna", token("anna", -60)))
        if reply.startswith(b"334 "):  # the server says why, and wants an empty line before it refuses (RFC 7628 3.2.3)
            reply = await wire.ask(b"")
        assert reply.startswith(b"535 ")
        assert (await wire.ask(xoauth2("anna", token("anna")))).startswith(b"235 ")


async def test_scram_is_passed_on_with_the_proof_of_either_side(server: tuple[int, Postfix]) -> None:
    """RFC 5802 3, by hand: the server must know the password too, and shows it through the gateway."""
    port, behind = server
    screener = Passing()
    async with (
        gateway(UpstreamAddress("127.0.0.1", port, "gateway.test"), screener) as gate,
        client(gate.port) as wire,
    ):
        await wire.ask(b"EHLO c")
        first = b"n=anna,r=clientnonce"
        challenge = await wire.ask(b"AUTH SCRAM-SHA-256 " + b64encode(b"n,," + first))
        assert challenge.startswith(b"334 ")
        said = b64decode(challenge[4:])
        nonce, salt, rounds = (part.partition(b"=")[2] for part in said.split(b","))
        salted = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), b64decode(salt), int(rounds))
        key = hmac.digest(salted, b"Client Key", "sha256")
        last = b"c=biws,r=" + nonce
        spoken = b",".join((first, said, last))
        signature = hmac.digest(hashlib.sha256(key).digest(), spoken, "sha256")
        proof = bytes(a ^ b for a, b in zip(key, signature, strict=True))
        reply = await wire.ask(b64encode(last + b",p=" + b64encode(proof)))
        assert reply.startswith(b"334 ")
        shown = hmac.digest(hmac.digest(salted, b"Server Key", "sha256"), spoken, "sha256")
        assert b64decode(reply[4:]) == b"v=" + b64encode(shown)
        assert (await wire.ask(b"")).startswith(b"235 2.7.0 ")
        await send_a_mail(wire)
    assert screener.seen[0][0].client.login == "anna"
    assert "sasl_method=SCRAM-SHA-256, sasl_username=anna" in behind.log
