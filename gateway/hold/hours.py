# SPDX-License-Identifier: GPL-3.0-or-later
"""Business hours: the time in which somebody can be expected to look."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_WEEK = frozenset(range(7))
# Past this many days without an open hour the calendar is taken for a mistake, and every hour counts.
_LONGEST_CLOSED = 400


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """When a team works. As it is made without arguments it is always open.

    Attributes:
        days: weekdays, Monday is 0.
        opens: local time.
        closes: local time, later than opens; ``time.max`` for the end of the day.
        zone: of the local times.
        holidays: days on which it is closed.
    """

    days: frozenset[int] = _WEEK
    opens: time = time.min
    closes: time = time.max
    zone: tzinfo = UTC
    holidays: frozenset[date] = field(default_factory=frozenset)

    def after(self, start: datetime, amount: timedelta) -> datetime:
        """The moment at which `amount` of open time has passed since `start` (aware); in UTC.

        Counted in real time: on the day on which clocks are put back, a night that is open has an hour more.
        """
        at = start.astimezone(UTC)
        day = start.astimezone(self.zone).date()
        closed = 0
        left = amount
        while closed < _LONGEST_CLOSED:
            opens, closes = self._span(day)
            begins = max(at, opens)
            open_for = closes - begins
            if open_for > timedelta():
                if left <= open_for:
                    return begins + left
                left -= open_for
                closed = 0
            else:
                closed += 1
            day += timedelta(days=1)
        return at + amount

    def _span(self, day: date) -> tuple[datetime, datetime]:
        """Opening and closing on a day, in UTC; the same moment twice if it is closed."""
        opens = datetime.combine(day, self.opens, self.zone).astimezone(UTC)
        if day.weekday() not in self.days or day in self.holidays:
            return opens, opens
        if self.closes == time.max:
            return opens, datetime.combine(day + timedelta(days=1), time.min, self.zone).astimezone(UTC)
        return opens, datetime.combine(day, self.closes, self.zone).astimezone(UTC)


def read_holidays(text: str) -> frozenset[date]:
    """Read a holiday file: a date a line (2026-12-25), text behind it is a comment, so is a line that begins with #.

    Raises:
        ValueError: a line does not begin with a date; the message names its number.
    """
    days = set()
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split("#", 1)[0].split(None, 1)
        if not words:
            continue
        try:
            days.add(date.fromisoformat(words[0]))
        except ValueError:
            raise ValueError(f"line {number}: {words[0]!r} is not a date such as 2026-12-25") from None
    return frozenset(days)
