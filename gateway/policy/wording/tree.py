# SPDX-License-Identifier: GPL-3.0-or-later
"""What a phrase is made of, once it is read (`gateway.policy.wording.grammar`)."""

from __future__ import annotations

from dataclasses import dataclass


class PhraseError(ValueError):
    """A phrase that the grammar does not know; the text says what and, if possible, how to write it."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word: `text` in lower case; `exact` if it stands for this form alone, `prefix` if any ending will do."""

    text: str
    exact: bool = False
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Punctuation:
    """A mark that must stand right behind what precedes."""

    mark: str


@dataclass(frozen=True, slots=True)
class Gap:
    """At most `words` words of whatever kind."""

    words: int


@dataclass(frozen=True, slots=True)
class Class:
    """Any wording of one of these word classes."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edge:
    """The start or the end of the sentence."""

    start: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several; `optional` if none of them will do as well."""

    alternatives: tuple[Phrase, ...]
    optional: bool


Item = Word | Punctuation | Gap | Class | Edge | Choice
Phrase = tuple[Item, ...]
