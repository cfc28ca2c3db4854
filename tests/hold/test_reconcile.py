# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a reviewer or their client does with cards has one answer, and reconciling comes to rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.hold import attempt, states
from gateway.hold.folders import Meaning
from gateway.hold.hold import Actor, Decision, HoldState, Outcome
from gateway.hold.steps import Reason
from gateway.policy.finding import To
from tests.hold.desk import FOLDERS, Table
from tests.hold.holds import START, a_hold, rungs

Q, R, FINE, D, DONE = Meaning


def shown(**other: object) -> Table:
    table = Table(a_hold(**other))  # type: ignore[arg-type]  # fields of a hold by name
    table.settle()
    assert table.where() == {Q}
    return table


def deliver(table: Table, outcome: Outcome = Outcome.DELIVERED, reply: str = "250 ok") -> None:
    """Make one attempt, with this result for everybody who is pending."""
    numbers = [n for n, d in enumerate(table.hold.deliveries) if d.outcome is Outcome.PENDING]
    begun = attempt.begin(table.hold, numbers, START)
    results = {n: replace(begun.deliveries[n], outcome=outcome, reply=reply) for n in numbers}
    later = START + timedelta(minutes=1)
    table.hold = attempt.settle(begun, results, START, next_attempt=later, rungs=rungs())


@pytest.mark.parametrize(
    ("meaning", "state", "decision"),
    [
        (R, HoldState.RELEASING, Decision.RELEASE),
        (FINE, HoldState.RELEASING, Decision.RELEASE_AS_FINE),
        (D, HoldState.DISCARDED, Decision.DISCARD),
    ],
)
def test_a_card_in_a_decision_folder_decides(meaning: Meaning, state: HoldState, decision: Decision) -> None:
    table = shown()
    table.move(meaning)
    table.settle()
    assert (table.hold.state, table.hold.decision, table.hold.decided_by) == (state, decision, Actor.AGENT)
    assert table.inbox == set(), "the notice is gone once it is decided"
    assert table.answers == []


def test_mutt_copies_and_flags_and_the_copy_decides() -> None:
    table = shown()
    revision = table.hold.revision
    table.put(table.name(R), revision)
    table.once()
    assert table.hold.state is HoldState.RELEASING, "already before the old one is flagged"
    table.cards = [replace(f, card=replace(f.card, deleted=f.meaning is Q)) for f in table.cards]
    table.settle()
    assert table.hold.state is HoldState.RELEASING


def test_mutt_takes_back_the_same_way() -> None:
    table = shown()
    table.move(R)
    table.settle()
    table.cards = [replace(f, card=replace(f.card, deleted=True)) for f in table.cards]
    table.put(table.name(Q), table.hold.revision)
    table.settle()
    assert table.hold.state is HoldState.HELD


def test_a_card_that_is_only_flagged_deleted_decides_nothing() -> None:
    table = shown()
    for meaning in (Q, R, D):
        table.cards.clear()
        table.put(table.name(meaning), table.hold.revision, deleted=True)
        table.settle()
        assert table.hold.state is HoldState.HELD
        assert len(table.cards) == 1


def test_release_and_discard_at_once_decide_nothing_and_the_card_comes_back() -> None:
    table = shown()
    table.move(R)
    table.put(table.name(D), table.hold.revision)
    table.settle()
    assert table.hold.state is HoldState.HELD
    assert table.answers == [Reason.BOTH_WAYS]
    assert table.where() == {Q}
    assert len(table.cards) == 1


def test_a_copy_in_discard_while_released_is_a_contradiction_too() -> None:
    table = shown()
    table.move(R)
    table.settle()
    table.put(table.name(D), table.hold.revision)
    table.settle()
    assert (table.hold.state, table.answers, table.where()) == (HoldState.HELD, [Reason.BOTH_WAYS], {Q})


