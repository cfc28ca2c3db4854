# SPDX-License-Identifier: GPL-3.0-or-later
"""What rules ask of the context memory: where none asks for anything, nobody has to remember."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gateway.policy.checks.mismatch import Mismatch
from gateway.policy.checks.repeats import Repeats
from gateway.policy.policies import Condition, Policies, Rule
from gateway.policy.schema.rules import RepeatIn

SENT_BY_SENDER = "sent by sender"
SENT_IN_THREAD = "sent in thread"
REMEMBERED = frozenset(
    {
        "inbound_level",
        "our_failure",
        "relation",
        "repeat_contact",
        "resolved",
        "messages_in_thread",
        "apologies_before",
        SENT_BY_SENDER,
        SENT_IN_THREAD,
    }
)
"""What a memory can know: conditions of the format, and where the check `repeats` looks."""

_REPEATED = {RepeatIn.SENDER: SENT_BY_SENDER, RepeatIn.THREAD: SENT_IN_THREAD}


def needs(policies: Policies) -> frozenset[str]:
    """What any rule may ask a memory for, of `REMEMBERED`."""
    return frozenset(fact for policy in policies.policies for rule in policy.rules for fact in _of(rule)) & REMEMBERED


def _of(rule: Rule) -> Iterator[str]:
    match rule.check:
        case Repeats(places=places):
            yield from (_REPEATED[place] for place in places)
        case Mismatch():
            yield "inbound_level"
        case _:
            pass
    yield from _asked((*rule.when, *rule.unless))
    yield from _asked(step.when for step in rule.escalate)
    yield from _asked(step.when for step in rule.ease)


def _asked(conditions: Iterable[Condition]) -> Iterator[str]:
    for condition in conditions:
        for key, value in condition.terms:
            yield key
            if key == "any_of":
                yield from _asked(value)
