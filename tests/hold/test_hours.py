# SPDX-License-Identifier: GPL-3.0-or-later
"""Deadlines run in business hours, in the team's zone, not on holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.hold.hours import OpeningHours, read_holidays
from gateway.hold.ladder import Ladder
from gateway.policy.finding import To

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = OpeningHours(frozenset(range(5)), time(9), time(17), BERLIN, frozenset({date(2026, 12, 25)}))


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-23 10:00", 2, "2026-11-23 12:00"),  # a Monday
        ("2026-11-23 16:00", 2, "2026-11-24 10:00"),  # over night
        ("2026-11-23 16:00", 1, "2026-11-23 17:00"),  # to the minute of closing
        ("2026-11-23 03:00", 2, "2026-11-23 11:00"),  # before opening
        ("2026-11-27 16:30", 8, "2026-11-30 16:30"),  # over a weekend
        ("2026-11-28 12:00", 1, "2026-11-30 10:00"),  # on a Saturday
        ("2026-12-24 16:00", 2, "2026-12-28 10:00"),  # over Christmas Day and a weekend
        ("2026-10-23 16:00", 2, "2026-10-26 10:00"),  # over the end of summer time
    ],
)
def test_time_passes_while_the_office_is_open(start: str, hours: int, end: str) -> None:
    assert OFFICE.after(berlin(start), timedelta(hours=hours)) == berlin(end)


def test_a_night_that_is_open_has_an_hour_more_when_clocks_go_back() -> None:
    always = OpeningHours(zone=BERLIN)
    start = berlin("2026-10-25 00:00")
    assert always.after(start, timedelta(hours=24)) == berlin("2026-10-25 23:00")


def test_a_calendar_that_is_never_open_does_not_hold_for_ever() -> None:
    start = datetime(2026, 11, 23, tzinfo=UTC)
    assert OpeningHours(frozenset()).after(start, timedelta(hours=8)) == start + timedelta(hours=8)


moments = st.timedeltas(timedelta(), timedelta(days=2000)).map(lambda since: datetime(2024, 1, 1, tzinfo=UTC) + since)
spans = st.timedeltas(timedelta(), timedelta(hours=40))


@given(moments, spans, spans)
def test_two_spans_one_after_the_other_are_their_sum(start: datetime, one: timedelta, two: timedelta) -> None:
    assert OFFICE.after(OFFICE.after(start, one), two) == OFFICE.after(start, one + two)


@given(moments, spans)
def test_the_end_is_never_before_the_start_plus_the_span(start: datetime, span: timedelta) -> None:
    assert OFFICE.after(start, span) >= start + span


def test_the_ladder_leaves_out_what_a_lead_needs_no_more() -> None:
    ladder = Ladder(OFFICE)
    agent, lead = (ladder.rungs(to, berlin("2026-11-23 09:00")) for to in (To.AGENT, To.LEAD))
    assert [agent.remind, agent.escalate, agent.end] == [
        berlin("2026-11-23 11:00"),
        berlin("2026-11-23 13:00"),
        berlin("2026-11-23 17:00"),
    ]
    assert lead.escalate is None
    assert (agent.at_end, lead.at_end) == ("release", "return")


def test_a_holiday_file_has_a_date_a_line() -> None:
    text = "# office\n2026-12-25 Christmas\n\n2027-01-01\n"
    assert read_holidays(text) == {date(2026, 12, 25), date(2027, 1, 1)}
    with pytest.raises(ValueError, match=r"line 2: '25\.12\.2026' is not a date"):
        read_holidays("2026-12-24\n25.12.2026\n")
