# SPDX-License-Identifier: GPL-3.0-or-later
"""Loading: every mistake with its place, one bad file harming no other, the last good version kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.policy.load import is_policy_file, load
from gateway.policy.source import Problem, SourceFile
from tests.policy.texts import APOLOGY, SHARED, WORDS, excerpts, loaded, phrases, policies, policy

GOOD = policy(phrases("you lost"))


def fatal(*files: SourceFile) -> list[Problem]:
    return [problem for problem in load([*SHARED, *files]).problems if problem.fatal]


def text(body: str) -> SourceFile:
    return SourceFile("blame/sample.yaml", body)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("sevrity: high", "unknown key “sevrity”; did you mean “severity”?"),
        ("severity: grave", "severity: "),
        ("mode: hold\nmode: note", "this key is there twice"),
        ("unless: [{act_witin: {act: apology}}]", "did you mean “act_within”?"),
        ("unless: [{act: appology}]", "there is no act “appology” in acts/; did you mean “apology”?"),
        ("unless: [{act_within: {act: nothing}}]", "there is no act “nothing”"),
        ("unless: [{also: [blame/other]}]", "also can only be asked in escalate"),
        ("unless: [{}]", "an empty condition asks nothing"),
        ("when: {inbound_level: high}", "“high” is no comparison"),
        ("when: {inbound_level: yes please}", "no comparison"),
        ("none: ['(never']", "not closed"),
        ("none: [{regex: '('}]", "not a regular expression"),
        ("none: [{regex: 'a*'}]", "matches the empty text"),
        ("expires: soon", "expires: "),
        ("points: 99", "points: "),
        ("ease: [{when: {act: apology}, mode: hold}]", "ease may lower a hold to note"),
        ("exceptions: [{reason: because, approved_by: me}]", "an exception needs text"),
        ("languages: [english]", "languages"),
        ("id2: x", "unknown key “id2”"),
    ],
)
def test_a_mistake_is_named_with_file_and_line_and_the_way_out(line: str, complaint: str) -> None:
    body = GOOD.text + line + "\n"
    (problem, *_) = fatal(text(body))
    assert complaint in problem.message
    assert problem.file == "blame/sample.yaml"
    assert problem.line >= body.count("\n"), str(problem)
    assert problem.column >= 1


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        ("{name: one}", "has no check"),
        ("{name: one, phrases: [a], regex: b}", "has phrases and regex"),
        ("{name: one, phrases: [the <nobody>]}", "no word class “nobody” for language en"),
        ("{name: one, phrases: [the <custome>]}", "did you mean “customer”?"),
        ("{name: one, sequence: [customer, '...']}", "gap at the start or the end"),
        ("{name: one, absent: [apolgy]}", "did you mean “apology”?"),
        ("{name: one, absent: [apology], echoes: 1}", "echoes goes with"),
        ("{name: one, judged: {at_least: 0.5}}", "name the family"),
        ("{name: one, density: {at_least: 3}}", "name what is counted"),
        ("{name: One, phrases: [a]}", "name"),
        ("{phrases: [a]}", "“name” is missing"),
        ("{name: one, phrases: []}", "phrases"),
        ("{name: one, mismatch: {inbound_level: 1}}", "name the cheer"),
    ],
)
def test_a_mistake_in_a_rule(rule: str, complaint: str) -> None:
    problems = fatal(policy(f"rules:\n  - {rule}\n"))
    assert any(complaint in problem.message for problem in problems), problems
    assert all(problem.line >= 5 for problem in problems), problems


def test_all_mistakes_are_told_at_once() -> None:
    problems = fatal(policy("rules:\n  - {name: a, phrases: ['(x', '<y>']}\n  - {name: b, absent: [z]}\n"))
    assert [problem.key for problem in problems] == ["rules.0.phrases.0", "rules.0.phrases.1", "rules.1.absent"]


@pytest.mark.parametrize("body", ["", "- a\n", "id: [", "just text", "\t", "a: \x00", "&a [*a]"])
def test_what_is_no_policy_at_all_is_one_problem_and_no_crash(body: str) -> None:
    assert len(fatal(text(body))) == 1


def test_the_id_follows_the_path() -> None:
    (problem,) = fatal(replace(GOOD, path="blame/other.yaml"))
    assert "here it is blame/other" in problem.message


def test_two_rules_of_one_name_are_an_error() -> None:
    (problem,) = fatal(policy(phrases("a") + "  - {name: words, phrases: [b]}\n"))
    assert "two rules are called “words”" in problem.message


def test_one_bad_file_harms_no_other() -> None:
    result = loaded(GOOD, policy("rules: 3\n", "blame/broken"))
    assert [each.id for each in result.policies.policies] == ["blame/sample"]
    assert {problem.file for problem in result.problems if problem.fatal} == {"blame/broken.yaml"}


def test_of_a_broken_policy_the_last_good_version_stays_in_force() -> None:
    before = load([*SHARED, GOOD]).policies
    after = load([*SHARED, text("id: blame/sample\n")], before)
    assert excerpts(after.policies, "You lost it.") == ["You lost"]
    assert after.policies.kept == {"blame/sample.yaml"}
    assert after.policies.digest == before.digest, "what is in force has not changed"
    assert any(problem.fatal for problem in after.problems)
    again = load([*SHARED, text("id: blame/sample\n")], after.policies)
    assert excerpts(again.policies, "You lost it.") == ["You lost"]


def test_a_file_that_is_taken_away_is_no_longer_in_force() -> None:
    before = load([*SHARED, GOOD]).policies
    assert load(SHARED, before).policies.policies == ()


def test_of_a_broken_word_file_the_last_good_version_stays_in_force() -> None:
    uses = policy(phrases("<customer> lost"))
    before = load([*SHARED, uses]).policies
    broken = replace(WORDS, text=WORDS.text.replace("your side", "(your side"))
    after = load([broken, *SHARED[1:], uses], before)
    assert excerpts(after.policies, "Your side lost it.") == ["Your side lost"]
    assert [problem.key for problem in after.problems if problem.fatal] == ["classes.customer.1"]


def test_a_word_class_that_goes_takes_no_policy_with_it_that_was_in_force() -> None:
    uses = policy(phrases("<customer> lost"))
    before = load([*SHARED, uses]).policies
    gone = replace(WORDS, text="classes:\n  us: [we]\n  avoided: [x]\n")
    after = load([gone, *SHARED[1:], uses], before)
    assert excerpts(after.policies, "You lost it.") == ["You lost"]
    assert any("no word class “customer”" in problem.message for problem in after.problems)


def test_of_a_broken_act_the_last_good_version_stays_in_force() -> None:
    uses = policy("rules: [{name: one, absent: apology}]\n")
    before = load([*SHARED, uses]).policies
    for broken in ("act: apology\n", APOLOGY.text.replace("[sorry", "['(sorry'")):
        after = load([WORDS, replace(APOLOGY, text=broken), *SHARED[2:], uses], before)
        assert excerpts(after.policies, "I am sorry.") == []
        assert [each.id for each in after.policies.policies] == ["blame/sample"]
        assert "acts/apology.yaml" in after.policies.kept


def test_an_act_that_is_missing_is_named_where_it_is_asked_for() -> None:
    problems = [each for each in load([WORDS, policy("rules: [{name: a, absent: apology}]\n")]).problems if each.fatal]
    assert [(each.file, each.key) for each in problems] == [("blame/sample.yaml", "rules.0.absent")]


def test_a_policy_that_fails_its_own_examples_is_in_shadow_and_says_so() -> None:
    failing = text(GOOD.text.replace("Sample, sample.", "Nothing of the kind."))
    result = load([*SHARED, failing])
    assert set(result.policies.failing) == {"blame/sample"}
    (problem,) = result.problems
    assert not problem.fatal
    assert "misses its own example “Nothing of the kind.”" in problem.message


def test_examples_are_run_with_what_they_know() -> None:
    body = """\
    when: {inbound_level: ">= 2", relation: new}
    rules: [{name: words, phrases: [you lost]}]
    """
    made = policy(body)
    examples = """\