def test_a_release_moved_on_to_discard_within_the_grace_is_discarded() -> None:
    table = shown()
    table.move(R)
    table.settle()
    table.move(D)
    table.settle()
    assert (table.hold.state, table.where()) == (HoldState.DISCARDED, {DONE})


def test_a_vanished_card_is_put_back_once_then_stays_away() -> None:
    table = shown()
    table.cards.clear()
    table.settle()
    assert table.where() == {Q}
    table.cards.clear()
    table.settle()
    assert table.where() == set()
    assert table.hold.state is HoldState.HELD


def test_a_release_whose_card_is_deleted_in_the_grace_is_taken_back_and_shown_again() -> None:
    table = shown()
    table.cards.clear()
    table.settle()
    table.move(R)
    table.settle()
    table.cards.clear()
    table.settle()
    assert table.hold.state is HoldState.HELD
    assert table.where() == {Q}


def test_refused_recipients_bring_the_card_back_with_a_notice_and_the_old_card_releases_nothing() -> None:
    table = shown()
    table.move(R)
    table.settle()
    deliver(table, Outcome.REFUSED, "550 no")
    assert table.where() == {R}, "the card of before still lies in Release"
    table.settle()
    assert table.hold.state is HoldState.HELD
    assert table.where() == {Q}
    assert table.inbox == {2}


def test_what_is_put_off_says_so_in_place_and_can_be_taken_back() -> None:
    table = shown()
    table.move(FINE)
    table.settle()
    deliver(table, Outcome.PENDING, "451 later")
    table.settle()
    assert (table.hold.state, table.where()) == (HoldState.RELEASING, {FINE})
    assert len(table.cards) == 1
    table.move(Q)
    table.settle()
    assert table.hold.state is HoldState.HELD


def test_nothing_is_taken_back_while_upstream_may_have_it() -> None:
    table = shown()
    table.move(R)
    table.settle()
    table.hold = attempt.begin(table.hold, [0], START)
    table.move(Q)
    table.settle()
    assert table.hold.state is HoldState.RELEASING
    table.move(D)
    table.settle()
    assert table.hold.state is HoldState.RELEASING
    assert table.answers == [Reason.TOO_LATE]


@pytest.mark.parametrize("meaning", [Q, R, FINE, D])
def test_what_is_delivered_stays_delivered(meaning: Meaning) -> None:
    table = shown()
    table.move(R)
    table.settle()
    deliver(table)
    table.settle()
    assert table.where() == {DONE}
    table.move(meaning)
    table.settle()
    assert table.hold.state is HoldState.DELIVERED
    assert table.answers == [Reason.ALREADY_SENT]
    assert table.where() == {DONE}


def test_a_discarded_card_can_be_brought_back_or_sent_from_done() -> None:
    for meaning, state in ((Q, HoldState.HELD), (R, HoldState.RELEASING)):
        table = shown()
        table.move(D)
        table.settle()
        table.move(meaning)
        table.settle()
        assert table.hold.state is state
        assert table.where() == {meaning}


def test_nothing_is_brought_back_once_it_is_purged() -> None:
    table = shown()
    table.move(D)
    table.settle()
    table.hold = replace(table.hold, purged=True)
    table.move(R)
    table.settle()
    assert (table.hold.state, table.answers) == (HoldState.DISCARDED, [Reason.PURGED])


def test_a_done_card_that_was_deleted_stays_away() -> None:
    table = shown()
    table.move(D)
    table.settle()
    table.cards.clear()
    table.settle()
    assert table.cards == []


def test_a_card_moved_to_done_undecided_comes_back_with_an_answer() -> None:
    table = shown()
    table.move(DONE)
    table.settle()
    assert (table.hold.state, table.answers, table.where()) == (HoldState.HELD, [Reason.UNDECIDED], {Q})


def test_copies_of_the_same_decision_are_one_decision_and_end_as_one_card() -> None:
    table = shown()
    table.move(R)
    table.put(table.name(R), table.hold.revision)
    table.settle()
    deliver(table)
    table.settle()
    assert (table.hold.state, [f.meaning for f in table.cards]) == (HoldState.DELIVERED, [DONE])


