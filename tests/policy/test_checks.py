# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of check: what it sees, and where it keeps still."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.mail.read import from_text
from gateway.policy.checks.table import CHECKS
from gateway.policy.context import Context
from gateway.policy.evaluate import evaluate
from gateway.policy.judgement import Judgement
from gateway.policy.repetition import sketches
from gateway.policy.schema.rules import KINDS
from tests.policy.texts import excerpts, phrases, policies, policy, see


def test_every_kind_that_the_format_has_is_in_the_table_and_no_other() -> None:
    assert set(CHECKS) == set(KINDS)


def test_a_sequence_of_classes_and_gaps() -> None:
    files = policies(policy('rules: [{name: one, sequence: [customer, "...4", avoided]}]\n'))
    assert excerpts(files, "You know that it could easily have, no: it could have been avoided.") == []
    assert excerpts(files, "You see, this could have been prevented.") == ["You see, this could have been prevented"]


def test_echoes_asks_for_words_of_the_customer() -> None:
    files = policies(policy("rules: [{name: one, phrases: [the <word>], echoes: 2}]\n"))
    text = "About the broken kettle: we look. About the weather: fine."
    known = Context(customer="My kettle is broken!")
    assert excerpts(files, text, known) == ["the broken"]
    assert excerpts(files, text, Context(customer="Where is it?")) == []
    assert excerpts(files, text, Context()) == []


@pytest.mark.parametrize(
    ("text", "absent"),
    [("I am sorry.", False), ("That is on us.", False), ("Sorry to bother you.", True), ("Fine.", True), ("", False)],
)
def test_absent(text: str, absent: bool) -> None:  # noqa: FBT001 - a column of the table
    files = policies(policy("rules: [{name: one, absent: [apology, ownership]}]\n"))
    assert [seen.place.start for seen in see(files, text)] == ([None] if absent else [])


def test_an_act_may_be_a_link() -> None:
    files = policies(policy("rules: [{name: one, absent: next-step}]\n"))
    reply = from_text("Read this.", None)
    assert len(see(files, reply)) == 1
    assert see(files, replace(reply, links=("https://example.org/help",))) == ()


@pytest.mark.parametrize(
    ("density", "text", "count"),
    [
        ("{act: apology, at_least: 3}", "Sorry, sorry! I am sorry.", 3),
        ("{act: apology, at_least: 3}", "Sorry. I apologise.", None),
        ("{phrases: [so sorry, sorry for], at_least: 2}", "I am so sorry for it.", None),
        ("{words: [us], at_least: 2, per_words: 4}", "We know. I know.", 2),
        ("{words: [us], at_least: 2, per_words: 4}", "We know that this here is long. I know that too.", None),
    ],
)
def test_density_counts_places_that_do_not_overlap(density: str, text: str, count: int | None) -> None:
    files = policies(policy(f"rules: [{{name: one, density: {density}}}]\n"))
    assert [seen.count for seen in see(files, text)] == ([] if count is None else [count])


UPSET = Context(inbound_level=2)
CHEER = "rules: [{name: one, mismatch: {phrases: [fantastic, wonderful], %s after: [apology]}}]\n"


@pytest.mark.parametrize(
    ("at", "text", "context", "seen"),
    [
        ("", "Fantastic! Which model is it?", UPSET, True),
        ("", "Fantastic! Which model is it?", Context(inbound_level=0), False),
        ("", "Fantastic! Which model is it?", Context(), False),
        ("", "Which model is it? Fantastic!", UPSET, False),
        ("at: anywhere,", "Which model is it? Fantastic!", UPSET, True),
        ("at: anywhere,", "I am sorry about it. It is fantastic.", UPSET, False),
        ("at: alone,", "Which is it? Fantastic!", UPSET, True),
        ("at: alone,", "It is a fantastic colleague who looks at it.", UPSET, False),
        ("inbound_level: 3,", "Fantastic!", UPSET, False),
    ],
)
def test_mismatch(at: str, text: str, context: Context, seen: bool) -> None:  # noqa: FBT001 - a column
    files = policies(policy(CHEER % at))
    assert bool(see(files, text, context)) == seen


BEAR = "Please bear with us while we look into order 1154, Ana."
AGAIN = "Please bear with us while we look into order 2001, Tom."