examples:
  found:
    - {reply: You lost it., customer: "You deleted the thesis and she is desperate!!", relation: new, rule: words}
    - {reply: Nobody can see it but the judge., judged: true}
  passed:
    - You lost it.
    - {reply: You lost it., inbound_level: 0, relation: new}
"""
    head, _, tail = made.text.partition("examples:")
    result = load([*SHARED, text(head + tail.partition("\n")[2] + examples)])
    assert result.problems == ()


def test_the_digest_is_that_of_all_files_in_whatever_order() -> None:
    assert load([*SHARED, GOOD]).policies.digest == load([GOOD, *reversed(SHARED)]).policies.digest
    assert (
        load([*SHARED, GOOD]).policies.digest != load([*SHARED, replace(GOOD, text=GOOD.text + "#\n")]).policies.digest
    )


@pytest.mark.parametrize(
    ("path", "read"),
    [
        ("blame/label.yaml", True),
        ("words/a.yml", True),
        ("corpus/split.yaml", False),
        (".git/x.yaml", False),
        ("blame/.#label.yaml", False),
        ("README.md", False),
    ],
)
def test_which_files_are_read(path: str, read: bool) -> None:  # noqa: FBT001 - a column of the table
    assert is_policy_file(path) == read


def test_a_class_in_two_files_counts_once_and_is_said() -> None:
    second = SourceFile("words/second.yaml", "classes: {customer: [somebody]}\n")
    result = load([*SHARED, second, GOOD])
    assert any("is in words/people.yaml already" in problem.message for problem in result.problems)
    assert policies(policy(phrases("<customer> lost"))).policies
