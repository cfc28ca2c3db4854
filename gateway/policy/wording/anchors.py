# SPDX-License-Identifier: GPL-3.0-or-later
"""Anchors: words that a text must have if a phrase is to be found in it.

Each item of a phrase that cannot be left out gives a group of tokens, one of which every match contains. The groups
that are rarest in ordinary mail become the anchors. They follow from the same tree as the pattern; a property test
holds the two together: whatever the pattern finds, the anchors let through.

Why not an automaton over all patterns at once: see the measurements in `tests/policy/test_speed.py`.
"""

from __future__ import annotations

from itertools import chain

from gateway.policy.wording.fold import fold
from gateway.policy.wording.grammar import Choice, Class, Item, Phrase, Word
from gateway.policy.wording.inflection import forms
from gateway.policy.wording.render import Lexicon
from gateway.policy.wording.vocabulary import commonness

Group = frozenset[bytes]

# Words that may melt into one with the word beside them ("cannot", "won't", "let's"): these are no anchors.
_MELTING = frozenset({"not", "us", "can", "will", "shall"})
# Tokens that may stand for a word, apart from itself: clitics are tokens of their own behind an apostrophe.
_CLITIC_TOKENS = {
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
#: Anchors kept for one pattern.
_KEPT = 3

_SPACED = bytes(ord(chr(n).lower()) if n >= 128 or chr(n).isalnum() else 32 for n in range(128)) + bytes(
    range(128, 256)
)


def tokens(folded: str) -> frozenset[bytes]:
    """All tokens of a folded text: runs of letters and digits, in lower case; "n't" is apart from its verb."""
    lowered = folded.lower().replace("n't", " t")
    if not lowered.isascii():
        lowered = "".join(letter if letter.isalnum() or letter.isascii() else " " for letter in lowered)
    return frozenset(lowered.encode().translate(_SPACED).split())


def anchors(phrase: Phrase, lexicon: Lexicon) -> tuple[Group, ...]:
    """The rarest groups, rarest first; empty if nothing in the phrase can serve."""
    groups = sorted(set(_groups(phrase, lexicon)), key=_weight)
    return tuple(groups[:_KEPT])


def _weight(group: Group) -> float:
    return sum(commonness(token.decode()) for token in group)


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
        return None
    if language != "en":
        return _longest_run(word.text)
    if "-" in word.text or word.text in _MELTING:
        return None
    written = (word.text,) if word.exact else forms(word.text)
    if not all(form.isalnum() for form in written):
        return _longest_run(word.text)
    clitics = () if word.exact else _CLITIC_TOKENS.get(word.text, ())
    return frozenset(form.encode() for form in (*written, *clitics))


def _longest_run(text: str) -> Group | None:
    """The longest token within a word that has other signs in it, such as an apostrophe."""
    if "-" in text:
        return None
    return frozenset({max(parts, key=len)}) if (parts := tokens(fold(text))) else None