@pytest.mark.parametrize(
    ("options", "text", "history", "count"),
    [
        ("", AGAIN, (BEAR,), 1),
        ("", AGAIN, (BEAR, "No.", BEAR), 2),
        ("", AGAIN, ("The part is here on Tuesday, and we call.",), None),
        ("", AGAIN, (), None),
        ("", "Fantastic!", ("Fantastic!",), 1),
        ("or_whole_reply: false,", "Fantastic!", ("Fantastic!",), None),
        ("", "You are welcome. The cable is out for delivery.", ("You are welcome. Bye.",), None),
        ("similarity: '>= 0.9', mask: [],", AGAIN, (BEAR,), None),
        ("similarity: '>= 0.5', mask: [],", AGAIN, (BEAR,), 1),
        ("ignore: [apology],", "I am sorry that this takes so long.", ("I am sorry that this takes so long.",), None),
    ],
)
def test_repeats_of_a_sentence_in_the_thread(
    options: str, text: str, history: tuple[str, ...], count: int | None
) -> None:
    files = policies(policy(f"rules: [{{name: one, repeats: {{{options} of: sentence, in: [thread]}}}}]\n"))
    assert [seen.sent_before for seen in see(files, text, Context(earlier_replies=history))] == (
        [] if count is None else [count]
    )


def test_repeats_of_a_reply_has_no_place() -> None:
    files = policies(policy("rules: [{name: one, repeats: {of: reply, similarity: '>= 0.6'}}]\n"))
    history = Context(earlier_replies=("Clear your cache and cookies and then try again.",))
    (seen,) = see(files, "Please clear your cache and cookies, and try again.", history)
    assert (seen.place.start, seen.sent_before) == (None, 1)
    assert see(files, "The server side is repaired. Could you try?", history) == ()


def test_repeats_from_a_memory_that_keeps_only_sketches() -> None:
    files = policies(policy("rules: [{name: one, repeats: {in: [thread, sender]}}]\n"))
    before = sketches(from_text(BEAR, None))
    assert not any("ana" in sketch.lower() or "1154" in sketch for sketch in before)
    known = dict.fromkeys(before, 2)
    (seen,) = see(files, AGAIN, Context(thread_fingerprints=known))
    assert seen.sent_before == 2
    (seen,) = see(files, AGAIN, Context(sender_fingerprints=known))
    assert seen.sent_before == 0
    assert see(files, AGAIN, Context(thread_fingerprints={}, sender_fingerprints={})) == ()
    assert see(files, AGAIN, Context()) == ()


def test_repeats_in_thread_is_a_fact_for_escalation() -> None:
    body = """\
    rules: [{name: one, repeats: {in: [thread]}}]
    escalate: [{when: {repeats_in_thread: ">= 2"}, mode: hold}]
    """
    for history, steps in (((BEAR,), 0), ((BEAR, BEAR), 1)):
        (seen,) = see(policies(policy(body)), AGAIN, Context(earlier_replies=history))
        assert len(seen.escalations) == steps


BLAME = policy(phrases("you lost"), "blame/loss")
SEGUE = policy("rules: [{name: one, segue: {act: apology, into: [blame/*]}}]\n", "blame-after/segue")


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("I am sorry, but you lost it.", True),
        ("I am sorry. But you lost it.", True),
        ("I am sorry. Let me see. You lost it.", False),
        ("You lost it. I am sorry.", False),
        ("You lost it.", False),
    ],
)
def test_segue_needs_the_act_close_before(text: str, seen: bool) -> None:  # noqa: FBT001 - a column
    found = [each.policy.id for each in see(policies(BLAME, SEGUE), text)]
    assert ("blame-after/segue" in found) == seen


def test_judged_needs_a_judgement_and_finds_sentences_and_absences() -> None:
    files = policies(
        policy(
            """\
            family: blame-direct
            rules:
              - {name: sentence, judged: {at_least: 0.8}}
              - {name: whole, judged: {at_least: 0.8, family: no-next-step}}
            """
        )
    )
    reply = from_text("You lost it. Bye.", None)
    assert evaluate(files, reply, Context(), None) == ()
    judgement = Judgement(({"blame-direct": 0.9}, {"blame-direct": 0.79}), {"no-next-step": 0.8})
    first, second = evaluate(files, reply, Context(), judgement)
    assert (first.place.excerpt, first.probability, first.rule.family) == ("You lost it.", 0.9, "blame-direct")
    assert (second.place.start, second.probability, second.rule.family) == (None, 0.8, "no-next-step")
