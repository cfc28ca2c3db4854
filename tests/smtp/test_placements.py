# SPDX-License-Identifier: GPL-3.0-or-later
"""The placements of deploy/README.md with real clients and servers on both sides: swaks, Postfix, smtp-sink."""

from __future__ import annotations

import asyncio
from ipaddress import ip_network

import pytest

from gateway.smtp.values import Listener, Marker, Trace
from tests.servers.ports import free_ports
from tests.servers.postfix import postfix, render
from tests.servers.sink import smtp_sink, smtp_source
from tests.servers.swaks import swaks
from tests.smtp.client import client
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


async def test_postfix_tells_who_its_client_is_and_who_logged_in_stays_in_the_received_field() -> None:
    submission, reinjection = free_ports(2)
    screener = Passing()
    listener = Listener("test", "gateway.test", trusted=(ip_network("127.0.0.0/8"),))
    with smtp_sink() as sink:
        async with gateway(reinjection, screener, listener=listener) as gate:
            services = render(
                "before-queue.master.cf.j2",
                submission=f"127.0.0.1:{submission}",
                gateway=f"127.0.0.1:{gate.port}",
                reinjection=f"127.0.0.1:{reinjection}",
                processes=20,
            )
            trusting = {"smtpd_authorized_xclient_hosts": "127.0.0.0/8"}
            with postfix(services, (submission, reinjection), sink.port, trusting) as server:
                async with client(submission) as wire:
                    await wire.ask(b"EHLO laptop")
                    await wire.ask(b"XCLIENT ADDR=127.0.0.9 NAME=laptop.example.org LOGIN=anna")
                    await wire.begin(b"anna@example.org")
                    await wire.send(MAIL.replace(b"\n", b"\r\n").replace(b"\r\n.", b"\r\n..") + b".\r\n")
                    assert (await wire.reply()).startswith(b"250 2.0.0 Ok: queued")
                assert "orig_client=laptop.example.org[127.0.0.9]" in server.log
    [(envelope, content)] = screener.seen
    assert (envelope.client.address, envelope.client.name) == ("127.0.0.9", "laptop.example.org")
    assert b"(Authenticated sender: anna)" in content.partition(b"\r\n\r\n")[0]


async def test_as_a_smarthost_mail_goes_there_and_back_once() -> None:
    inbound, outbound = free_ports(2)
    listener = Listener(
        "test",
        "gateway.test",
        trusted=(ip_network("127.0.0.0/8"),),
        trace=Trace(marker=Marker("X-Bedside-Passed", "3f")),
    )
    with smtp_sink() as sink:
        async with gateway(outbound, listener=listener) as gate:
            services = render(
                "smarthost.master.cf.j2",
                inbound=f"127.0.0.1:{inbound}",
                gateway=f"127.0.0.1:{gate.port}",
                outbound=f"127.0.0.1:{outbound}",
                hosted_networks="127.0.0.0/8",
                processes=20,
            )
            with postfix(services, (inbound, outbound), sink.port) as server:
                options = ("--from", "anna@example.org", "--to", "customer@example.net")
                said = await asyncio.to_thread(swaks, inbound, *options, data=MAIL)
                assert said.reply_to(".").startswith("250 2.0.0 Ok: queued as ")
                await asyncio.to_thread(server.wait_until_empty)
                [mail] = sink.mails()
                assert b"\nX-Bedside-Passed: 3f\n" in mail.content
                # The hosted service sends it round again: it goes no further.
                again = await asyncio.to_thread(swaks, inbound, *options, data=b"X-Bedside-Passed: 3f\n" + MAIL)
                assert again.reply_to(".").startswith("554 5.4.6 ")
                await asyncio.to_thread(server.wait_until_empty)
                assert len(sink.mails()) == 1


async def test_load_comes_through_without_a_loss() -> None:
    with smtp_sink() as sink:
        async with gateway(sink.port) as gate:
            await asyncio.to_thread(smtp_source, gate.port, "-s", "20", "-m", "300", "-l", "2000", "-f", "a@x.example")
            assert gate.server.reception.counters.messages == 300
        assert len(sink.mails()) == 300
