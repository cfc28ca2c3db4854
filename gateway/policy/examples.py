# SPDX-License-Identifier: GPL-3.0-or-later
"""Examples: replies that a policy must find or pass, run as tests of the policy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from gateway.mail.read import from_text
from gateway.mail.reply import Reply
from gateway.mail.state import customer_state
from gateway.policy.case import Case
from gateway.policy.context import Context
from gateway.policy.evaluate import RuleFailed, evaluate
from gateway.policy.policies import Policies, Policy
from gateway.policy.schema.files import ExampleModel


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one example.

    Attributes:
        policy: id of the policy that it belongs to.
        example: the example.
        expected: whether the policy should find something.
        found: policy ids and rules that found something, as ``id#rule``.
        right: whether it came out as it should.
    """

    policy: str
    example: ExampleModel
    expected: bool
    found: tuple[str, ...]
    right: bool


def case_of(example: ExampleModel) -> tuple[Reply, Context]:
    """The reply and the context that an example describes."""
    reply = from_text(example.reply, example.customer, example.subject)
    if example.language is not None:
        reply = replace(reply, language=example.language)
    state = None if example.customer is None else customer_state(example.customer)
    level = example.inbound_level if example.inbound_level is not None else (state.level if state else None)
    failure = example.our_failure if example.our_failure is not None else (state.our_failure if state else None)
    return reply, Context(
        team=example.team,
        sender=example.sender,
        customer=example.customer,
        inbound_level=level,
        our_failure=failure,
        relation=example.relation,
        repeat_contact=example.repeat_contact,
        resolved=example.resolved,
        messages_in_thread=example.messages_in_thread,
        earlier_replies=example.history,
    )


def found_in(policies: Policies, example: ExampleModel) -> tuple[str, ...]:
    """Every rule that finds something in an example, as ``id#rule``; what was dismissed is not found.

    Raises:
        RuleFailed: a pattern took more time than it may.
    """
    reply, context = case_of(example)
    sightings = evaluate(policies, reply, context)
    return tuple(f"{seen.policy.id}#{seen.rule.name}" for seen in sightings if seen.dismissed is None)


def run(policies: Policies, policy: Policy) -> Iterator[Outcome]:
    """The outcome of every example of a policy that gates: found and passed, but for those that need the judge."""
    for expected, example in _gating(policy):
        yield outcome(policies, policy, example, expected=expected)


def _gating(policy: Policy) -> Iterator[tuple[bool, ExampleModel]]:
    for expected, examples in ((True, policy.examples.found), (False, policy.examples.passed)):
        for example in examples:
            if not example.judged:
                yield expected, example


def outcome(policies: Policies, policy: Policy, example: ExampleModel, *, expected: bool) -> Outcome:
    """What the policy makes of one example; one that a pattern takes too long on comes out wrong."""
    try:
        found = found_in(policies, example)
    except RuleFailed:
        return Outcome(policy.id, example, expected, (), right=False)
    return _outcome(policy, example, found, expected=expected)


def _outcome(policy: Policy, example: ExampleModel, found: tuple[str, ...], *, expected: bool) -> Outcome:
    wanted = f"{policy.id}#{example.rule or ''}"
    mine = any(each.startswith(wanted) for each in found)
    return Outcome(policy.id, example, expected, found, mine == expected)


def proven(policies: Policies) -> tuple[Policies, tuple[RuleFailed, ...]]:
    """The policies with what their own examples say of them: which fail, and which patterns ran away."""
    stopped: list[RuleFailed] = []
    while True:
        try:
            return replace(policies, failing=failing(policies)), tuple(stopped)
        except RuleFailed as trouble:
            policies = policies.without(trouble.pattern)
            stopped.append(trouble)


def failing(policies: Policies) -> dict[str, tuple[str, ...]]:
    """Policies that fail their own examples, with what they fail.

    Raises:
        RuleFailed: a pattern took more time than it may.
    """
    failed: dict[str, tuple[str, ...]] = {}
    for policy in policies.policies:
        wrong = tuple(
            f"it {'misses' if each.expected else 'finds'} its own example “{_short(each.example.reply)}”"
            for expected, example in _gating(policy)
            if not (each := _outcome(policy, example, found_in(policies, example), expected=expected)).right
        )
        if wrong:
            failed[policy.id] = wrong
    return failed


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:59] + "…"


def known(policies: Policies, policy: Policy) -> Iterator[Outcome]:
    """The outcome of what the policy is known to miss or to find wrongly; right means that it no longer does."""
    for expected, examples in ((True, policy.examples.known_missed), (False, policy.examples.known_false)):
        for example in examples:
            yield outcome(policies, policy, example, expected=expected)


def acts_wrong(policies: Policies) -> list[str]:
    """Examples of acts that come out wrong, one line each."""
    wrong = []
    for name, act in policies.acts.items():
        for expected, examples in ((True, act.examples.found), (False, act.examples.passed)):
            for example in examples:
                reply, context = case_of(example)
                if Case(reply, context, None, policies).has_act(name) != expected:
                    wrong.append(f"{'missed' if expected else 'false '}  act {name}: “{_short(example.reply)}”")
    return wrong
