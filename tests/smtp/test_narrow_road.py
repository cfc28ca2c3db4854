# SPDX-License-Identifier: GPL-3.0-or-later
"""Real clients and servers on both sides: swaks, Postfix as before-queue proxy, smtp-sink."""

from __future__ import annotations

import asyncio

import pytest

from tests.servers.ports import free_ports
from tests.servers.postfix import postfix, render
from tests.servers.sink import smtp_sink, smtp_source
from tests.servers.swaks import swaks
from tests.smtp.gateway import Holding, Passing, gateway

pytestmark = pytest.mark.servers

MAIL = (
    b"From: anna@example.org\nTo: customer@example.net\nSubject: Your order\n"
    b"Date: Tue, 24 Nov 2026 10:00:00 +0000\nMessage-ID: <1@example.org>\n\nGood morning,\n.\n..two\n\nAnna\n"
)


async def test_a_mail_from_swaks_reaches_the_next_hop_as_it_was() -> None:
    screener = Passing()
    with smtp_sink() as sink:
        async with gateway(sink.port, screener) as gate:
            said = await asyncio.to_thread(
                swaks, gate.port, "--from", "anna@example.org", "--to", "customer@example.net", data=MAIL
            )
            assert said.reply_to(".").startswith("250 2.")
        [mail] = sink.mails()
    assert mail.content.startswith(MAIL.rstrip(b"\n"))
    assert mail.mail == "<anna@example.org>"
    assert screener.seen[0][0].sender.address == "anna@example.org"


async def test_a_held_mail_reaches_nobody_and_the_client_is_told() -> None:
    with smtp_sink() as sink:
        async with gateway(sink.port, Holding()) as gate:
            said = await asyncio.to_thread(swaks, gate.port, "--from", "a@example.org", "--to", "b@example.net")
            assert said.reply_to(".") == "250 2.0.0 Held for review as ABCD"
        assert sink.mails() == []


async def test_postfix_hands_its_mail_over_before_it_queues_it() -> None:
    submission, reinjection = free_ports(2)
    screener = Passing()
    with smtp_sink() as sink:
        async with gateway(reinjection, screener) as gate:
            services = render(
                "before-queue.master.cf.j2",
                submission=f"127.0.0.1:{submission}",
                gateway=f"127.0.0.1:{gate.port}",
                reinjection=f"127.0.0.1:{reinjection}",
                processes=20,
            )
            with postfix(services, (submission, reinjection), sink.port) as server:
                said = await asyncio.to_thread(
                    swaks, submission, "--from", "anna@example.org", "--to", "customer@example.net", data=MAIL
                )
                assert said.reply_to(".").startswith("250 2.0.0 Ok: queued as ")
                await asyncio.to_thread(server.wait_until_empty)
        [mail] = sink.mails()
    assert b"\n" + MAIL.rstrip(b"\n") in b"\n" + mail.content
    assert len(screener.seen) == 1


async def test_load_comes_through_without_a_loss() -> None:
    with smtp_sink() as sink:
        async with gateway(sink.port) as gate:
            await asyncio.to_thread(smtp_source, gate.port, "-s", "20", "-m", "300", "-l", "2000", "-f", "a@x.example")
            assert gate.server.reception.counters.messages == 300
        assert len(sink.mails()) == 300
