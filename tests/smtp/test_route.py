# SPDX-License-Identifier: GPL-3.0-or-later
"""The way on which released mail leaves: recipient by recipient, and never called delivered before upstream's 250."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path as FilePath

import pytest

from gateway.hold.hold import Delivery, Outcome
from gateway.mail.envelope import Client, Envelope, Path
from gateway.ports import Unavailable
from gateway.smtp.message import MemoryMessage
from gateway.smtp.route import Credentials, SubmissionRoute
from gateway.smtp.values import Announce, Marker, Trace, UpstreamAddress, UpstreamPatience
from tests.servers.ports import free_port
from tests.servers.recorder import EHLO, Recorder, recording
from tests.smtp.client import until

MESSAGE = MemoryMessage(b"Subject: held\r\n\r\n.dot\r\n..\r\ntext\r\n")
PENDING, DELIVERED, REFUSED, UNKNOWN = Outcome.PENDING, Outcome.DELIVERED, Outcome.REFUSED, Outcome.UNKNOWN
A, B, C = (Path(f"{name}@example.net", ("NOTIFY=NEVER",)) for name in "abc")
ENVELOPE = Envelope(
    Path("anna@example.org", ("RET=HDRS", "ENVID=x+2By")),
    (A, B, C),
    Client("127.0.0.1", helo="pc", login="anna@example.org"),
)


def at() -> datetime:
    return datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def route(recorder: Recorder, credentials: Credentials | None = None, trace: Trace | None = None) -> SubmissionRoute:
    patience = UpstreamPatience(connect=1, reply=1, block=1, final=0.3)
    address = UpstreamAddress("127.0.0.1", recorder.port, "gateway.test", patience=patience)
    return SubmissionRoute(address, credentials, at, trace or Trace())


async def go_on(_hanging: Sequence[Delivery]) -> bool:
    return True


async def attempt(way: SubmissionRoute, *earlier: Delivery) -> tuple[Delivery, ...]:
    deliveries = earlier or tuple(Delivery(path) for path in (A, B, C))
    return await way.send(ENVELOPE, MESSAGE, deliveries, go_on)


async def test_the_stored_envelope_and_the_stored_octets_are_what_is_sent() -> None:
    async with recording() as recorder:
        done = await attempt(route(recorder))
    assert done == tuple(Delivery(path, DELIVERED, "250 2.0.0 Ok: recorded", 1, at()) for path in (A, B, C))
    [mail] = recorder.mails
    assert mail.mail == b"MAIL FROM:<anna@example.org> RET=HDRS ENVID=x+2By"
    assert mail.recipients == tuple(b"RCPT TO:<%s@example.net> NOTIFY=NEVER" % name for name in (b"a", b"b", b"c"))
    assert mail.content == MESSAGE.content


_TO_B = b"RCPT TO:<b@example.net> NOTIFY=NEVER"
ROWS: dict[str, tuple[dict[bytes, list[bytes]], tuple[Outcome, Outcome, Outcome]]] = {
    "one recipient is refused": ({_TO_B: [b"550 5.1.1 no\r\n"]}, (DELIVERED, REFUSED, DELIVERED)),
    "one recipient is put off": ({_TO_B: [b"450 4.2.0 later\r\n"]}, (DELIVERED, PENDING, DELIVERED)),
    "all recipients are refused": ({b"RCPT": [b"550 5.1.1 no\r\n"]}, (REFUSED,) * 3),
    "the sender is put off": ({b"MAIL": [b"451 4.3.0 later\r\n"]}, (PENDING,) * 3),
    "the sender is refused": ({b"MAIL": [b"550 5.7.1 no\r\n"]}, (REFUSED,) * 3),
    "we are not authenticated": ({b"MAIL": [b"530 5.7.0 authenticate\r\n"]}, (PENDING,) * 3),
    "DATA is put off": ({b"DATA": [b"451 4.3.0 later\r\n"]}, (PENDING,) * 3),
    "DATA is refused": ({b"DATA": [b"554 5.5.1 no\r\n"]}, (REFUSED,) * 3),
    "DATA is answered in an odd way": ({b"DATA": [b"250 what\r\n"]}, (PENDING,) * 3),
    "the message is put off": ({b".": [b"452 4.3.1 full\r\n"]}, (PENDING,) * 3),
    "the message is refused": ({b".": [b"554 5.6.0 no\r\n"]}, (REFUSED,) * 3),
    "the final reply is lost": ({b".": [b""]}, (UNKNOWN,) * 3),
    "upstream is gone at RCPT": ({b"RCPT": [b"250 ok\r\n", b""]}, (PENDING,) * 3),
    "upstream is gone at DATA": ({b"DATA": [b""]}, (PENDING,) * 3),
    "upstream is gone at MAIL": ({b"MAIL": [b""]}, (PENDING,) * 3),
    "upstream is closed": ({b"CONNECT": [b"554 5.3.2 closed\r\n"]}, (PENDING,) * 3),
    "upstream makes no sense": ({b"MAIL": [b"hello\r\n"]}, (PENDING,) * 3),
}


@pytest.mark.parametrize("what", list(ROWS))
async def test_what_becomes_of_each_recipient(what: str) -> None:
    replies, outcomes = ROWS[what]
    async with recording(Recorder(replies=replies)) as recorder:
        done = await attempt(route(recorder))
    assert tuple(delivery.outcome for delivery in done) == outcomes
    assert all(delivery.attempts == 1 for delivery in done)
    assert all(delivery.reply[:3].isdigit() for delivery in done)
    delivered = any(outcome in (DELIVERED, UNKNOWN) for outcome in outcomes)
    assert len(recorder.mails) == delivered


async def test_only_pending_recipients_are_tried_and_the_others_stay_as_they_are() -> None:
    earlier = (
        Delivery(A, DELIVERED, "250 ok", 1, at()),
        Delivery(B, PENDING, "450 later", 2, at()),
        Delivery(C, UNKNOWN, "451", 1),
    )
    async with recording() as recorder:
        done = await attempt(route(recorder), *earlier)
    assert done == (earlier[0], Delivery(B, DELIVERED, "250 2.0.0 Ok: recorded", 3, at()), earlier[2])
    assert recorder.mails[0].recipients == (b"RCPT TO:<b@example.net> NOTIFY=NEVER",)


async def test_nothing_is_asked_of_upstream_when_nobody_is_pending() -> None:
    async with recording() as recorder:
        earlier = Delivery(A, REFUSED, "550 no", 1, at())
        assert await attempt(route(recorder), earlier) == (earlier,)
        assert recorder.connections == 0


async def test_the_message_is_not_ended_without_leave() -> None:
    async def never(hanging: Sequence[Delivery]) -> bool:
        assert [delivery.recipient for delivery in hanging] == [A, B, C]
        return False

    async with recording() as recorder:
        done = await route(recorder).send(ENVELOPE, MESSAGE, tuple(Delivery(path) for path in (A, B, C)), never)
    assert {delivery.outcome for delivery in done} == {PENDING}
    assert recorder.mails == []


async def test_upstream_that_goes_away_while_leave_is_asked_for_has_no_message() -> None:
    async with recording() as recorder:

        async def meanwhile(_hanging: Sequence[Delivery]) -> bool:
            recorder.disconnect()
            await until(lambda: not connected_to(recorder.port))
            return True

        done = await route(recorder).send(ENVELOPE, MESSAGE, tuple(Delivery(path) for path in (A, B, C)), meanwhile)
    assert {delivery.outcome for delivery in done} == {PENDING}
    assert recorder.mails == []


def connected_to(port: int) -> bool:
    """Whether this machine has a connection to a port of its own that its client has not closed."""
    established, close_wait = "01", "08"
    sockets = [line.split() for line in FilePath("/proc/net/tcp").read_text().splitlines()[1:]]
    return any(end[2].endswith(f":{port:04X}") and end[3] in {established, close_wait} for end in sockets)


@pytest.mark.parametrize(
    ("mechanisms", "commands"),
    [
        (b"AUTH LOGIN PLAIN", [b"AUTH PLAIN AGJlZHNpZGUAc2VjcmV0"]),
        (b"AUTH LOGIN", [b"AUTH LOGIN", b"YmVkc2lkZQ==", b"c2VjcmV0"]),
    ],
)
async def test_the_route_logs_in_and_says_whose_mail_it_is(mechanisms: bytes, commands: list[bytes]) -> None:
    replies = {b"AUTH": [b"235 ok\r\n"], b"AUTH LOGIN": [b"334 VXNlcm5hbWU6\r\n"]}
    replies |= {b"YmVkc2lkZQ==": [b"334 UGFzc3dvcmQ6\r\n"], b"c2VjcmV0": [b"235 ok\r\n"]}
    async with recording(Recorder(ehlo=(*EHLO, mechanisms), replies=replies)) as recorder:
        await attempt(route(recorder, Credentials("bedside", "secret")))
    assert recorder.commands[1 : 1 + len(commands)] == commands
    assert recorder.mails[0].mail.endswith(b" AUTH=anna@example.org")


async def test_a_login_that_is_refused_counts_against_nobody() -> None:
    replies = {b"AUTH": [b"535 5.7.8 no\r\n"]}
    async with recording(Recorder(ehlo=(*EHLO, b"AUTH PLAIN"), replies=replies)) as recorder:
        done = await attempt(route(recorder, Credentials("bedside", "wrong")))
    assert {(delivery.outcome, delivery.reply) for delivery in done} == {(PENDING, "535 5.7.8 no")}


async def test_a_server_that_offers_xclient_is_told_the_submitter() -> None:
    async with recording(Recorder(ehlo=(*EHLO, b"XCLIENT LOGIN"))) as recorder:
        address = UpstreamAddress("127.0.0.1", recorder.port, "gateway.test", announce=Announce.XCLIENT)
        await attempt(SubmissionRoute(address, None, at))
    assert b"XCLIENT LOGIN=anna@example.org" in recorder.commands


async def test_trace_goes_on_top_of_what_is_released_too() -> None:
    async with recording() as recorder:
        await attempt(route(recorder, trace=Trace(marker=Marker("X-Bedside-Passed", "abc"))))
    assert recorder.mails[0].content == b"X-Bedside-Passed: abc\r\n" + MESSAGE.content


async def test_what_the_route_cannot_carry_it_says_in_words() -> None:
    async with recording(Recorder(ehlo=(b"r", b"8BITMIME", b"SIZE 1000"))) as recorder:
        way = route(recorder)
        assert await way.carries(frozenset({"8BITMIME", "SIZE"}), 1000) is None
        assert await way.carries(frozenset({"SMTPUTF8", "DSN"}), 5) == "the release route does not offer DSN, SMTPUTF8"
        assert await way.carries(frozenset(), 1001) == "the release route takes 1000 octets, the message has 1001"


async def test_a_route_that_is_not_there_is_unavailable() -> None:
    way = SubmissionRoute(UpstreamAddress("127.0.0.1", free_port(), "gateway.test"), None, at)
    with pytest.raises(Unavailable):
        await way.carries(frozenset(), 1)
    assert {delivery.outcome for delivery in await attempt(way)} == {PENDING}


def test_credentials_show_no_password() -> None:
    assert "secret" not in repr(Credentials("bedside", "secret"))
