# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps 1 and 2 of the decision table: which rules run, what is dismissed, and what every condition asks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.mail.read import from_text
from gateway.mail.reply import Reply
from gateway.policy.context import Context, Relation
from gateway.policy.evaluate import RuleFailed, evaluate, not_run
from gateway.policy.judgement import Judgement
from gateway.policy.load import load
from gateway.policy.source import SourceFile
from tests.policy.texts import excerpts, phrases, policies, policy, see

LOST = phrases("you lost")
TEXT = "I am sorry. You lost the file. I will look for it."


def found(body: str, text: str | Reply = TEXT, context: Context | None = None) -> list[str]:
    return excerpts(policies(policy(body + LOST)), text, context)


# --- 1: does it run ---


@pytest.mark.parametrize(
    ("when", "known", "other"),
    [
        ('inbound_level: ">= 2"', Context(inbound_level=2), Context(inbound_level=1)),
        ("inbound_level: 0", Context(inbound_level=0), Context(inbound_level=1)),
        ("our_failure: false", Context(our_failure=False), Context(our_failure=True)),
        ("relation: new", Context(relation=Relation.NEW), Context(relation=Relation.KNOWN)),
        ("repeat_contact: true", Context(repeat_contact=True), Context(repeat_contact=False)),
        ("resolved: true", Context(resolved=True), Context(resolved=False)),
        ('messages_in_thread: "> 2"', Context(messages_in_thread=3), Context(messages_in_thread=2)),
        ('apologies_before: "< 1"', Context(apologies_before=0), Context(apologies_before=1)),
        ("team: [helpdesk, field]", Context(team="field"), Context(team="sales")),
        ("sender: '*@A.example'", Context(sender="b@a.example"), Context(sender="b@b.example")),
        ("recipients: ['*@vip.example']", Context(recipients=("x@y", "a@vip.example")), Context(recipients=("x@y",))),
    ],
)
def test_a_fact_decides_whether_a_rule_runs_and_unknown_means_that_it_does_not(
    when: str, known: Context, other: Context
) -> None:
    body = f"when: {{{when}}}\n"
    assert found(body, context=known) == ["You lost"]
    assert found(body, context=other) == []
    assert found(body, context=Context()) == []


def test_in_unless_an_unknown_fact_is_not_met() -> None:
    body = "unless: [{inbound_level: 0}]\n"
    assert found(body, context=Context()) == ["You lost"]
    assert found(body, context=Context(inbound_level=0)) == []


def test_what_did_not_run_is_known_with_its_reason() -> None:
    files = policies(policy("when: {inbound_level: 2, our_failure: true}\n" + LOST))
    assert not_run(files, from_text(TEXT, None), Context()) == (
        ("blame/sample", "words", "not known: inbound_level, our_failure"),
    )
    assert not_run(files, from_text(TEXT, None), Context(inbound_level=0)) == (
        ("blame/sample", "words", "when does not hold"),
    )


@pytest.mark.parametrize(("language", "count"), [("en", 1), (None, 1), ("de", 0)])
def test_a_rule_runs_in_its_language_and_where_the_language_is_unclear(language: str | None, count: int) -> None:
    reply = replace(from_text(TEXT, None), language=language)
    assert len(found("", reply)) == count


def test_one_policy_may_have_rules_in_several_languages() -> None:
    rules = "languages: [en, de]\n" + LOST + "  - {name: german, language: de, phrases: [Sie haben verloren]}\n"
    files = policies(policy(rules))
    assert excerpts(files, "Sie haben verloren, und das ist nicht gut.") == ["Sie haben verloren"]


@pytest.mark.parametrize(
    ("key", "context", "count"),
    [
        ("teams: [helpdesk]", Context(team="helpdesk"), 1),
        ("teams: [helpdesk]", Context(team="sales"), 0),
        ("teams: [helpdesk]", Context(), 0),
        ("senders: ['*@a.example']", Context(sender="x@a.example"), 1),
        ("recipients: ['*@a.example']", Context(recipients=("x@b.example",)), 0),
    ],
)
def test_applies_to(key: str, context: Context, count: int) -> None:
    assert len(found(f"applies_to: {{{key}}}\n", context=context)) == count


