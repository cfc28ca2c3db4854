# SPDX-License-Identifier: GPL-3.0-or-later
"""One message's way: what the client hears, what upstream gets, what is kept, in every case of the design's tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

import pytest

from gateway.hold.event import Event
from gateway.hold.hold import Delivery, Hold, HoldState
from gateway.hold.ladder import Ladder
from gateway.mail.envelope import Client, Envelope, Path
from gateway.mail.limits import Limits
from gateway.mail.server_reply import ServerReply
from gateway.policy.load import load
from gateway.policy.source import SourceFile
from gateway.policy.teams import Team
from gateway.ports import Message, Unavailable
from gateway.screening.holding import Holding, Reviewing
from gateway.screening.judging import Judging, Jurisdiction
from gateway.screening.screening import Answer, Carriage, OnTrouble, OnUnreleasable, Screening
from gateway.screening.superseding import Superseding
from gateway.screening.tally import Tally
from gateway.verdict.stance import Stance

DAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
QUEUED = ServerReply.of(250, "2.0.0 Ok: queued as 4D2F")

POLICY = """
id: blame/word
title: The word
mode: hold
severity: high
rules:
  - name: word
    phrases: ["your own fault"]
message: "Reads as blame."
suggestion: "Here is what happened."
examples:
  found: ["This is your own fault."]
  passed: ["This is our own fault."]
