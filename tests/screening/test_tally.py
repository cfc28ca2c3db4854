# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts by day: by team and rule, taken away whole, and never lost between two takers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from gateway.policy.finding import Mode
from gateway.ports import Count
from gateway.screening.tally import Tally
from tests.screening.test_answers import finding, verdict

DAY = date(2026, 11, 24)


def test_a_verdict_is_counted_by_what_was_done_and_by_rule() -> None:
    tally = Tally(lambda: DAY)
    shadow = replace(finding("m"), mode=Mode.SHADOW, rule="s")
    beside = replace(finding("m"), counted=False, rule="b")
    tally.judged("helpdesk", verdict(finding("m"), shadow, beside), "held")
    assert tally.take() == {
        Count(DAY, "helpdesk", "carried_out", "held"): 1,
        Count(DAY, "helpdesk", "hold", "blame/counterfactual#should-have"): 1,
        Count(DAY, "helpdesk", "shadow", "blame/counterfactual#s"): 1,
        Count(DAY, "helpdesk", "not_counted", "blame/counterfactual#b"): 1,
    }


def test_what_passes_unjudged_is_counted_by_cause() -> None:
    tally = Tally(lambda: DAY)
    tally.unjudged("bulk")
    tally.unjudged("bulk")
    tally.failed("failed", "judging")
    assert tally.take() == {Count(DAY, "", "unjudged", "bulk"): 2, Count(DAY, "", "failed", "failed: judging"): 1}


def test_counts_are_taken_once_and_can_be_given_back() -> None:
    tally = Tally(lambda: DAY)
    tally.unjudged("bulk")
    taken = tally.take()
    assert not tally.take()
    tally.unjudged("bulk")
    tally.give_back(taken)
    assert sum(tally.take().values()) == 2
