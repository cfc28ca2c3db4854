# SPDX-License-Identifier: GPL-3.0-or-later
"""One hold's way from the ledger to the reviewer, and out."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.hold import attempt, states
from gateway.hold.card import Cards
from gateway.hold.desk import Desk
from gateway.hold.folders import Folders
from gateway.hold.hold import Actor, Decision, HoldState, Outcome
from gateway.policy.finding import To
from gateway.review.keeper import Timing
from gateway.review.releasing import OnUnknown
from tests.hold.holds import CONTENT, a_hold, many_holds
from tests.review.stage import Stage, keeping, stage, until

F = Folders()


@pytest.fixture
async def on(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as made:
        yield made


async def test_a_hold_shows_as_card_and_notice(on: Stage) -> None:
    await on.held()
    async with keeping(on.keeper()):
        await until(lambda: on.anna.folders[F.quarantine] and on.anna.folders[F.inbox])
    assert on.subjects(on.anna, F.quarantine)[0].startswith("card k7qm2xpd agent held")
    assert on.subjects(on.anna, F.inbox) == ["notice k7qm2xpd agent"]


async def test_a_card_in_release_is_sent_as_it_was_held_and_ends_in_done(on: Stage) -> None:
    hold = await on.held()
    async with keeping(on.keeper()):
        await until(lambda: on.anna.folders[F.inbox])
        on.anna.drag(F.quarantine, F.release)
        await until(lambda: on.whats(hold, "held", "card", "release", "attempt", "delivered", "card"))
    (copy,) = on.upstream.copies
    assert copy.content == CONTENT
    assert copy.envelope == hold.envelope
    now = await on.now(hold)
    assert now.state is HoldState.DELIVERED
    assert now.deliveries[0].outcome is Outcome.DELIVERED
    assert on.anna.folders[F.quarantine] == on.anna.folders[F.release] == []
    assert on.anna.folders[F.inbox] == []
    assert "carla@customer.example delivered 250 2.0.0 queued as 1234" in on.subjects(on.anna, F.done)[0]


async def test_a_card_in_discard_is_dropped_and_can_be_brought_back(on: Stage) -> None:
    hold = await on.held()
    async with keeping(on.keeper()):
        await until(lambda: on.anna.folders[F.inbox])
        on.anna.drag(F.quarantine, F.discard)
        await until(lambda: on.anna.folders[F.done])
        assert (await on.now(hold)).state is HoldState.DISCARDED
        on.anna.drag(F.done, F.quarantine)
        await until(lambda: on.anna.folders[F.inbox] == [] and "held" in "".join(on.subjects(on.anna, F.quarantine)))
        assert (await on.now(hold)).state is HoldState.HELD
        on.anna.drag(F.quarantine, F.release_as_fine)
        await until(lambda: on.anna.folders[F.done])
    assert (await on.now(hold)).state is HoldState.DELIVERED
    assert len(on.upstream.copies) == 1


async def test_a_release_is_taken_back_within_the_grace(tmp_path: Path) -> None:
    async with stage(tmp_path, desk=Desk(grace=timedelta(seconds=10))) as on:
        hold = await on.held()
        async with keeping(on.keeper()):
            await until(lambda: on.anna.folders[F.inbox])
            on.anna.drag(F.quarantine, F.release)
            await until(lambda: on.ledger_state(hold, HoldState.RELEASING))
            on.anna.drag(F.release, F.quarantine)
            await until(lambda: on.ledger_state(hold, HoldState.HELD))
            on.clock.forward(seconds=11)
            on.anna.drag(F.quarantine, F.discard)
            await until(lambda: on.anna.folders[F.done])
        assert on.upstream.copies == []


async def test_refused_recipients_come_back_and_only_they_are_sent_again(on: Stage) -> None:
    on.upstream.replies["ben@customer.example"] = "550 5.1.1 no such user"
    hold = await on.held(a_hold("carla@customer.example", "ben@customer.example"))
    async with keeping(on.keeper()):
        await until(lambda: on.anna.folders[F.inbox])
        on.anna.drag(F.quarantine, F.release)
        await until(lambda: "no such user" in "".join(on.subjects(on.anna, F.quarantine)))
        assert on.anna.folders[F.release] == []
        on.upstream.replies.clear()
        on.anna.drag(F.quarantine, F.release)
        await until(lambda: on.anna.folders[F.done])
    assert [copy.recipients for copy in on.upstream.copies] == [("carla@customer.example",), ("ben@customer.example",)]
    assert (await on.now(hold)).state is HoldState.DELIVERED


async def test_taking_back_counts_even_where_nothing_tells_of_it(tmp_path: Path) -> None:
    """No IDLE and no sweep: the last look before the release sees that the card lies in Quarantine again."""
    async with stage(tmp_path, desk=Desk(grace=timedelta(seconds=10))) as on:
        hold = await on.held()
        async with keeping(on.keeper(timing=Timing(poll=0.02, sweep=3600.0))):
            await until(lambda: on.anna.folders[F.inbox])
            on.anna.drag(F.quarantine, F.release)
            await on.anna.tell()
            await until(lambda: on.ledger_state(hold, HoldState.RELEASING))
            await until(lambda: on.anna.folders[F.inbox] == [])
            on.anna.drag(F.release, F.quarantine)
            on.clock.forward(seconds=11)
            await until(lambda: on.ledger_state(hold, HoldState.HELD))
        assert on.upstream.copies == []


async def test_what_upstream_puts_off_is_tried_again_and_a_lost_reply_is_not(on: Stage) -> None:
    on.upstream.final = ["451 4.3.0 later", "lost"]
    hold = await on.held()
    async with keeping(on.keeper()):
        await until(lambda: on.anna.folders[F.inbox])
        on.anna.drag(F.quarantine, F.release)
        await until(lambda: "451 4.3.0 later" in "".join(on.subjects(on.anna, F.release)))
        on.clock.forward(seconds=59)
        assert on.upstream.attempts == 1
        on.clock.forward(seconds=3)
        await until(lambda: on.upstream.attempts == 2)
        await until(lambda: "unknown" in "".join(on.subjects(on.anna, F.release)))
        on.clock.forward(seconds=50)
    now = await on.now(hold)
    assert (now.state, now.deliveries[0].outcome, len(on.upstream.copies)) == (
        HoldState.RELEASING,
        Outcome.UNKNOWN,
        1,
    )
    assert await on.ledger.due(on.clock()) == (), "nothing tries again by itself"


@pytest.mark.parametrize(("on_unknown", "copies"), [(OnUnknown.WAIT, 0), (OnUnknown.SEND_AGAIN, 1)])
async def test_an_attempt_that_was_cut_off_is_sent_again_only_by_setting_and_only_when_it_must_be_over(
    on: Stage, on_unknown: OnUnknown, copies: int
) -> None:
    hold = await on.held()
    times = {"grace": timedelta(), "retry_for": timedelta(days=1)}
    releasing = await on.ledger.update(hold, states.release(hold, Decision.RELEASE, Actor.AGENT, on.clock(), **times))
    assert releasing is not None
    lost_at = on.clock() + timedelta(minutes=15) if on_unknown is OnUnknown.SEND_AGAIN else None
    await on.ledger.update(releasing, attempt.begin(releasing, [0], on.clock(), lost_at=lost_at))  # and here it died
    async with keeping(on.keeper(on_unknown=on_unknown)):
        await until(lambda: "unknown" in "".join(on.subjects(on.anna, F.release)))
        on.clock.forward(minutes=14)
        await until(lambda: on.cabinet.opened)
        assert on.upstream.attempts == 0
        on.clock.forward(minutes=1)
        await until(lambda: on.upstream.attempts == copies)
        await until(lambda: on.ledger_state(hold, HoldState.DELIVERED if copies else HoldState.RELEASING))
    assert len(on.upstream.copies) == copies


async def test_deadlines_remind_then_show_to_the_lead_then_release(on: Stage) -> None:
    hold = await on.held(a_hold(lead_mailbox="lena"))
    keeper = on.keeper()
    async with keeping(keeper):
        await until(lambda: on.subjects(on.anna, F.inbox) == ["notice k7qm2xpd agent"])
        for hours, done in ((2, "reminder"), (2, "to the lead"), (4, "release")):
            keeper._due._steps._base = None  # the test's clock jumps; `test_clock` is about clocks that do
            on.clock.forward(hours=hours)
            await until(lambda word=done: on.happened(hold, word))  # type: ignore[misc]  # the word is bound here
        await until(lambda: on.lead.folders["Lead/Quarantine/Done"] and on.anna.folders[F.done])
    assert (await on.now(hold)).state is HoldState.DELIVERED
    assert len(on.upstream.copies) == 1


async def test_a_clock_that_jumps_forward_ends_no_hold_and_stops_no_release(on: Stage) -> None:
    waiting, decided = many_holds(2, ("ben", "anna"))
    await on.held(*waiting)
    await on.held(*decided)
    async with keeping(on.keeper()):
        await until(lambda: on.anna.folders[F.inbox] and on.cabinet.boxes["ben"].folders[F.inbox])
        on.clock.forward(days=3)
        on.anna.drag(F.quarantine, F.release)
        await until(lambda: on.ledger_state(decided[0], HoldState.DELIVERED))
        assert [hold.id for hold in await on.ledger.due(on.clock())] == [waiting[0].id], "its deadline has passed"
    assert (await on.now(waiting[0])).state is HoldState.HELD
    assert len(on.upstream.copies) == 1


async def test_a_clock_that_jumps_back_leaves_no_release_behind(on: Stage) -> None:
    on.upstream.final = ["451 4.3.0 later"]
    hold = await on.held()
    async with keeping(on.keeper()):
        await until(lambda: on.anna.folders[F.inbox])
        on.anna.drag(F.quarantine, F.release)
        await until(lambda: on.happened(hold, "put off"))
        on.clock.forward(days=-30)
        await until(lambda: on.ledger_state(hold, HoldState.DELIVERED))
    assert await on.happened(hold, "clock set back")
    assert len(on.upstream.copies) == 1


async def test_a_leads_hold_that_nobody_decides_is_returned_with_a_notification(on: Stage) -> None:
    hold = await on.held(a_hold(to=To.LEAD, lead_mailbox="lena"))
    on.upstream.final = ["451 4.3.0 later"]
    keeper = on.keeper()
    async with keeping(keeper):
        await until(lambda: on.lead.folders["Lead/Quarantine"])
        for hours in (8, 1):
            keeper._due._steps._base = None
            on.clock.forward(hours=hours)
            await until(lambda: on.happened(hold, "return put off"))
        await until(lambda: on.ledger_state(hold, HoldState.RETURNED))
    (copy,) = on.upstream.copies
    assert copy.envelope.sender.address == ""
    assert copy.recipients == ("anna@support.example.org",)
    assert b"Final-Recipient: rfc822; carla@customer.example" in copy.content


async def test_mail_server_down_or_full_holds_go_on_and_cards_follow(on: Stage) -> None:
    on.cabinet.down = True
    await on.held()
    async with keeping(on.keeper()):
        await until(lambda: on.cabinet.refused)
        on.cabinet.down = False
        await until(lambda: on.anna.folders[F.inbox])
    assert len(on.anna.folders[F.quarantine]) == 1


async def test_an_append_that_happened_but_was_not_answered_makes_no_second_card(on: Stage) -> None:
    on.cabinet.lose = 1
    await on.held()
    async with keeping(on.keeper()):
        await until(lambda: on.anna.folders[F.inbox])
    assert len(on.anna.folders[F.quarantine]) == 1


async def test_forged_cards_and_ordinary_mail_decide_nothing_and_go_to_inbox(on: Stage) -> None:
    hold = await on.held()
    async with keeping(on.keeper()):
        await until(lambda: on.anna.folders[F.inbox])
        real = on.anna.only(F.quarantine)
        forged = real.token[:-1] + ("a" if real.token[-1] != "a" else "b")
        for number in range(3):
            on.anna.put(F.release, b"Subject: forged %d\r\n\r\n" % number, forged)
        on.anna.put(F.discard, b"Subject: ordinary\r\n\r\n")
        await until(lambda: on.anna.folders[F.release] == on.anna.folders[F.discard] == [])
    inbox = on.subjects(on.anna, F.inbox)
    assert {"stray forged release 3", "stray not_a_card discard 1", "ordinary", "forged 0"} <= set(inbox)
    assert inbox.count("stray forged release 3") == 1
    assert (await on.now(hold)).state is HoldState.HELD
    assert on.upstream.copies == []


async def test_a_card_whose_text_was_edited_decides_nothing_and_its_agent_is_told(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        on.faces = Cards(sender="Bedside <bedside@gateway.example.org>")
        hold = await on.held()
        async with keeping(on.keeper()):
            await until(lambda: on.anna.folders[F.inbox])
            card = on.anna.only(F.quarantine)
            on.anna.empty(F.quarantine)
            edited = card.content.replace(b"read the manual.", b"had a better manual.")
            assert edited != card.content
            on.anna.put(F.release, edited, card.token)
            await until(lambda: "The card was changed" in "".join(on.subjects(on.anna, F.inbox)))
            await until(lambda: on.anna.folders[F.quarantine] and not on.anna.folders[F.release])
            assert (await on.now(hold)).state is HoldState.HELD
            on.anna.drag(F.quarantine, F.release)
            await until(lambda: on.ledger_state(hold, HoldState.DELIVERED))
        assert [copy.content for copy in on.upstream.copies] == [CONTENT]


async def test_notes_past_the_daily_number_are_told_of_on_the_last_card(on: Stage) -> None:
    for hold, content in many_holds(5):
        note = replace(hold, state=HoldState.NOTED, deadline=None, ended=hold.created, remind_at=None, escalate_at=None)
        await on.held(note, content)
    async with keeping(on.keeper()):
        await until(lambda: len(on.anna.folders[F.quarantine]) == 3)
        await until(lambda: on.happened(many_holds(3)[2][0], "card"))
    collector = await on.now(many_holds(3)[2][0])
    assert [aside.hold for aside in collector.also] == ["hold00003", "hold00004"]
    assert await on.ledger.purge(on.clock(), on.clock() + timedelta(days=8), on.clock()) == 5, "notes are purged too"


async def test_octets_that_are_not_what_was_held_never_go_out(on: Stage, tmp_path: Path) -> None:
    hold = await on.held()
    with sqlite3.connect(tmp_path / "ledger.db") as connection:
        connection.execute("UPDATE contents SET octets = ?", (b"\0altered",))
    connection.close()
    async with keeping(on.keeper()):
        await until(lambda: on.anna.folders[F.inbox])
        on.anna.drag(F.quarantine, F.release)
        await until(lambda: on.happened(hold, "damaged"))
    assert on.upstream.copies == []


async def test_a_second_keeper_waits_and_takes_over(on: Stage) -> None:
    await on.held()
    quick = Timing(poll=0.02, sweep=0.1, lease=0.6)
    async with keeping(on.keeper("two", quick)):
        async with keeping(on.keeper("one", quick)):
            await until(lambda: on.anna.folders[F.inbox])
        on.anna.drag(F.quarantine, F.release)
        await until(lambda: on.anna.folders[F.done])
    assert len(on.upstream.copies) == 1
