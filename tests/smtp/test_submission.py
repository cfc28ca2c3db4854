# SPDX-License-Identifier: GPL-3.0-or-later
"""In front of submission: AUTH passed on to a real Postfix with Dovecot behind it, and no open relay by any path."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

import pytest
import trustme

from gateway.smtp.tls import ServerTls
from gateway.smtp.values import Announce, Listener, ListenerTls, UpstreamAddress
from tests.servers.dovecot import PASSWORD, DovecotOptions, dovecot
from tests.servers.ports import free_ports
from tests.servers.postfix import Postfix, postfix, submission_services
from tests.servers.sink import Sink, smtp_sink
from tests.servers.swaks import swaks
from tests.smtp.certificates import certificate
from tests.smtp.client import client, connected, until
from tests.smtp.gateway import Passing, gateway

pytestmark = pytest.mark.servers

SUBMISSION = Listener("submission", "gateway.test", networks=(), tls=ListenerTls.STARTTLS)
BALANCED = Listener("submission", "gateway.test", networks=(), balancers=(ip_network("127.0.0.0/8"),))
STRANGER = b"PROXY TCP4 203.0.113.1 10.0.0.1 4000 25\r\n"


@dataclass(frozen=True)
class Behind:
    """The submission server behind the gateway, from the template in deploy/."""

    port: int
    release: int
    server: Postfix
    sink: Sink

    def address(self, **settings: object) -> UpstreamAddress:
        return UpstreamAddress("127.0.0.1", self.port, "gateway.test", **settings)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def behind() -> Iterator[Behind]:
    port, release = free_ports(2)
    mechanisms = DovecotOptions(mechanisms="plain login cram-md5 scram-sha-256")
    with tempfile.TemporaryDirectory(prefix="sasl-", dir="/tmp") as root, contextlib.ExitStack() as stack:
        # Dovecot gives up root and must still reach its files, which pytest's own folders do not allow.
        Path(root).chmod(0o755)
        sink = stack.enter_context(smtp_sink())
        imap = stack.enter_context(dovecot(Path(root) / "dovecot", options=mechanisms))
        services = submission_services(port, release, imap.sasl_port)
        with postfix(services, (port, release), sink.port) as server:
            yield Behind(port, release, server, sink)


@pytest.fixture(scope="module")
def tls() -> Iterator[ServerTls]:
    with certificate(trustme.CA()) as files:
        yield ServerTls(files)


async def say(port: int, *options: str) -> str:
    said = await asyncio.to_thread(swaks, port, "--from", "anna@example.org", "--to", "customer@example.net", *options)
    return said.text


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
async def test_a_login_is_passed_on_and_known_to_both_sides(behind: Behind, tls: ServerTls, mechanism: str) -> None:
    screener = Passing()
    before = behind.server.log.count(f"sasl_method={mechanism}, sasl_username=anna")
    async with gateway(behind.address(), screener, listener=SUBMISSION, tls=tls) as gate:
        text = await say(gate.port, "--tls", "--auth", mechanism, "--auth-user", "anna", "--auth-password", PASSWORD)
    assert "235 2.7.0 Authentication successful" in text
    assert "250 2.0.0 Ok: queued as" in text
    assert screener.seen[0][0].client.login == "anna"
    assert behind.server.log.count(f"sasl_method={mechanism}, sasl_username=anna") == before + 1


async def test_a_wrong_password_is_refused_in_upstreams_words_and_opens_nothing(behind: Behind, tls: ServerTls) -> None:
    async with gateway(behind.address(), listener=SUBMISSION, tls=tls) as gate, client(gate.port) as wire:
        await wire.ask(b"EHLO c")
        reply = await wire.ask(b"AUTH PLAIN " + base64.b64encode(b"\0anna\0wrong"))
        assert reply.startswith(b"535 5.7.8 Error: authentication failed")
        assert (await wire.ask(b"MAIL FROM:<anna@example.org>")).startswith(b"530 5.7.0 ")
        again = await wire.ask(b"AUTH PLAIN " + base64.b64encode(b"\0anna\0" + PASSWORD.encode()))
        assert again.startswith(b"235 ")
        assert (await wire.ask(b"AUTH PLAIN =")).startswith(b"503 ")
        assert (await wire.ask(b"MAIL FROM:<anna@example.org>")).startswith(b"250 ")


async def test_a_client_may_break_an_exchange_off(behind: Behind, tls: ServerTls) -> None:
    async with gateway(behind.address(), listener=SUBMISSION, tls=tls) as gate, client(gate.port) as wire:
        await wire.ask(b"EHLO c")
        assert (await wire.ask(b"AUTH LOGIN")) == b"334 VXNlcm5hbWU6\r\n"
        assert (await wire.ask(b"*")).startswith(b"501 ")
        assert (await wire.ask(b"AUTH LOGIN")).startswith(b"334 ")
        assert (await wire.ask(b"YW\x00Rt")).startswith(b"501 5.7.0 ")
        for line in (b"AUTH", b"AUTH PLAIN a b", b"AUTH \x00"):
            assert (await wire.ask(line))[:3] in (b"500", b"501")
        assert (await wire.ask(b"AUTH GSSAPI")).startswith(b"504 ")


@pytest.mark.parametrize("helo", [b"EHLO c", b"HELO c"])
async def test_a_stranger_cannot_relay(behind: Behind, tls: ServerTls, helo: bytes) -> None:
    before = len(behind.sink.mails())
    async with gateway(behind.address(), listener=SUBMISSION, tls=tls) as gate, client(gate.port) as wire:
        await wire.ask(helo)
        assert (await wire.ask(b"MAIL FROM:<anna@example.org>")).startswith(b"530 5.7.0 ")
        assert (await wire.ask(b"RCPT TO:<victim@example.net>")).startswith(b"503 ")
        assert (await wire.ask(b"DATA")).startswith(b"503 ")
        assert (await wire.ask(b"XCLIENT LOGIN=anna")).startswith(b"550 5.7.0 ")
        assert (await wire.ask(b"XFORWARD ADDR=127.0.0.1")).startswith(b"550 5.7.0 ")
    assert len(behind.sink.mails()) == before


async def test_the_gateways_own_address_opens_nothing_behind_it(behind: Behind) -> None:
    """A client in our networks may talk to upstream without AUTH; upstream's own rules decide then."""
    async with gateway(behind.address()) as gate, client(gate.port) as wire:
        await wire.ask(b"EHLO c")
        assert (await wire.ask(b"MAIL FROM:<anna@example.org>")).startswith(b"250 ")
        assert (await wire.ask(b"RCPT TO:<victim@example.net>")).startswith(b"554 5.7.1 ")


