# SPDX-License-Identifier: GPL-3.0-or-later
"""Anchors: words that a text must have if a phrase is to be found in it.

Each item of a phrase that cannot be left out gives a group of tokens, one of which every match contains. The groups
that are rarest in ordinary mail become the anchors. They follow from the same tree as the pattern; a property test
holds the two together: whatever the pattern finds, the anchors let through.

Why not an automaton over all patterns at once: see the measurements in `tests/policy/test_speed.py`.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import chain

from gateway.policy.wording.fold import fold
from gateway.policy.wording.grammar import Choice, Class, Item, Phrase, Word
from gateway.policy.wording.inflection import forms
from gateway.policy.wording.render import Lexicon
from gateway.policy.wording.vocabulary import commonness

Group = frozenset[bytes]

# Tokens that may stand for a word, apart from itself: clitics are tokens of their own behind an apostrophe, and some
# words melt into one with the word beside them ("cannot", "wont"); "n't" is cut off its verb and leaves a "t".
_OTHER_TOKENS = {
    "not": ("t", "cannot", "cant", "wont", "shant"),
    "us": ("s",),
    "can": ("cannot", "cant", "ca"),
    "will": ("ll", "wont", "wo"),
    "shall": ("shant", "sha"),
    "have": ("ve",),
    "has": ("s",),
    "is": ("s",),
    "had": ("d",),
    "would": ("d",),
    "are": ("re",),
    "am": ("m",),
}
#: A group longer than this costs more than it saves.
_LONGEST = 1500
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")

#: Ends a token of a group that stands for all tokens that begin with it.
ANY_ENDING = b"*"
#: Anchors kept for one pattern.
_KEPT = 6

_SPACED = bytes(n if chr(n).isalnum() or n == 10 else 32 for n in range(128)) + bytes(range(128, 256))


def tokens(folded: str) -> frozenset[bytes]:
    """All tokens of a folded text: runs of letters and digits, in lower case; "n't" is apart from its verb."""
    return frozenset(token for line in _lines(folded) for token in line.split())


def token_lines(folded: str) -> dict[bytes, int]:
    """For each token of a folded text the lines that have it, as a number whose bit n stands for line n."""
    found: dict[bytes, int] = {}
    known = found.get
    bit = 1
    for line in _lines(folded):
        for token in line.split():
            found[token] = known(token, 0) | bit
        bit <<= 1
    return found


def _lines(folded: str) -> list[bytes]:
    """The lines of a folded text with nothing but tokens and spaces in them."""
    lowered = folded.lower().replace("n't", " t")
    if not lowered.isascii():
        for sign in set(_NOT_ASCII.findall(lowered)):
            if not sign.isalnum():
                lowered = lowered.replace(sign, " ")
    return lowered.encode().translate(_SPACED).split(b"\n")


@lru_cache(maxsize=4096)
def open_ended(group: Group) -> tuple[bytes, ...]:
    """What tokens may begin with, for those of a group that stand for many."""
    return tuple(token[:-1] for token in group if token.endswith(ANY_ENDING))


def anchors(phrase: Phrase, lexicon: Lexicon) -> tuple[Group, ...]:
    """The rarest groups, rarest first; empty if nothing in the phrase can serve."""
    groups = sorted(set(_groups(phrase, lexicon)), key=_weight)
    return tuple(_shared(group) for group in groups[:_KEPT])


@cache
def _shared(group: Group) -> Group:
    """One object for equal groups: comparing two that are not the same one costs more than the look-up it is for."""
    return group


def _weight(group: Group) -> float:
    return sum(commonness(token.decode().rstrip("*")) for token in group)


def _rarest(groups: list[Group]) -> Group:
    return min(groups, key=_weight)


def _groups(phrase: Phrase, lexicon: Lexicon) -> list[Group]:
    """Groups of all items that cannot be left out."""
    found = (_group(item, lexicon) for item in phrase)
    return [group for group in found if group is not None and len(group) <= _LONGEST]


def _group(item: Item, lexicon: Lexicon) -> Group | None:
    match item:
        case Word():
            return _word(item, lexicon.language)
        case Class(names):
            if any(name not in lexicon.classes for name in names):
                return None
            return _any_of(tuple(chain.from_iterable(lexicon.classes[name] for name in names)), lexicon)
        case Choice(alternatives, optional=False):
            return _any_of(alternatives, lexicon)
        case _:
            return None


def _any_of(alternatives: tuple[Phrase, ...], lexicon: Lexicon) -> Group | None:
    """One group for several alternatives: the best of each; None if one of them has none."""
    union: set[bytes] = set()
    for alternative in alternatives:
        groups = _groups(alternative, lexicon)
        if not groups:
            return None
        union.update(_rarest(groups))
    return frozenset(union)


def _word(word: Word, language: str) -> Group | None:
    if word.prefix:
        return frozenset({word.text.encode() + ANY_ENDING}) if word.text.isalnum() else None
    if language != "en":
        return _longest_run(word.text)
    if "-" in word.text:
        first, joined = word.text.partition("-")[0], word.text.replace("-", "")
        return frozenset({first.encode(), joined.encode()}) if joined.isalnum() and first else None
    written = (word.text,) if word.exact else forms(word.text)
    if not all(form.isalnum() for form in written):
        return _longest_run(word.text)
    clitics = () if word.exact else _OTHER_TOKENS.get(word.text, ())
    return frozenset(form.encode() for form in (*written, *clitics))


def _longest_run(text: str) -> Group | None:
    """The longest token within a word that has other signs in it, such as an apostrophe."""
    if "-" in text:
        return None
    return frozenset({max(parts, key=len)}) if (parts := tokens(fold(text))) else None
