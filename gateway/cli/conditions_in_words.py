# SPDX-License-Identifier: GPL-3.0-or-later
"""Conditions and steps of a policy for the person who reads what `policy explain` and `policy try` print."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from gateway.policy.policies import Condition, Ease, Escalation
from gateway.policy.schema.conditions import ActWithin, Side, WordsWithin

_WHERE = {Side.BEFORE: "at most {} before", Side.AFTER: "at most {} after", Side.EITHER: "at most {} away"}


def in_words(condition: Condition) -> str:
    """A condition, for example ``apology at most 1 sentence before and relation new``."""
    return " and ".join(_term(name, value) for name, value in condition.terms) or "always"


def any_in_words(conditions: Iterable[Condition]) -> str:
    """Conditions of which one is enough."""
    return "; or ".join(in_words(condition) for condition in conditions)


def escalation_in_words(step: Escalation) -> str:
    """What a step that makes a finding graver asks, and does."""
    asked = [in_words(step.when)] if step.when.terms else []
    asked += [f"another finding of {' or '.join(step.also)}"] if step.also else []
    done = [f"at least {step.mode.value}"] if step.mode else []
    done += [f"severity {step.severity.value}"] if step.severity else []
    done += [f"{step.add_points:+g} points"] if step.add_points else []
    done += [f"to the {step.to.value}"] if step.to else []
    return f"{' and '.join(asked) or 'always'}: {', '.join(done)}"


def ease_in_words(step: Ease) -> str:
    """What a step that makes a finding lighter asks, and does."""
    done = [f"{-step.take_points:+g} points"] if step.take_points else []
    done += ["at most note"] if step.to_note else []
    return f"{in_words(step.when)}: {', '.join(done)}"


def _term(name: str, value: object) -> str:
    plain = name.replace("_", " ")
    match value:
        case ActWithin():
            words = f"{' or '.join(value.act)} {_near(value.sentences, value.side)}"
            said = f"no {words}" if name == "no_act_within" else words
        case (WordsWithin() as asked, _):
            said = f"a word of {' or '.join(asked.words)} {_near(asked.sentences, asked.side)}"
        case tuple():
            said = _one_of(name, value)
        case bool():
            said = f"{plain} {'yes' if value else 'no'}"
        case Enum():
            said = f"{plain} {value.value}"
        case _:
            said = f"{plain} {value}"
    return said


def _one_of(name: str, values: tuple[object, ...]) -> str:
    conditions = [value for value in values if isinstance(value, Condition)]
    if conditions:
        return f"({any_in_words(conditions)})"
    said = " or ".join(map(str, values))
    return {"act": f"{said} in the reply", "no_act": f"no {said} in the reply"}.get(name, f"{name} {said}")


def _near(sentences: int, side: Side) -> str:
    if sentences == 0:
        return "in the same sentence"
    return _WHERE[side].format(f"{sentences} sentence{'s' if sentences > 1 else ''}")
