# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts from the command line: what the gateway would know from its memory and its feed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, Final

from gateway.policy.context import Context, Relation


def _yes_or_no(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError("has to be true or false")
    return text == "true"


def _level(text: str) -> int:
    if text not in ("0", "1", "2", "3"):
        raise ValueError("has to be 0, 1, 2 or 3")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal():
        raise ValueError("has to be a number")
    return int(text)


def _relation(text: str) -> Relation:
    if text not in tuple(Relation):
        raise ValueError("has to be new or known")
    return Relation(text)


_FACTS: Final[Mapping[str, Callable[[str], object]]] = {
    "inbound_level": _level,
    "our_failure": _yes_or_no,
    "relation": _relation,
    "repeat_contact": _yes_or_no,
    "resolved": _yes_or_no,
    "messages_in_thread": _count,
    "apologies_before": _count,
}


def with_facts(context: Context, facts: Iterable[str], earlier: Iterable[str]) -> Context:
    """A context with facts added to it, which go before what it had.

    Args:
        context: what the reply itself tells.
        facts: each as ``name=value``.
        earlier: earlier replies of ours in the thread.

    Raises:
        ValueError: a fact is not known here, or cannot have this value; the text says which.
    """
    known: dict[str, Any] = {}
    for fact in facts:
        name, _, value = fact.partition("=")
        if name not in _FACTS:
            near = get_close_matches(name, _FACTS, 1)
            hint = f"; did you mean {near[0]}?" if near else f"; known are {', '.join(_FACTS)}"
            raise ValueError(f"there is no fact {name!r}{hint}")
        try:
            known[name] = _FACTS[name](value)
        except ValueError as error:
            raise ValueError(f"{name} {error}, not {value!r}") from None
    replies = tuple(earlier)
    return replace(context, **known, earlier_replies=replies or context.earlier_replies)


def described(context: Context) -> str:
    """The facts of a context for a person; what is not known is said so."""
    said = [f"{name} {'unknown' if (value := getattr(context, name)) is None else value}" for name in _FACTS]
    earlier = context.earlier_replies
    said.append(f"earlier replies {'unknown' if earlier is None else len(earlier)}")
    return ", ".join(said)
