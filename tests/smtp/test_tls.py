# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS on both legs: STARTTLS, implicit, injection; towards upstream as far as a setting demands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from gateway.smtp.tls import ServerTls
from gateway.smtp.values import Limits, Listener, ListenerTls, Patience, UpstreamAddress, UpstreamTls
from tests.servers.ports import free_ports
from tests.servers.postfix import postfix
from tests.servers.recorder import EHLO, Recorder, recording
from tests.smtp.certificates import certificate, client_context
from tests.smtp.client import client
from tests.smtp.gateway import Passing, gateway

STARTTLS = Listener("test", "gateway.test", tls=ListenerTls.STARTTLS)
IMPLICIT = Listener("test", "gateway.test", tls=ListenerTls.IMPLICIT)
MESSAGE = b"Subject: x\r\n\r\n" + b"text " * 10_000 + b"\r\n.\r\n"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def tls(authority: trustme.CA) -> Iterator[ServerTls]:
    with certificate(authority) as files:
        yield ServerTls(files)


async def test_starttls(authority: trustme.CA, tls: ServerTls) -> None:
    screener = Passing()
    async with recording() as recorder, gateway(recorder.port, screener, listener=STARTTLS, tls=tls) as gate:
        async with client(gate.port) as wire:
            assert b"STARTTLS" in await wire.ask(b"EHLO c")
            assert (await wire.ask(b"STARTTLS now")).startswith(b"501 ")
            assert (await wire.ask(b"starttls")).startswith(b"220 ")
            await wire.start_tls(client_context(authority))
            assert (await wire.ask(b"MAIL FROM:<a@example.org>")).startswith(b"503 ")  # EHLO does not count any more
            assert b"STARTTLS" not in await wire.ask(b"EHLO c")
            await wire.begin()
            await wire.send(MESSAGE)
            assert (await wire.reply()).startswith(b"250 ")
            assert (await wire.ask(b"STARTTLS")).startswith(b"502 ")
        assert screener.seen[0][0].client.tls
        assert recorder.mails[0].wire == MESSAGE[:-3]


async def test_implicit_tls(authority: trustme.CA, tls: ServerTls) -> None:
    async with recording() as recorder, gateway(recorder.port, listener=IMPLICIT, tls=tls) as gate:
        async with client(gate.port, client_context(authority)) as wire:
            assert b"STARTTLS" not in await wire.ask(b"EHLO c")
            await wire.begin()
            await wire.send(MESSAGE)
            assert (await wire.reply()).startswith(b"250 ")
        assert recorder.mails[0].wire == MESSAGE[:-3]


async def test_what_is_injected_behind_starttls_is_thrown_away(authority: trustme.CA, tls: ServerTls) -> None:
    async with recording() as recorder, gateway(recorder.port, listener=STARTTLS, tls=tls) as gate:
        async with client(gate.port) as wire:
            await wire.ask(b"EHLO c")
            await wire.send(b"STARTTLS\r\nEHLO evil\r\nMAIL FROM:<evil@example.org>\r\n")
            assert (await wire.reply()).startswith(b"220 ")
            await wire.start_tls(client_context(authority))
            assert (await wire.ask(b"NOOP")).startswith(b"250 ")
            assert (await wire.ask(b"RCPT TO:<b@example.net>")).startswith(b"503 ")
        assert not any(b"evil" in command for command in recorder.commands)


async def test_a_failed_handshake_ends_that_connection_alone(tls: ServerTls, caplog: pytest.LogCaptureFixture) -> None:
    async with recording() as recorder, gateway(recorder.port, listener=STARTTLS, tls=tls) as gate:
        for garbage in (b"\x16\x03\x01not a handshake", b"EHLO again\r\n"):
            async with client(gate.port) as wire:
                await wire.ask(b"EHLO c")
                await wire.ask(b"STARTTLS")
                await wire.send(garbage)
                await wire.rest()
        async with client(gate.port) as wire:
            await wire.begin()
        assert "Traceback" not in caplog.text


async def test_a_client_that_never_shakes_hands_is_cut_off(tls: ServerTls) -> None:
    limits = Limits(patience=Patience(handshake=0.1))
    async with (
        recording() as recorder,
        gateway(recorder.port, listener=STARTTLS, tls=tls, limits=limits) as gate,
        client(gate.port) as wire,
    ):
        await wire.ask(b"STARTTLS")
        assert await wire.rest() == b""


async def test_a_listener_without_tls_says_so() -> None:
    async with recording() as recorder, gateway(recorder.port) as gate, client(gate.port) as wire:
        assert b"STARTTLS" not in await wire.ask(b"EHLO c")
        assert (await wire.ask(b"STARTTLS")).startswith(b"502 ")


# --- towards upstream -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Upstream:
    """A Postfix with TLS in both ways."""

    starttls: int
    implicit: int
    authority: Path


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    starttls, implicit, plain = free_ports(3)
    services = (
        f"127.0.0.1:{starttls} inet n - n - - smtpd\n    -o smtpd_tls_security_level=encrypt\n"
        f"127.0.0.1:{implicit} inet n - n - - smtpd\n    -o smtpd_tls_wrappermode=yes\n"
        f"127.0.0.1:{plain} inet n - n - - smtpd\n"
    )
    with postfix(services, (starttls, plain)) as server:
        yield Upstream(starttls, implicit, server.ca)


@pytest.mark.servers
@pytest.mark.parametrize("mode", [UpstreamTls.OPPORTUNISTIC, UpstreamTls.REQUIRED, UpstreamTls.IMPLICIT])
@pytest.mark.parametrize("believed", [True, False])
async def test_upstreams_certificate_counts_as_far_as_the_setting_says(
    upstream: Upstream, mode: UpstreamTls, *, believed: bool
) -> None:
    port = upstream.implicit if mode is UpstreamTls.IMPLICIT else upstream.starttls
    ca_file = str(upstream.authority) if believed else None
    address = UpstreamAddress("localhost", port, "gateway.test", tls=mode, ca_file=ca_file)
    async with gateway(address) as gate, client(gate.port) as wire:
        hello = await wire.ask(b"EHLO c")
        if believed or mode is UpstreamTls.OPPORTUNISTIC:
            assert hello.startswith(b"250-")
            assert (await wire.ask(b"MAIL FROM:<a@example.org>")).startswith(b"250 ")
        else:
            assert hello == b"421 4.7.5 No secure connection to the next mail server; please try again\r\n"


async def test_required_tls_does_not_go_on_without() -> None:
    async with recording() as recorder:
        address = UpstreamAddress("127.0.0.1", recorder.port, "gateway.test", tls=UpstreamTls.REQUIRED)
        async with gateway(address) as gate, client(gate.port) as wire:
            assert (await wire.ask(b"EHLO c")).startswith(b"421 4.7.5 ")
        assert not any(command.startswith(b"MAIL") for command in recorder.commands)


async def test_a_reply_injected_before_tls_is_not_believed() -> None:
    recorder = Recorder(ehlo=(*EHLO, b"STARTTLS"), replies={b"STARTTLS": [b"220 go\r\n250-evil\r\n250 AUTH PLAIN\r\n"]})
    async with recording(recorder):
        address = UpstreamAddress("127.0.0.1", recorder.port, "gateway.test", tls=UpstreamTls.OPPORTUNISTIC)
        async with gateway(address) as gate, client(gate.port) as wire:
            assert (await wire.ask(b"EHLO c")).startswith(b"421 ")
