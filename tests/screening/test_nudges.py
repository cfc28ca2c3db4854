# SPDX-License-Identifier: GPL-3.0-or-later
"""A nudge: the same message again passes once, but not at once and not for ever."""

from __future__ import annotations

from gateway.screening.nudges import Nudges


def test_the_same_message_passes_the_second_time_only() -> None:
    nudges = Nudges()
    assert [nudges.passes(b"m", now) for now in (0, 10, 20, 30)] == [False, True, False, True]


def test_an_automatic_retry_at_once_is_no_decision() -> None:
    nudges = Nudges()
    assert [nudges.passes(b"m", now) for now in (0, 1, 2, 5)] == [False, False, False, True]


def test_a_nudge_is_forgotten_after_its_time() -> None:
    nudges = Nudges()
    assert [nudges.passes(b"m", now) for now in (0, 4000, 4010)] == [False, False, True]


def test_another_message_is_nudged_on_its_own() -> None:
    nudges = Nudges()
    nudges.passes(b"m", 0)
    assert not nudges.passes(b"n", 10)


def test_the_memory_is_bounded() -> None:
    nudges = Nudges(most=2)
    for digest in (b"a", b"b", b"c"):
        nudges.passes(digest, 0)
    assert not nudges.passes(b"a", 10)
    assert nudges.passes(b"c", 10)