async def test_passwords_do_not_pass_in_the_clear(behind: Behind) -> None:
    plain = b"AUTH PLAIN " + base64.b64encode(b"\0anna\0" + PASSWORD.encode())
    async with gateway(behind.address(), listener=BALANCED) as gate:
        async with connected(gate.port, first=STRANGER) as wire:
            await wire.reply()
            assert b"AUTH" not in await wire.ask(b"EHLO c")
            assert (await wire.ask(plain)).startswith(b"538 5.7.11 ")
        async with connected(gate.port, first=STRANGER.replace(b"203.0.113.1", b"127.0.0.1")) as wire:
            await wire.reply()
            assert b"AUTH PLAIN" in await wire.ask(b"EHLO c")


async def test_passwords_do_not_pass_on_an_upstream_leg_where_somebody_may_listen_in(behind: Behind) -> None:
    async with gateway(behind.address()) as gate, client(gate.port) as wire:
        assert b"AUTH " in await wire.ask(b"EHLO c")
        gate.pool._secure = False  # as it is with a next hop beyond loopback, without TLS or unverified
        assert b"AUTH " not in await wire.ask(b"EHLO c")
        assert (await wire.ask(b"AUTH PLAIN =")).startswith(b"538 ")


@pytest.mark.parametrize(
    ("announce", "logged"),
    [
        (Announce.XCLIENT, "client=unknown[127.0.0.9], sasl_method=PLAIN, sasl_username=anna"),
        (Announce.XFORWARD, "orig_client=unknown[127.0.0.9]"),
    ],
)
async def test_upstream_is_told_who_its_client_is(behind: Behind, announce: Announce, logged: str) -> None:
    first = b"PROXY TCP4 127.0.0.9 10.0.0.1 4000 25\r\n"
    async with (
        gateway(behind.address(announce=announce), listener=BALANCED) as gate,
        connected(gate.port, first=first) as wire,
    ):
        await wire.reply()
        await wire.ask(b"EHLO c")
        plain = b"AUTH PLAIN " + base64.b64encode(b"\0anna\0" + PASSWORD.encode())
        assert (await wire.ask(plain)).startswith(b"235 ")
        await wire.begin()
        await wire.send(b"Subject: x\r\n\r\nx\r\n.\r\n")
        assert (await wire.reply()).startswith(b"250 ")
    await until(lambda: logged in behind.server.log)


async def test_release_comes_in_by_a_door_of_its_own(behind: Behind) -> None:
    async with gateway(UpstreamAddress("127.0.0.1", behind.release, "gateway.test")) as gate, client(gate.port) as wire:
        await wire.begin()
        await wire.send(b"Subject: released\r\n\r\nx\r\n.\r\n")
        assert (await wire.reply()).startswith(b"250 ")
