# SPDX-License-Identifier: GPL-3.0-or-later
"""A clock that was set stops deadlines for a while, in both directions; time that passes does not."""

from __future__ import annotations

from datetime import timedelta

from gateway.review.clock import StepDetector
from tests.hold.holds import START


def test_time_that_passes_is_steady() -> None:
    steps = StepDetector()
    assert all(steps.steady(START + timedelta(seconds=n * 30), 100.0 + n * 30) for n in range(200))


def test_a_step_either_way_rests_ten_minutes() -> None:
    for step in (timedelta(hours=3), timedelta(hours=-3)):
        steps = StepDetector()
        assert steps.steady(START, 0.0)
        assert not steps.steady(START + step, 1.0)
        assert not steps.steady(START + step + timedelta(seconds=500), 501.0)
        assert steps.steady(START + step + timedelta(seconds=601), 602.0)


def test_small_corrections_are_no_step() -> None:
    steps = StepDetector()
    steps.steady(START, 0.0)
    assert steps.steady(START + timedelta(seconds=50), 1.0)
