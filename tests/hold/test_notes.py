# SPDX-License-Identifier: GPL-3.0-or-later
"""Notes a day: never more than the set number of cards, and nothing of the others is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta, tzinfo
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.hold.forget import forget
from gateway.hold.hold import Hold, HoldState, Showing
from gateway.hold.notes import collect
from gateway.policy.finding import To
from tests.hold.holds import START, a_hold

NOTE = a_hold(state=HoldState.NOTED, deadline=None)


def notes(count: int, **between: float) -> list[Hold]:
    return [
        replace(NOTE, id=f"note{n}", subject=f"mail {n}", created=START + n * timedelta(**between))
        for n in range(count)
    ]


def utc(_team: str) -> tzinfo:
    return UTC


def carried_out(holds: list[Hold], most: int) -> tuple[list[Hold], frozenset[str]]:
    done = collect(holds, most, utc)
    after = {before.id: after for before, after in done.changes}
    return [after.get(hold.id, hold) for hold in holds], done.hidden


@settings(max_examples=50)
@given(st.integers(0, 12), st.integers(1, 5))
def test_each_note_is_shown_once_and_no_day_has_more_cards_than_set(count: int, most: int) -> None:
    holds, hidden = carried_out(notes(count, minutes=1), most)
    shown = [hold for hold in holds if hold.id not in hidden]
    assert len(shown) == min(count, most)
    told = [*(hold.id for hold in shown), *(aside.hold for hold in shown for aside in hold.also)]
    assert sorted(told) == sorted(hold.id for hold in holds)
    assert collect(holds, most, utc).changes == (), "it comes to rest"


def test_the_card_that_collects_is_shown_anew_with_each_further_one() -> None:
    three, _ = carried_out(notes(3, minutes=1), 2)
    four, hidden = carried_out([*three, *notes(4, minutes=1)[3:]], 2)
    assert [hold.revision for hold in four] == [1, 3, 1, 1]
    assert [aside.subject for aside in four[1].also] == ["mail 2", "mail 3"]
    assert hidden == {"note2", "note3"}


def test_a_new_day_in_the_teams_zone_begins_anew() -> None:
    ten = notes(10, hours=4)
    assert collect(ten, 1, lambda _: ZoneInfo("Pacific/Auckland")).hidden != collect(ten, 1, utc).hidden


def test_one_that_was_shown_before_keeps_its_card_and_a_purged_one_tells_of_nobody() -> None:
    shown = [replace(note, showings=(Showing(To.AGENT, card=1),)) for note in notes(3, minutes=1)]
    assert collect(shown, 1, utc).hidden == frozenset()
    collector = carried_out(notes(3, minutes=1), 1)[0][0]
    assert forget(collector).also == ()
