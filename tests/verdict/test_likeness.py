# SPDX-License-Identifier: GPL-3.0-or-later
"""What the learned judge adds to a verdict: the customer's state, and a labelled sentence as the reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from gateway.mail.read import from_text
from gateway.policy.context import Context
from gateway.policy.judgement import Judgement
from gateway.verdict.judge import judge, with_state
from gateway.verdict.stance import Stance
from gateway.verdict.verdict import Verdict
from tests.policy.texts import policies, policy

RULES = """family: blame-direct
mode: note
severity: low
explanation: "Nobody likes to hear it."
rules:
  - name: judged
    judged: {at_least: 0.3}
"""
SAID = Judgement(sentences=({}, {"blame-direct": 0.8}), whole={}, alike=("", "You broke it yourself."))


def verdict(judgement: Judgement | None) -> Verdict:
    loaded = policies(policy(RULES, "blame/sample"))
    reply = from_text("Hello Anna.\n\nNo one but you had the key.", "It is lost.")
    return judge(loaded, reply, Context(), Stance(), date(2026, 12, 1), judgement)


def test_the_sentence_that_it_is_most_like_is_part_of_the_explanation() -> None:
    (finding,) = verdict(SAID).findings
    assert finding.explanation == (
        "Nobody likes to hear it. It reads like this one, which was labelled by hand: “You broke it yourself.”"
    )


def test_where_nothing_is_like_it_the_explanation_stays_as_it_is() -> None:
    (finding,) = verdict(replace(SAID, alike=("", ""))).findings
    assert finding.explanation == "Nobody likes to hear it."


def test_without_the_judge_there_is_nothing_to_explain() -> None:
    assert verdict(None).findings == ()


def test_the_judge_tells_the_customers_state_where_it_was_shown_their_message() -> None:
    told = replace(SAID, level=(0.05, 0.4, 0.3, 0.25), our_failure=0.7)
    assert with_state(Context(inbound_level=0, our_failure=False), told) == Context(inbound_level=2, our_failure=True)
    calm = replace(SAID, level=(0.5, 0.2, 0.2, 0.1), our_failure=0.2)
    assert with_state(Context(inbound_level=3, our_failure=True), calm) == Context(inbound_level=0, our_failure=False)


def test_without_their_message_the_state_stays_what_it_was() -> None:
    known = Context(inbound_level=3, our_failure=True)
    assert with_state(known, SAID) == known
    assert with_state(known, None) == known
