# SPDX-License-Identifier: GPL-3.0-or-later
"""Spelling a phrase out: all texts that a run of its items can be, as long as they are few.

This is the counterpart of `gateway.policy.wording.render`, from the same tree: what that writes as one pattern, this
writes as a list. It may give texts that the pattern does not match, but none may be lacking; a property test holds the
two together. Gaps, and words and numbers of any kind, cannot be spelled out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product

from gateway.policy.wording.inflection import forms
from gateway.policy.wording.render import CLITIC, FUSED, Lexicon
from gateway.policy.wording.tree import Choice, Class, Edge, Gap, Item, Phrase, Punctuation, Word

#: Ends a text that may go on within its last word.
OPEN = "*"
#: More texts than this are too many for a run of items, and for a word class alone.
_MANY, _MANY_IN_CLASS = 200, 2000

#: One item, or two words that contract in a way of their own.
Unit = tuple[Item, ...]


def units(phrase: Phrase) -> tuple[Unit, ...]:
    """The items of a phrase without its edges; two words that may melt into one stay together."""
    inner = [item for item in phrase if not isinstance(item, Edge)]
    found: list[Unit] = []
    at = 0
    while at < len(inner):
        width = 2 if _fused(inner[at : at + 2]) else 1
        found.append(tuple(inner[at : at + width]))
        at += width
    return tuple(found)


def _fused(items: Sequence[Item]) -> tuple[str, ...]:
    """How two words may be written as one."""
    match items:
        case [Word(text=first), Word(text=second)]:
            return FUSED.get((first, second), ())
        case _:
            return ()


@dataclass(slots=True)
class Speller:
    """Spells phrases of one lexicon. Every text begins with a space, but for a clitic that hangs on what precedes."""

    lexicon: Lexicon
    _classes: dict[tuple[str, bool], tuple[str, ...] | None] = field(default_factory=dict)
    _words: dict[tuple[Word, bool], tuple[str, ...]] = field(default_factory=dict)

    @property
    def english(self) -> bool:
        """Whether words are inflected and contracted."""
        return self.lexicon.language == "en"

    def run(self, run: Sequence[Unit], *, first: bool) -> tuple[str, ...] | None:
        """All texts of these units in a row; None if they are too many or endless. `first`: nothing precedes them."""
        texts: tuple[str, ...] | None = ("",)
        for unit in run:
            texts = None if texts is None else self.longer(texts, unit, first=first)
        return texts

    def longer(self, texts: Sequence[str], unit: Unit, *, first: bool) -> tuple[str, ...] | None:
        """These texts with one unit more; None if they are then too many or endless. `first`: nothing precedes them."""
        if any(text.endswith(OPEN) for text in texts):
            return None
        spelled = self._unit(unit, first=first and len(texts) == 1 and not texts[0])
        if spelled is None or (len(texts) > 1 and len(spelled) > 1 and len(texts) * len(spelled) > _MANY):
            return None
        return tuple(dict.fromkeys(before + text for before in texts for text in spelled))

    def _unit(self, unit: Unit, *, first: bool) -> tuple[str, ...] | None:
        if len(unit) == 2:
            apart = [self._item(item, first=first and item is unit[0]) or () for item in unit]
            return (*(one + two for one, two in product(*apart)), *(f" {text}" for text in _fused(unit)))
        return self._item(unit[0], first=first)

    def _item(self, item: Item, *, first: bool) -> tuple[str, ...] | None:
        match item:
            case Word():
                known = self._words.get((item, first))
                if known is None:
                    known = self._words[item, first] = self._word(item, first=first)
                return known
            case Punctuation(mark=mark):
                return (mark,)
            case Class(names=names):
                return _joined([self._class(name, first=first) for name in names])
            case Choice(alternatives=alternatives, optional=optional):
                spelled = [self.phrase(alternative, first=first) for alternative in alternatives]
                return _joined([*spelled, ("",)] if optional else spelled)
            case Gap() | Edge():
                return None

    def phrase(self, phrase: Phrase, *, first: bool) -> tuple[str, ...] | None:
        """All texts of a whole phrase; None if they are too many or endless."""
        return self.run(units(phrase), first=first)

    def _class(self, name: str, *, first: bool) -> tuple[str, ...] | None:
        if name not in self.lexicon.classes:
            return None
        if (name, first) not in self._classes:
            self._classes[name, first] = _joined(
                [self.phrase(each, first=first) for each in self.lexicon.classes[name]]
            )
        return self._classes[name, first]

    def _word(self, word: Word, *, first: bool) -> tuple[str, ...]:
        inflected = self.english and not (word.exact or word.prefix)
        written = [f" {text}" for form in (forms(word.text) if inflected else (word.text,)) for text in _hyphens(form)]
        if word.prefix:
            return tuple(text + OPEN for text in written)
        clitic = CLITIC.get(word.text) if inflected and not first else None
        return (*written, clitic) if clitic else tuple(written)


def _hyphens(form: str) -> list[str]:
    """Each hyphen may be a space, or missing."""
    first, *rest = form.split("-")
    return ["".join((first, *parts)) for parts in product(*((" " + part, part) for part in rest))]


def _joined(spelled: Sequence[tuple[str, ...] | None]) -> tuple[str, ...] | None:
    texts: dict[str, None] = {}
    for each in spelled:
        if each is None or len(texts) + len(each) > _MANY_IN_CLASS:
            return None
        texts.update(dict.fromkeys(each))
    return tuple(texts)


def may_contract(following: Sequence[Unit], behind: bool = False) -> bool:  # noqa: FBT001, FBT002 - the same answer
    """Whether "n't" may come next, which hangs on the word before it without a space.

    Args:
        following: what comes next.
        behind: the answer for what comes behind all of that, should all of it be left out.
    """
    if not following:
        return behind
    match following[0][0]:
        case Word(text=text):
            return text == "not"
        case Punctuation():
            return False
        case Class():
            return True
        case Choice(alternatives=alternatives, optional=optional):
            begun = any(may_contract(units(each), behind) for each in alternatives)
            return begun or (optional and may_contract(following[1:], behind))
        case Gap() | Edge():
            return may_contract(following[1:], behind)