def test_only_the_agents_own_sentences_are_judged_unless_a_policy_says_otherwise() -> None:
    code = from_text("    you lost = 1\n\nThe file is here.\n", None)
    kinds = {sentence.kind.value for sentence in code.sentences}
    assert len(found("applies_to: {kinds: [code]}\n", code)) == ("code" in kinds)
    assert len(found("", code)) == ("code" not in kinds)


def test_the_subject_is_judged_only_where_a_policy_asks_for_it() -> None:
    reply = from_text("Fine.", None, "You lost")
    assert found("", reply) == []
    (seen,) = see(policies(policy("applies_to: {parts: [subject]}\n" + LOST)), reply)
    assert (seen.place.part.value, seen.place.sentence) == ("subject", None)


@pytest.mark.parametrize(
    "text",
    ["It says “you lost” on the page.", "The 'you lost' text is odd.", 'You wrote: "That is it. you lost. Bad."'],
)
def test_words_in_quotation_marks_are_not_the_agents_claim(text: str) -> None:
    assert found("", text) == []
    assert len(found("quotations: judge\n", text)) == 1


def test_an_apostrophe_does_not_open_a_quotation() -> None:
    assert found("", "It's what you lost, isn't it, in the customers' folder.") == ["you lost"]


# --- 2: dismissed ---


def test_an_antipattern_in_the_same_sentence_dismisses_and_is_reported() -> None:
    (seen,) = see(policies(policy("none: [nothing]\n" + LOST)), "You lost nothing. You have a copy.")
    assert seen.dismissed == "none: nothing"
    assert found("none: [nothing]\n", "You lost it. There is nothing left.") == ["You lost"]


@pytest.mark.parametrize(
    ("condition", "met"),
    [
        ("act: apology", True),
        ("act: [ownership, apology]", True),
        ("act: ownership", False),
        ("no_act: ownership", True),
        ("no_act: [ownership, apology]", False),
        ("act_within: {act: apology}", True),
        ("act_within: {act: apology, sentences: 0}", False),
        ("act_within: {act: apology, side: after}", False),
        ("act_within: {act: next-step, side: after}", True),
        ("no_act_within: {act: apology, sentences: 0}", True),
        ("words_within: {words: us, sentences: 0}", False),
        ("words_within: {words: us, sentences: 1, side: before}", True),
        ("question: true", False),
        ("question: false", True),
        ("position: first", False),
        ('words: "> 5"', True),
        ("part: body", True),
        ("language: en", True),
        ("any_of: [{act: ownership}, {act: apology}]", True),
        ("any_of: [{act: ownership}, {inbound_level: 3}]", False),
        ("act: apology, inbound_level: 3", False),
    ],
)
def test_conditions_on_the_text(condition: str, met: bool) -> None:  # noqa: FBT001 - a column of the table
    assert (found(f"unless: [{{{condition}}}]\n") == []) == met
    assert (found(f"when: {{{condition}}}\n") != []) == (met or condition == "never")


def test_position_counts_the_agents_own_sentences() -> None:
    for text, position in (
        ("You lost it. Then that.", "first"),
        ("That. You lost it.", "last"),
        ("You lost it.", "only"),
    ):
        assert found(f"when: {{position: {position}}}\n", text) == ["You lost"]
    assert found("when: {position: only}\n", "You lost it. Then that.") == []


def test_probability_is_the_judges_for_the_family_in_that_sentence() -> None:
    files = policies(policy("family: blame-direct\nwhen: {probability: '>= 0.5'}\n" + LOST))
    reply = from_text("You lost it.", None)
    for judgement, count in (
        (None, 0),
        (Judgement(({"blame-direct": 0.6},), {}), 1),
        (Judgement(({"blame-direct": 0.4},), {}), 0),
        (Judgement(({"minimise": 0.9},), {}), 0),
    ):
        assert len(evaluate(files, reply, Context(), judgement)) == count


