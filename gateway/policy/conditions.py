# SPDX-License-Identifier: GPL-3.0-or-later
"""What each key of a condition asks, in one table. Answers are true, false, or None: not known.

A condition holds if all of its terms do; it is unknown if none is false and one is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from gateway.policy.case import Case
from gateway.policy.finding import Part
from gateway.policy.matcher import Matcher
from gateway.policy.policies import Condition
from gateway.policy.schema.conditions import ActWithin, Position, Side, WordsWithin
from gateway.policy.schema.parts import Comparison
from gateway.policy.seen import Seen
from gateway.policy.teams import matches

#: A question: the value in the file, the case, what was seen (None before anything is), the family in question.
Question = Callable[[Any, Case, Seen | None, str | None], bool | None]


def holds(condition: Condition, case: Case, seen: Seen | None = None, family: str | None = None) -> bool | None:
    """Whether a condition holds for what was seen; None if that is not known."""
    answer: bool | None = True
    for name, value in condition.terms:
        term = _QUESTIONS[name](value, case, seen, family)
        if term is False:
            return False
        if term is None:
            answer = None
    return answer


def any_holds(conditions: Iterable[Condition], case: Case, seen: Seen | None, family: str | None) -> Condition | None:
    """The first condition that is known to hold."""
    return next((condition for condition in conditions if holds(condition, case, seen, family)), None)


def unknown(condition: Condition, case: Case) -> tuple[str, ...]:
    """The keys of a condition whose answer is not known."""
    return tuple(name for name, value in condition.terms if _QUESTIONS[name](value, case, None, None) is None)


def _compared(fact: Callable[[Case], float | None]) -> Question:
    def ask(value: Comparison, case: Case, _seen: Seen | None, _family: str | None) -> bool | None:
        known = fact(case)
        return None if known is None else value.holds(known)

    return ask


def _equal(fact: Callable[[Case], object]) -> Question:
    def ask(value: object, case: Case, _seen: Seen | None, _family: str | None) -> bool | None:
        known = fact(case)
        return None if known is None else known == value

    return ask


def _among(fact: Callable[[Case], str | None]) -> Question:
    def ask(value: tuple[str, ...], case: Case, _seen: Seen | None, _family: str | None) -> bool | None:
        known = fact(case)
        return None if known is None else known in value

    return ask


def _sender(value: tuple[str, ...], case: Case, _seen: Seen | None, _family: str | None) -> bool | None:
    sender = case.context.sender
    return any(matches(sender, pattern) for pattern in value) if sender else None


def _recipients(value: tuple[str, ...], case: Case, _seen: Seen | None, _family: str | None) -> bool | None:
    recipients = case.context.recipients
    return any(matches(each, pattern) for each in recipients for pattern in value) if recipients else None


def _act(value: tuple[str, ...], case: Case, _seen: Seen | None, _family: str | None) -> bool:
    return any(case.has_act(act) for act in value)


def _no_act(value: tuple[str, ...], case: Case, _seen: Seen | None, _family: str | None) -> bool:
    return not any(case.has_act(act) for act in value)


def _part(value: Part, case: Case, seen: Seen | None, _family: str | None) -> bool | None:
    if seen is None:
        return None
    subject = seen.hit is not None and seen.hit.line == case.text.subject_line
    return (value is Part.SUBJECT) == subject


def _lines_around(case: Case, seen: Seen | None, sentences: int, side: Side) -> Sequence[int] | None:
    """Sentences at most so far away; None where what was seen has no place in the body."""
    if seen is None or seen.hit is None or seen.hit.line == case.text.subject_line:
        return None
    here = seen.hit.line
    before = sentences if side is not Side.AFTER else 0
    after = sentences if side is not Side.BEFORE else 0
    return range(max(0, here - before), min(case.text.subject_line, here + after + 1))


def _act_within(value: ActWithin, case: Case, seen: Seen | None, _family: str | None) -> bool | None:
    lines = _lines_around(case, seen, value.sentences, value.side)
    return None if lines is None else any(not case.act_lines(act).isdisjoint(lines) for act in value.act)


def _no_act_within(value: ActWithin, case: Case, seen: Seen | None, family: str | None) -> bool | None:
    near = _act_within(value, case, seen, family)
    return None if near is None else not near


def _words_within(
    value: tuple[WordsWithin, tuple[Matcher, ...]], case: Case, seen: Seen | None, _family: str | None
) -> bool | None:
    asked, matchers = value
    lines = _lines_around(case, seen, asked.sentences, asked.side)
    return None if lines is None else any(case.finds_in(matcher, line) for matcher in matchers for line in lines)


def _question(value: bool, case: Case, seen: Seen | None, _family: str | None) -> bool | None:  # noqa: FBT001 - of the file
    return None if seen is None or seen.hit is None else case.text.is_question(seen.hit.line) == value


def _position(value: Position, case: Case, seen: Seen | None, _family: str | None) -> bool | None:
    own = case.text.own_lines
    if seen is None or seen.hit is None or not own:
        return None
    first, last = seen.hit.line <= own[0], seen.hit.line >= own[-1]
    return {Position.FIRST: first, Position.LAST: last, Position.ONLY: first and last}[value]


def _probability(value: Comparison, case: Case, seen: Seen | None, family: str | None) -> bool | None:
    if seen is not None and seen.probability is not None:
        return value.holds(seen.probability)
    if case.judgement is None or seen is None or family is None:
        return None
    if seen.hit is None:
        return value.holds(case.judgement.whole[family]) if family in case.judgement.whole else None
    if seen.hit.line >= len(case.judgement.sentences):
        return None
    known = case.judgement.sentences[seen.hit.line].get(family)
    return None if known is None else value.holds(known)


def _sent_before(value: Comparison, _case: Case, seen: Seen | None, _family: str | None) -> bool | None:
    return None if seen is None or seen.sent_before is None else value.holds(seen.sent_before)


def _count(value: Comparison, _case: Case, seen: Seen | None, _family: str | None) -> bool | None:
    return None if seen is None or seen.count is None else value.holds(seen.count)


def _any_of(value: tuple[Condition, ...], case: Case, seen: Seen | None, family: str | None) -> bool | None:
    answers = [holds(condition, case, seen, family) for condition in value]
    if True in answers:
        return True
    return None if None in answers else False


_QUESTIONS: Mapping[str, Question] = MappingProxyType(
    {
        "inbound_level": _compared(lambda case: case.context.inbound_level),
        "messages_in_thread": _compared(lambda case: case.context.messages_in_thread),
        "apologies_before": _compared(lambda case: case.context.apologies_before),
        "our_failure": _equal(lambda case: case.context.our_failure),
        "repeat_contact": _equal(lambda case: case.context.repeat_contact),
        "resolved": _equal(lambda case: case.context.resolved),
        "relation": _equal(lambda case: case.context.relation),
        "team": _among(lambda case: case.context.team),
        "sender": _sender,
        "recipients": _recipients,
        "language": _among(lambda case: case.reply.language),
        "part": _part,
        "act": _act,
        "no_act": _no_act,
        "act_within": _act_within,
        "no_act_within": _no_act_within,
        "words_within": _words_within,
        "question": _question,
        "position": _position,
        "words": _compared(lambda case: case.text.words),
        "probability": _probability,
        "repeats_in_thread": _sent_before,
        "count": _count,
        "any_of": _any_of,
    }
)

#: Keys that ask about what was seen.
LOCAL = frozenset(
    "part act_within no_act_within words_within question position probability repeats_in_thread count".split()  # noqa: SIM905 - a list of names
)