def test_an_agent_cannot_release_what_a_lead_must_but_may_withdraw_it() -> None:
    hold = a_hold(to=To.LEAD, lead_mailbox="lena")
    for meaning, state, reasons in ((R, HoldState.HELD, [Reason.LEAD_DECIDES]), (D, HoldState.DISCARDED, [])):
        table = Table(hold)
        table.settle()
        table.move(meaning)
        table.settle()
        assert (table.hold.state, table.answers) == (state, reasons)


def test_a_lead_releases_from_the_leads_folders() -> None:
    table = Table(a_hold(to=To.LEAD, lead_mailbox="lena"), To.LEAD)
    table.settle()
    table.move(R)
    table.settle()
    assert (table.hold.state, table.hold.decided_by) == (HoldState.RELEASING, Actor.LEAD)
    assert {f.card.folder for f in table.cards} == {"Lead/Quarantine/Release"}


def test_an_agents_card_in_a_leads_folder_decides_nothing() -> None:
    table = Table(a_hold(to=To.LEAD, lead_mailbox="anna"))
    table.settle()
    table.cards.clear()
    table.put(FOLDERS.name(R, To.LEAD), table.hold.revision)
    table.settle()
    assert (table.hold.state, table.answers, table.where()) == (HoldState.HELD, [Reason.OTHERS_FOLDER], {Q})


def test_what_a_lead_discarded_an_agent_does_not_bring_back() -> None:
    hold = states.discard(a_hold(to=To.LEAD, lead_mailbox="lena"), Actor.LEAD, START)
    table = Table(hold)
    table.settle()
    assert table.where() == {DONE}
    table.move(Q)
    table.settle()
    assert (table.hold.state, table.answers) == (HoldState.DISCARDED, [Reason.LEAD_DECIDES])


def test_a_release_by_deadline_is_not_taken_back_by_the_card_that_lies_where_it_was() -> None:
    table = shown()
    grace = {"grace": timedelta(seconds=10), "retry_for": timedelta(days=5)}
    table.hold = states.release(table.hold, Decision.RELEASE, Actor.DEADLINE, START, **grace)
    table.settle()
    assert (table.hold.state, table.where(), table.inbox) == (HoldState.RELEASING, {Q}, set())
    table.move(D)
    table.settle()
    assert table.hold.state is HoldState.DISCARDED, "but it can still be stopped"


def test_a_reminder_is_a_fresh_notice_and_the_old_one_goes() -> None:
    table = shown()
    table.hold = states.remind(table.hold)
    table.settle()
    assert table.inbox == {2}


def test_a_crash_between_folder_and_ledger_makes_no_second_card() -> None:
    table = Table(crash=True)
    table.settle()
    assert len(table.cards) == 1
    assert table.hold.showing(To.AGENT).card == table.hold.revision


def test_a_note_is_shown_once_and_marked_as_fine_by_moving_it() -> None:
    table = Table(a_hold(state=HoldState.NOTED, deadline=None, remind_at=None, escalate_at=None))
    table.settle()
    assert (table.where(), table.inbox) == ({Q}, set())
    table.move(FINE)
    table.settle()
    assert (table.hold.state, table.hold.decision, table.where()) == (
        HoldState.NOTED,
        Decision.RELEASE_AS_FINE,
        {DONE},
    )
    table.cards.clear()
    table.settle()
    assert table.cards == []


def test_another_transaction_shows_anew_and_the_card_of_before_decides_nothing() -> None:
    table = shown()
    table.move(R)
    other = a_hold("ben@customer.example")
    table.hold = states.join(table.hold, other.parts[0])
    table.settle()
    assert (table.hold.state, table.where()) == (HoldState.HELD, {Q})
    assert [d.recipient.address for d in table.hold.deliveries] == ["carla@customer.example", "ben@customer.example"]
    assert [d.part for d in table.hold.deliveries] == [0, 1]