def test_everything_is_evaluated_also_what_an_exception_covers() -> None:
    body = "exceptions: [{reason: agreed, approved_by: maria, text: 'you lost  THE file'}]\n"
    (seen,) = see(policies(policy(body + LOST)), TEXT)
    assert [each.reason for each in seen.exceptions] == ["agreed"]
    (seen,) = see(policies(policy(body + LOST)), "You lost a folder.")
    assert seen.exceptions == ()


@pytest.mark.parametrize(
    ("scope", "context", "covered"),
    [
        ("senders: ['c@*']", Context(sender="c@x"), True),
        ("senders: ['c@*']", Context(sender="d@x"), False),
        ("recipients: ['v@*']", Context(recipients=("a@x", "v@x")), True),
        ("teams: [legal]", Context(team="legal"), True),
        ("teams: [legal]", Context(), False),
    ],
)
def test_an_exception_has_a_scope(scope: str, context: Context, covered: bool) -> None:  # noqa: FBT001 - a column
    body = f"exceptions: [{{reason: agreed, approved_by: maria, {scope}}}]\n"
    (seen,) = see(policies(policy(body + LOST)), TEXT, context)
    assert bool(seen.exceptions) == covered


def test_steps_that_hold_are_on_the_sighting_in_their_order_the_rules_first() -> None:
    body = """\
    escalate:
      - {when: {act: apology}, add_points: 2}
    ease:
      - {when: {act: ownership}, take_points: 1}
    rules:
      - name: words
        phrases: [you lost]
        escalate: [{when: {act: next-step}, add_points: 1}, {when: {relation: new}, add_points: 9}]
    """
    (seen,) = see(policies(policy(body)), TEXT)
    assert [step.add_points for step in seen.escalations] == [1, 2]
    assert seen.eases == ()


RUNAWAY = "(a|aa|a?)+(b+)+\\1c"
TAKES_TOO_LONG = "a" * 1500 + "b" * 400


def test_a_runaway_pattern_is_stopped_and_named() -> None:
    files = policies(policy(f"rules: [{{name: runaway, regex: '{RUNAWAY}'}}]\n"))
    with pytest.raises(RuleFailed, match="blame/sample#runaway: took too long") as stopped:
        see(files, TAKES_TOO_LONG)
    assert stopped.value.pattern == RUNAWAY


def test_a_runaway_pattern_that_is_out_of_service_finds_nothing_and_the_others_do() -> None:
    files = policies(
        policy(f"rules:\n  - {{name: runaway, regex: '{RUNAWAY}'}}\n  - {{name: words, phrases: [your fault]}}\n")
    )
    assert excerpts(files.without(RUNAWAY), f"Your fault. {TAKES_TOO_LONG}") == ["Your fault"]


def test_a_pattern_that_runs_away_on_an_example_loads_out_of_service_and_says_so() -> None:
    text = f"id: blame/slow\ntitle: Slow\nmessage: Found.\nrules: [{{name: runaway, regex: '{RUNAWAY}'}}]\n"
    examples = f"examples: {{found: ['aabac'], passed: ['{TAKES_TOO_LONG}']}}\n"
    loaded = load([SourceFile("blame/slow.yaml", text + examples)])
    assert loaded.policies.stopped == {RUNAWAY}
    assert any("runaway is out of service" in problem.message for problem in loaded.problems)
    assert see(loaded.policies, TAKES_TOO_LONG) == ()


def test_a_regex_sees_case_fold_and_lookaround() -> None:
    files = policies(policy("rules: [{name: few, regex: '\\bhad you (?!like)\\w+'}]\n"))
    assert excerpts(files, "Had you saved it. Had you like me.") == ["Had you saved"]
