# SPDX-License-Identifier: GPL-3.0-or-later
"""Several workers in one run of `bedside serve`: they share what comes, one may die, and certificates are renewed."""

from __future__ import annotations

import asyncio
import os
import signal
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from tests.end_to_end.gateway import Gateway, bedside
from tests.servers.ports import free_ports
from tests.servers.sink import Sink, smtp_sink
from tests.smtp.certificates import client_context, write_certificate
from tests.smtp.client import WireClient, client, until

pytestmark = pytest.mark.servers

SETTINGS = """
hostname = "gw.example.org"
workers = 2
[[listener]]
name = "plain"
listen = "127.0.0.1:{plain}"
[[listener]]
name = "tls"
listen = "127.0.0.1:{tls}"
tls = "implicit"
certificate = "{folder}/cert.pem"
certificate_key = "{folder}/key.pem"
[upstream]
server = "127.0.0.1:{upstream}"
tls = "none"
[judge]
use = false
"""
FIRST, RENEWED = trustme.CA(), trustme.CA()


@dataclass(frozen=True)
class Site:
    """A gateway with two workers, its ports, and what stands behind it."""

    gateway: Gateway
    plain: int
    tls: int
    certificates: Path
    sink: Sink

    def workers(self) -> dict[str, int]:
        """The latest process of each worker, by name."""
        started = [line for line in self.gateway.log.splitlines() if "event=process.started" in line]
        facts = [dict(pair.split("=", 1) for pair in line.split() if "=" in pair) for line in started]
        return {fact["role"]: int(fact["pid"]) for fact in facts if fact["role"].startswith("worker-")}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    plain, tls = free_ports(2)
    certificates = tmp_path_factory.mktemp("certificates")
    write_certificate(FIRST, certificates)
    with smtp_sink() as sink:
        settings = SETTINGS.format(plain=plain, tls=tls, upstream=sink.port, folder=certificates)
        with bedside(tmp_path_factory.mktemp("gateway"), plain, settings) as running:
            running.wait_for("worker.ready", 2)
            yield Site(running, plain, tls, certificates, sink)


def sockets_of(pid: int) -> int:
    """How many sockets a process has open."""
    folder = f"/proc/{pid}/fd"
    count = 0
    for name in os.listdir(folder):  # noqa: PTH208 - names are all that is wanted
        try:
            count += os.readlink(f"{folder}/{name}").startswith("socket:")  # noqa: PTH115 - what it points to is no path
        except OSError:
            continue
    return count


async def send(wire: WireClient, number: int) -> bytes:
    """Send one mail; give its final reply, which is empty if the connection was lost."""
    for line in (b"EHLO c", b"MAIL FROM:<a@example.org>", b"RCPT TO:<b@example.net>", b"DATA"):
        if not await wire.ask(line):
            return b""
    await wire.send(b"Subject: mail %d.\r\n\r\nx\r\n.\r\n" % number)
    return await wire.reply()


async def test_both_workers_take_their_share_of_the_connections(site: Site) -> None:
    before = {pid: sockets_of(pid) for pid in site.workers().values()}
    assert len(before) == 2
    async with asyncio.TaskGroup() as group:
        here = [asyncio.Event() for _ in range(40)]
        leave = asyncio.Event()

        async def stay(event: asyncio.Event) -> None:
            async with client(site.plain) as wire:
                await wire.ask(b"EHLO c")
                event.set()
                await leave.wait()

        for event in here:
            group.create_task(stay(event))
        for event in here:
            await event.wait()
        more = [sockets_of(pid) - count for pid, count in before.items()]
        leave.set()
    assert min(more) >= 2, more


async def test_when_a_worker_is_killed_nobody_loses_what_was_told_and_a_new_one_takes_its_place(site: Site) -> None:
    told: list[int] = []
    victim = site.workers()["worker-0"]

    async def keep_sending(name: int) -> None:
        for turn in range(12):
            number = 100 * name + turn
            while True:
                try:
                    async with client(site.plain) as wire:
                        reply = await send(wire, number)
                except (AssertionError, OSError):
                    continue  # cut off before its greeting: it comes again
                if reply.startswith(b"250 "):
                    told.append(number)
                    break
            if len(told) == 40:
                os.kill(victim, signal.SIGKILL)

    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for name in range(1, 9):
            group.create_task(keep_sending(name))
    assert len(told) == 96
    sent = " ".join(mail.content.decode() for mail in site.sink.mails())
    assert [number for number in told if f"Subject: mail {number}." not in sent] == []
    await until(lambda: "process.died" in site.gateway.log and site.workers()["worker-0"] != victim, 20)


async def shown(port: int, authority: trustme.CA) -> bool:
    """Whether the gateway shows a certificate of this authority."""
    try:
        async with client(port, client_context(authority)):
            return True
    except ssl.SSLCertVerificationError:
        return False


async def test_a_renewed_certificate_is_shown_after_a_reload_and_a_broken_one_changes_nothing(site: Site) -> None:
    assert await shown(site.tls, FIRST)
    # The key is there later than the chain: nothing changes until both fit, and then without anybody's doing.
    key = (site.certificates / "key.pem").read_bytes()
    write_certificate(RENEWED, site.certificates)
    fitting = (site.certificates / "key.pem").read_bytes()
    (site.certificates / "key.pem").write_bytes(key)
    os.kill(site.gateway.process.pid, signal.SIGHUP)
    site.gateway.wait_for("certificate.unusable")
    async with client(site.tls, client_context(FIRST)) as old:
        assert (await old.ask(b"EHLO c")).startswith(b"250")
        assert (await old.ask(b"MAIL FROM:<a@example.org>")).startswith(b"250 ")
        (site.certificates / "key.pem").write_bytes(fitting)
        async with asyncio.timeout(30):
            while not await shown(site.tls, RENEWED) or await shown(site.tls, FIRST):
                pass  # each look is a handshake, and one comes from the workers that follow
        assert (await old.ask(b"RCPT TO:<b@example.net>")).startswith(b"250 ")
        assert (await old.ask(b"DATA")).startswith(b"354 ")
        await old.send(b"Subject: begun before\r\n\r\nx\r\n.\r\n")
        assert (await old.reply()).startswith(b"250 ")
