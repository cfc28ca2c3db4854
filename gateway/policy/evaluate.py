# SPDX-License-Identifier: GPL-3.0-or-later
"""Evaluation: what every rule sees in a reply, and which conditions hold. Steps 1 and 2 of the decision table.

Nothing stops early: what an exception covers, what a shadow rule sees and what an antipattern dismisses are all
reported, so that reports are true.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateway.mail.reply import Reply
from gateway.policy.case import Case
from gateway.policy.conditions import any_holds, holds, unknown
from gateway.policy.context import Context
from gateway.policy.finding import Part
from gateway.policy.judgement import Judgement
from gateway.policy.matcher import Matcher, RunawayError
from gateway.policy.policies import Approved, Condition, Policies, Policy, Rule
from gateway.policy.seen import Seen
from gateway.policy.sighting import Sighting
from gateway.policy.teams import matches
from gateway.policy.text import NOWHERE, Hit
from gateway.policy.wording.fold import fold

#: Checks whose finding is words of the agent, which may stand in quotation marks.
_WORDING = frozenset({"phrases", "sequence", "regex"})


class RuleFailed(Exception):  # noqa: N818 - what happened, for a journal
    """A rule could not be evaluated: the message takes `on_error`, and the rule is named in the journal.

    Attributes:
        policy: id of its policy.
        rule: its name.
        reason: why, without a word of the message.
        pattern: that took too long; `Policies.without` it, the rule can be evaluated.
    """

    def __init__(self, policy: str, rule: str, reason: str, pattern: str) -> None:
        super().__init__(f"{policy}#{rule}: {reason}")
        self.pattern = pattern
        self.policy = policy
        self.rule = rule
        self.reason = reason


def evaluate(
    policies: Policies, reply: Reply, context: Context, judgement: Judgement | None = None
) -> tuple[Sighting, ...]:
    """Everything that the rules see.

    Raises:
        RuleFailed: a pattern took more time than it may.
    """
    case = Case(reply, context, judgement, policies)
    sightings: list[Sighting] = []
    possible = policies.index.possible(case.text, reply.language)
    for number in sorted(possible):
        policy, rule = policies.index.rules[number]
        if not rule.check.is_idle(case):
            sightings += _of_rule(policies, policy, rule, case, possible[number])
    for number in policies.index.segues if case.found else ():
        policy, rule = policies.index.rules[number]
        sightings += _of_rule(policies, policy, rule, case, ())
    return tuple(sightings)


def not_run(policies: Policies, reply: Reply, context: Context) -> tuple[tuple[str, str, str], ...]:
    """Rules that the facts keep from running, as policy id, rule name, and why (step 1), for reports."""
    case = Case(reply, context, None, policies)
    return tuple(
        (policy.id, rule.name, reason)
        for policy, rule in policies.index.rules
        if (reason := _why_not(policy, rule, case)) is not None
    )


def _why_not(policy: Policy, rule: Rule, case: Case) -> str | None:
    """Why a rule does not run at all; None if it does."""
    if not case.speaks(rule.language) and rule.kind != "judged":
        return f"language is {case.reply.language}"
    if not _concerns(policy, case.context):
        return "applies to others"
    for condition in rule.when:
        if condition.local:
            continue
        answer = holds(condition, case)
        if answer is None:
            return f"not known: {', '.join(unknown(condition, case))}"
        if not answer:
            return "when does not hold"
    return "no judgement" if rule.kind == "judged" and case.judgement is None else None


def _concerns(policy: Policy, context: Context) -> bool:
    """Whether the policy is about this team, sender and recipients; asked for one that is unknown, it is not."""
    if policy.teams and context.team not in policy.teams:
        return False
    if policy.senders and not any(matches(context.sender, pattern) for pattern in policy.senders):
        return False
    return not policy.recipients or any(
        matches(recipient, pattern) for recipient in context.recipients for pattern in policy.recipients
    )


def _of_rule(
    policies: Policies, policy: Policy, rule: Rule, case: Case, possible: Sequence[Matcher]
) -> Iterator[Sighting]:
    if _why_not(policy, rule, case) is not None:
        return
    try:
        for seen in rule.check.see(case, possible):
            if _counts(policy, rule, case, seen):
                yield _sighting(policies, policy, rule, case, seen)
    except RunawayError as trouble:
        raise RuleFailed(policy.id, rule.name, f"took too long: {trouble}", str(trouble)) from None


def _counts(policy: Policy, rule: Rule, case: Case, seen: Seen) -> bool:
    """Whether what was seen is in a part that the policy judges, is the agent's own, and local facts agree."""
    hit = seen.hit
    if hit is not None:
        part = Part.SUBJECT if hit.line == case.text.subject_line else Part.BODY
        if part not in policy.parts or case.text.kind(hit.line) not in policy.kinds:
            return False
        if rule.kind in _WORDING and not policy.quotations and case.text.quoted(hit):
            return False
    return all(holds(condition, case, seen, rule.family) for condition in rule.when if condition.local)


def _sighting(policies: Policies, policy: Policy, rule: Rule, case: Case, seen: Seen) -> Sighting:
    dismissed = _dismissed(rule, case, seen)
    if dismissed is None:
        case.found.append((policy.id, seen))
    return Sighting(
        policy=policy,
        rule=rule,
        place=NOWHERE if seen.hit is None else case.text.place(seen.hit),
        probability=seen.probability,
        count=seen.count,
        sent_before=seen.sent_before,
        dismissed=dismissed,
        escalations=tuple(step for step in rule.escalate if holds(step.when, case, seen, rule.family)),
        eases=tuple(step for step in rule.ease if holds(step.when, case, seen, rule.family)),
        exceptions=tuple(each for each in policy.exceptions if _covers(each, case, seen.hit)),
        failing=policy.id in policies.failing,
    )


def _dismissed(rule: Rule, case: Case, seen: Seen) -> str | None:
    if seen.hit is not None:
        line = seen.hit.line
        for matcher in rule.none:
            if case.finds_in(matcher, line):
                return f"none: {matcher.written}"
    met = any_holds(rule.unless, case, seen, rule.family)
    return None if met is None else f"unless: {describe(met)}"


def describe(condition: Condition) -> str:
    """The keys of a condition, for a person who has the file at hand."""
    return ", ".join(name for name, _ in condition.terms)


def _covers(exception: Approved, case: Case, hit: Hit | None) -> bool:
    context = case.context
    if exception.teams and context.team not in exception.teams:
        return False
    if exception.senders and not any(matches(context.sender, pattern) for pattern in exception.senders):
        return False
    if exception.recipients and not any(
        matches(recipient, pattern) for recipient in context.recipients for pattern in exception.recipients
    ):
        return False
    if not exception.text:
        return True
    if hit is None:
        return exception.text in " ".join(fold(case.reply.authored).lower().split())
    return exception.text in " ".join(case.text.lines[hit.line].lower().split())
