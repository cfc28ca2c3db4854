# SPDX-License-Identifier: GPL-3.0-or-later
"""The policies that ship: complete, true to their own examples, and quiet about what the others let pass."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from gateway.mail.read import from_text
from gateway.policy.case import Case
from gateway.policy.context import Context
from gateway.policy.evaluate import evaluate
from gateway.policy.examples import case_of, found_in
from gateway.policy.load import Loaded
from gateway.policy.policies import Policies, Policy
from gateway.policy.schema.files import ExampleModel
from gateway.service.policy_files import shipped_folder

THIRTY = {
    "blame": {"counterfactual", "obligation", "label", "innuendo", "told-you-so", "deflection", "apology-segue"},
    "minimise": {"normalise", "rarity", "downplay"},
    "apology": {"victim-separation", "hollow", "over-apology", "credibility"},
    "empathy": {"presumed-understanding", "emotion-judging", "over-identification"},
    "script": {"upbeat-mismatch", "repeat", "boilerplate-only"},
    "condescend": {"comprehension-check", "analogy", "simplicity"},
    "omission": {"acknowledgement", "apology", "options"},
    "repeat": {"exasperation", "same-answer"},
    "deadend": {"not-ours"},
    "hostile": {"sarcasm"},
}
IDS = sorted(f"{family}/{name}" for family, names in THIRTY.items() for name in names)
FAMILIES = {
    "blame-direct", "blame-hindsight", "blame-reproach", "minimise", "isolate", "presume", "overinvolved",
    "condescend", "non-apology", "dismiss", "scripted", "no-acknowledgement", "no-next-step",
}  # fmt: skip
#: What others have written; only where the collection lies beside the repository.
SHARED = Path(__file__).parents[3] / "shared"


@pytest.fixture(scope="module")
def policies(shipped: Policies) -> Policies:
    return shipped


def named(policies: Policies, policy_id: str) -> Policy:
    return next(policy for policy in policies.policies if policy.id == policy_id)


def test_all_load_without_a_word_and_none_fails_its_own_examples(shipped_loaded: Loaded) -> None:
    assert [f"{problem.file}: {problem.message}" for problem in shipped_loaded.problems] == []


def test_the_thirty_are_there(policies: Policies) -> None:
    assert sorted(policy.id for policy in policies.policies) == IDS


@pytest.mark.parametrize("policy_id", IDS)
def test_a_policy_says_what_is_wrong_why_and_what_would_be_better(policies: Policies, policy_id: str) -> None:
    policy = named(policies, policy_id)
    page = YAML(typ="safe").load(shipped_folder() / f"{policy_id}.yaml")
    assert {"source", "false_positives", "title", "explanation", "suggestion"} <= set(page)
    assert len(policy.examples.found) >= 8
    assert len(policy.examples.passed) >= 8
    for rule in policy.rules:
        assert rule.message.endswith(".") or rule.message.endswith("”")
        assert len(rule.message) <= 120
        assert rule.explanation
        assert rule.suggestion


@pytest.mark.parametrize("policy_id", IDS)
def test_what_a_policy_lets_pass_no_other_policy_finds(policies: Policies, policy_id: str) -> None:
    passed = named(policies, policy_id).examples.passed
    assert {example.reply: found for example in passed if (found := found_in(policies, example))} == {}


def test_each_family_has_one_judged_policy_that_speaks_for_it(policies: Policies) -> None:
    judged = [
        (rule.family, policy.id) for policy in policies.policies for rule in policy.rules if rule.kind == "judged"
    ]
    assert {family for family, _ in judged} == FAMILIES
    assert len({policy for _, policy in judged}) == len(FAMILIES)


def test_a_suggestion_is_itself_let_pass(policies: Policies) -> None:
    flagged = {
        rule.suggestion: found
        for policy in policies.policies
        for rule in policy.rules
        if (found := found_in(policies, ExampleModel(reply=rule.suggestion, language="en")))
    }
    assert flagged == {}


def test_acts_are_in_their_own_examples_and_not_in_those_that_pass(policies: Policies) -> None:
    wrong = []
    for name, act in policies.acts.items():
        for expected, examples in ((True, act.examples.found), (False, act.examples.passed)):
            for example in examples:
                reply, context = case_of(example)
                if Case(reply, context, None, policies).has_act(name) is not expected:
                    wrong.append((name, expected, example.reply))
    assert wrong == []


def test_a_reply_that_only_helps_sets_nothing_off(policies: Policies) -> None:
    reply = (
        "Hello Ines,\n\nthe lamp left Hull at six and should be with you tomorrow. The number is 4471.\n\nRegards, Bo"
    )
    assert evaluate(policies, from_text(reply, "Where is my lamp?"), Context(inbound_level=1)) == ()


#: What only memory, feed or row can tell; a policy that runs or stops by it shows so by an example.
_CONTEXT = {"relation", "repeat_contact", "resolved"}


@pytest.mark.parametrize("policy_id", IDS)
def test_a_policy_that_runs_or_stops_by_context_has_examples_with_it(policies: Policies, policy_id: str) -> None:
    page = YAML(typ="safe").load(shipped_folder() / f"{policy_id}.yaml")
    conditions = [page.get("when", {}), *page.get("unless", [])]
    for rule in page["rules"]:
        conditions += [rule.get("when", {}), *rule.get("unless", [])]
    asked = {key for condition in conditions for key in condition} & _CONTEXT
    examples = [*page["examples"]["found"], *page["examples"]["passed"]]
    shown = {key for example in examples if isinstance(example, dict) for key in example}
    assert asked <= shown
    checks = {rule.kind for rule in named(policies, policy_id).rules}
    if "repeats" in checks:
        assert "history" in shown
    if checks & {"absent", "mismatch"}:
        assert "customer" in shown


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("You didnt follow the setup steps.", "blame/obligation"),
        ("You did’nt follow the setup steps.", "blame/obligation"),
        ("You shouldve saved the draft before you closed the tab.", "blame/obligation"),
        ("Youve only yourself to blame.", "blame/label"),
        ("Youre overreacting.", "empathy/emotion-judging"),
        ("Dont be ridiculous.", "hostile/sarcasm"),
        ("Contracts dont cancel themselves.", "blame/innuendo"),
        ("This couldve been avoided.", "blame/counterfactual"),
        ("It isn`t the end of the world.", "minimise/downplay"),
    ],
)
def test_what_is_typed_in_a_hurry_is_found_too(policies: Policies, written: str, meant: str) -> None:
    seen = evaluate(policies, from_text(written, "My work is gone."), Context(inbound_level=2))
    assert meant in {each.policy.id for each in seen if each.dismissed is None}


@pytest.mark.skipif(not (SHARED / "corpus").is_dir(), reason="the collection of others' sentences is not here")
def test_no_example_is_a_sentence_of_the_collections(policies: Policies) -> None:
    theirs = set()
    for line in (SHARED / "corpus" / "rule-examples.jsonl").read_text(encoding="utf-8").splitlines():
        theirs |= {str(value).strip() for value in json.loads(line).values()}
    ours = {
        example.reply
        for policy in policies.policies
        for example in (*policy.examples.found, *policy.examples.passed, *policy.examples.known_missed)
        if len(example.reply.split()) > 4
    }
    assert ours & theirs == set()