"""

FLAGGED = (
    b"From: anna@larch.example\r\nSubject: Re: export\r\n\r\nHello Cem,\r\n\r\nThis is your own fault.\r\n\r\nAnna\r\n"
)
FINE = FLAGGED.replace(b"your own fault", b"now repaired")
ENCRYPTED = (
    b"From: anna@larch.example\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b\r\n\r\n'
    b"--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n"
    b"--b\r\nContent-Type: application/octet-stream\r\n\r\nxxx\r\n--b--\r\n"
)


@dataclass(frozen=True)
class Octets:
    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)

    def prefix(self, limit: int) -> bytes:
        return self.content[:limit]

    def chunks(self) -> Iterator[bytes]:
        yield self.content


@dataclass
class Upstream:
    """An open transaction: what was done with it."""

    done: list[str] = field(default_factory=list)
    delivered: bytes = b""

    async def deliver(self, message: Message) -> ServerReply:
        self.done.append("deliver")
        self.delivered = b"".join(message.chunks())
        return QUEUED

    async def abandon(self) -> None:
        self.done.append("abandon")


@dataclass
class Store:
    """A ledger, a route and a journal in memory; `fails` and `obstacle` are what goes wrong."""

    kept: list[tuple[Hold, bytes]] = field(default_factory=list)
    fails: bool = False
    obstacle: str | None = None
    differences: dict[str, str] = field(default_factory=dict)
    tally: Tally = field(default_factory=lambda: Tally(lambda: DAY))

    async def commit(self, hold: Hold, content: bytes) -> Hold:
        if self.fails:
            raise Unavailable("disk full")
        self.kept.append((hold, content))
        return hold

    async def carries(self, _extensions: frozenset[str], _size: int) -> str | None:
        return self.obstacle

    async def send(self, *_: object) -> tuple[Delivery, ...]:
        raise AssertionError("screening never sends")

    async def open_from(self, sender: str) -> tuple[Hold, ...]:
        open_ones = [hold for hold, _ in self.kept if hold.state is HoldState.HELD]
        return tuple(hold for hold in open_ones if hold.envelope.sender.address == sender)

    async def content(self, hold_id: str) -> bytes:
        return next(content for hold, content in self.kept if hold.id == hold_id)

    async def update(self, before: Hold, after: Hold, event: Event | None = None) -> Hold | None:
        assert event is not None
        self.kept = [(after if hold == before else hold, content) for hold, content in self.kept]
        return after

    async def keep_difference(self, hold_id: str, text: str) -> None:
        self.differences[hold_id] = text

    def counted(self) -> dict[str, int]:
        return {
            count.name: n
            for count, n in self.tally.take().items()
            if count.kind in ("carried_out", "unjudged", "failed")
        }


def envelope(listener: str = "in") -> Envelope:
    return Envelope(Path("anna@larch.example"), (Path("c@customer.example"),), Client("192.0.2.7", listener=listener))


def screening(
    store: Store,
    *,
    carriage: Carriage | None = None,
    stance: Stance | None = None,
    observed: frozenset[str] = frozenset(),
    policy: str = POLICY,
    clock: Iterator[float] | None = None,
) -> Screening:
    loaded = load([SourceFile("blame/word.yaml", policy)])
    assert not loaded.problems
    team = Team("helpdesk", members=("*@larch.example",))
    judging = Judging(
        Jurisdiction([team], {"helpdesk": stance or Stance()}, observed=observed),
        loaded.policies,
        Limits(),
        lambda: DAY,
    )
    holding = Holding(
        store.commit, store, {"helpdesk": Reviewing("{local}", "lead", Ladder())}, b"secret" * 6, lambda: NOON
    )
    ticks = clock or iter(range(0, 10_000, 10))
    superseding = Superseding(store, lambda: NOON)
    return Screening(judging, holding, store.tally, carriage or Carriage(answers={}), superseding, lambda: next(ticks))


async def test_a_message_without_a_finding_goes_to_upstream_and_gets_its_answer() -> None:
    store, upstream = Store(), Upstream()
    assert await screening(store).screen(envelope(), Octets(FINE), upstream) is QUEUED
    assert upstream.done == ["deliver"]
    assert upstream.delivered == FINE
    assert store.counted() == {"passed": 1}


async def test_a_flagged_message_is_committed_before_upstream_and_client_are_told() -> None:
    store, upstream = Store(), Upstream()
    reply = await screening(store).screen(envelope(), Octets(FLAGGED), upstream)
    [(hold, content)] = store.kept
    assert reply == ServerReply.of(250, f"2.0.0 Held for review as {hold.id}")
    assert content == FLAGGED
    assert upstream.done == ["abandon"]
    assert (hold.state, hold.mailbox, hold.lead_mailbox, hold.size) == (HoldState.HELD, "anna", "lead", len(FLAGGED))
    assert hold.deadline is not None
    assert store.counted() == {"held": 1}


async def test_without_the_ledger_a_flagged_message_is_put_off_and_a_clean_one_passes() -> None:
    store, flagged, clean = Store(fails=True), Upstream(), Upstream()
    gate = screening(store)
    assert (await gate.screen(envelope(), Octets(FLAGGED), flagged)).wire.startswith(b"451 4.3.0 ")
    assert await gate.screen(envelope(), Octets(FINE), clean) is QUEUED
    assert (flagged.done, clean.done) == (["abandon"], ["deliver"])


async def test_observing_holds_nothing_and_counts_what_it_would_have_held() -> None:
    store, upstream = Store(), Upstream()
    gate = screening(store, observed=frozenset({"helpdesk"}))
    assert await gate.screen(envelope(), Octets(FLAGGED), upstream) is QUEUED
    assert not store.kept
    counts = store.tally.take()
    assert {(count.kind, count.name) for count in counts} == {("carried_out", "observed"), ("hold", "blame/word#word")}


async def test_a_note_goes_out_first_and_leaves_a_card() -> None:
    store, upstream = Store(), Upstream()
    gate = screening(store, policy=POLICY.replace("mode: hold", "mode: note"))
    assert await gate.screen(envelope(), Octets(FLAGGED), upstream) is QUEUED
    [(hold, _)] = store.kept
    assert (hold.state, hold.deadline) == (HoldState.NOTED, None)


async def test_a_note_that_cannot_be_kept_costs_the_delivery_nothing() -> None:
    store, upstream = Store(fails=True), Upstream()
    gate = screening(store, policy=POLICY.replace("mode: hold", "mode: note"))
    assert await gate.screen(envelope(), Octets(FLAGGED), upstream) is QUEUED


async def test_without_a_reviewer_it_is_at_most_a_note() -> None:
    store, upstream = Store(), Upstream()
    gate = screening(store, stance=Stance(has_reviewer=False))
    assert await gate.screen(envelope(), Octets(FLAGGED), upstream) is QUEUED
    assert store.kept[0][0].state is HoldState.NOTED


async def test_a_refusing_listener_says_why() -> None:
    store, upstream = Store(), Upstream()
    gate = screening(store, carriage=Carriage(answers={"in": Answer.REFUSE}))
    reply = await gate.screen(envelope(), Octets(FLAGGED), upstream)
    assert b"550-5.7.1 Reads as blame.\r\n" in reply.wire
    assert (upstream.done, store.kept) == (["abandon"], [])


async def test_a_nudging_listener_lets_the_same_text_pass_the_second_time_whatever_its_date() -> None:
    store = Store()
    gate = screening(store, carriage=Carriage(answers={"in": Answer.NUDGE}))
    first = await gate.screen(envelope(), Octets(FLAGGED), Upstream())
    second = await gate.screen(envelope(), Octets(b"Date: Tue, 24 Nov 2026 10:00:00 +0000\r\n" + FLAGGED), Upstream())
    third = await gate.screen(envelope(), Octets(FLAGGED), Upstream())
    assert [reply.code for reply in (first, second, third)] == [550, 250, 550]
    assert store.counted() == {"nudged": 2, "nudged_and_sent": 1}


@pytest.mark.parametrize(
    ("choice", "code", "kept", "done"),
    [(OnUnreleasable.NOTE, 250, [HoldState.NOTED], ["deliver"]), (OnUnreleasable.DEFER, 451, [], ["abandon"])],
)
async def test_what_the_route_could_not_send_is_not_held(
    choice: OnUnreleasable, code: int, kept: list[HoldState], done: list[str]
) -> None:
    store, upstream = Store(obstacle="the release route does not offer SMTPUTF8"), Upstream()
    gate = screening(store, carriage=Carriage(answers={}, on_unreleasable=choice))
    assert (await gate.screen(envelope(), Octets(FLAGGED), upstream)).code == code
    assert [hold.state for hold, _ in store.kept] == kept
    assert upstream.done == done


@pytest.mark.parametrize(
    ("choice", "code", "kept"), [(OnTrouble.PASS, 250, 0), (OnTrouble.HOLD, 250, 1), (OnTrouble.DEFER, 451, 0)]
)
async def test_an_encrypted_message_takes_its_own_setting(choice: OnTrouble, code: int, kept: int) -> None:
    store, upstream = Store(), Upstream()
    gate = screening(store, carriage=Carriage(answers={}, on_encrypted=choice))
    assert (await gate.screen(envelope(), Octets(ENCRYPTED), upstream)).code == code
    assert len(store.kept) == kept


async def test_mail_of_nobodys_team_passes_unjudged() -> None:
    store, upstream = Store(), Upstream()
    other = replace(envelope(), sender=Path("x@other.example"))
    content = FLAGGED.replace(b"anna@larch.example", b"x@other.example")
    assert await screening(store).screen(other, Octets(content), upstream) is QUEUED
    assert store.counted() == {"no_team": 1}


@dataclass(frozen=True)
class Broken(Octets):
    """A message whose octets cannot be read once it is judged."""

    def prefix(self, limit: int) -> bytes:
        raise OSError(f"spool gone, {limit} octets wanted")


@pytest.mark.parametrize(("choice", "code"), [(OnTrouble.PASS, 250), (OnTrouble.HOLD, 250), (OnTrouble.DEFER, 451)])
async def test_a_fault_of_our_own_takes_on_error_and_loses_nothing(choice: OnTrouble, code: int) -> None:
    store, upstream = Store(), Upstream()
    gate = screening(store, carriage=Carriage(answers={}, on_error=choice))
    assert (await gate.screen(envelope(), Broken(FLAGGED), upstream)).code == code
    assert store.counted() == {"failed: judging": 1}


async def test_a_runaway_pattern_costs_one_message_its_verdict_and_the_next_ones_nothing() -> None:
    store, upstream = Store(), Upstream()
    policy = POLICY.replace("rules:\n", "rules:\n  - {name: runaway, regex: '(a|aa|a?)+(b+)+\\1c'}\n")
    assert policy != POLICY
    gate = screening(store, policy=policy)
    slow = FLAGGED.replace(b"Hello Cem,", b"Hello Cem,\r\n\r\n" + b"a" * 1500 + b"b" * 400 + b".")
    assert (await gate.screen(envelope(), Octets(slow), upstream)).code == 250
    assert store.counted() == {"rule: blame/word#runaway": 1}
    await gate.screen(envelope(), Octets(slow), upstream)
    assert store.counted() == {"held": 1}


async def test_a_better_version_sets_the_held_one_aside_and_keeps_the_difference() -> None:
    store = Store()
    gate = screening(store)
    long = FLAGGED.replace(b"This is", b"I have looked at it. The export stops at page three.\r\n\r\nThis is")
    await gate.screen(envelope(), Octets(long), Upstream())
    await gate.screen(envelope(), Octets(long.replace(b"This is your own fault.", b"I am on it.")), Upstream())
    [(hold, _)] = store.kept
    assert hold.state is HoldState.SUPERSEDED
    assert "-This is your own fault." in store.differences[hold.id]
    assert "+I am on it." in store.differences[hold.id]


async def test_i_forgot_the_attachment_drops_no_answer() -> None:
    store = Store()
    gate = screening(store)
    await gate.screen(envelope(), Octets(FLAGGED), Upstream())
    forgot = FLAGGED.replace(b"This is your own fault.", b"Sorry, I forgot the attachment.")
    await gate.screen(envelope(), Octets(forgot), Upstream())
    [(hold, _)] = store.kept
    assert hold.state is HoldState.HELD
    assert hold.since == ("Re: export",)


async def test_the_same_words_to_somebody_else_replace_nothing() -> None:
    store = Store()
    gate = screening(store)
    await gate.screen(envelope(), Octets(FLAGGED), Upstream())
    other = replace(envelope(), recipients=(Path("c@customer.example"), Path("d@customer.example")))
    await gate.screen(other, Octets(FLAGGED), Upstream())
    assert [hold.state for hold, _ in store.kept] == [HoldState.HELD, HoldState.HELD]
    assert [hold.since for hold, _ in store.kept] == [(), ()]


async def test_the_same_words_in_another_thread_replace_nothing() -> None:
    store = Store()
    gate = screening(store)
    for answered in (b"<1@customer.example>", b"<2@customer.example>"):
        content = b"In-Reply-To: " + answered + b"\r\n" + FLAGGED
        await gate.screen(envelope(), Octets(content), Upstream())
    assert [hold.state for hold, _ in store.kept] == [HoldState.HELD, HoldState.HELD]
