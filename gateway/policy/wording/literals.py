# SPDX-License-Identifier: GPL-3.0-or-later
"""Literals: what must stand in the canonical form of a text, if a phrase is to be found in it.

Of all runs of items that can be spelled out, that one serves whose texts are rarest together; "you are the one who"
is found in hardly any mail, though each of its words is in all of them. Its texts, in canonical form, are the
*literals*: where the phrase is found, one of them is. Beside them stand *groups*: sets of tokens, of each of which the
line has one. They follow from the same tree as the pattern, and a property test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gateway.policy.wording.canonical import canonical
from gateway.policy.wording.rarity import rate, rate_of_run
from gateway.policy.wording.render import Lexicon
from gateway.policy.wording.spelling import OPEN, Speller, Unit, may_contract, units
from gateway.policy.wording.tree import Choice, Class, Phrase

Group = frozenset[bytes]

#: What one literal more costs, in tokens of a text that it would have to be missing from.
_PRICE = 3e-6
#: What is as rare as this need not be rarer.
_RARE_ENOUGH = 2e-5
#: Units in a run at most; longer ones are hardly rarer.
_LONGEST = 4
#: Groups kept for a phrase; those that nearly every line has are of no use.
_KEPT, _TOO_COMMON = 4, 0.08
#: A literal with others that go on where it ends stands for them all, if its last token has so many letters.
_STEM = 4


@dataclass(frozen=True, slots=True)
class Needed:
    """What a phrase needs.

    Attributes:
        literals: one of these is in the canonical line; None if nothing can be said, and each line must be tried.
        groups: of each of these, one token is in the line; rarest first.
    """

    literals: Group | None
    groups: tuple[Group, ...] = ()


@dataclass(slots=True)
class Chooser:
    """Chooses what to look for, for the phrases of one lexicon."""

    lexicon: Lexicon
    _speller: Speller = field(init=False)
    _classes: dict[tuple[str, bool, bool], Group | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._speller = Speller(self.lexicon)

    def needed(self, phrase: Phrase) -> Needed:
        """What a phrase needs."""
        row = units(phrase)
        single = [self._of_unit(row, at, contracted=may_contract(row[at + 1 :])) for at in range(len(row))]
        literals = self._best([*single, *self._runs(row, first=True, contracted=False)])
        groups = [group for each in single if each is not None and (group := _tokens(each)) is not None]
        rates = {group: _rate(group) for group in groups}
        kept = sorted((group for group in rates if rates[group] < _TOO_COMMON), key=rates.__getitem__)[:_KEPT]
        return Needed(None if literals is None else _stems(literals), tuple(kept))

    def _phrase(self, phrase: Phrase, *, first: bool, contracted: bool) -> Group | None:
        """The rarest literals of a phrase that is a part of another; `contracted`: "n't" may hang on its end."""
        row = units(phrase)
        singles = [
            self._of_unit(row, at, first=first and at == 0, contracted=may_contract(row[at + 1 :], contracted))
            for at in range(len(row))
        ]
        return self._best([*singles, *self._runs(row, first=first, contracted=contracted)])

    def _best(self, choices: Iterable[Group | None]) -> Group | None:
        best, least = None, float("inf")
        for literals in choices:
            cost = _cost(literals, least) if literals else least
            if cost < least:
                best, least = literals, cost
            if least < _RARE_ENOUGH:
                break
        return best

    def _runs(self, row: Sequence[Unit], *, first: bool, contracted: bool) -> Iterable[Group | None]:
        """The literals of every run of at least two units."""
        for start in range(len(row)):
            texts: tuple[str, ...] = ("",)
            for end in range(start + 1, min(len(row), start + _LONGEST) + 1):
                longer = self._speller.longer(texts, row[end - 1], first=first and start == 0)
                if longer is None:
                    break
                texts = longer
                if end - start > 1:
                    yield self._literals(texts, contracted=may_contract(row[end:], contracted))

    def _of_unit(self, row: Sequence[Unit], at: int, *, contracted: bool, first: bool | None = None) -> Group | None:
        """The literals of one unit: all of its texts, or the rarest of each alternative, whichever is rarer."""
        unit, first = row[at], at == 0 if first is None else first
        texts = self._speller.run([unit], first=first)
        whole = None if texts is None else self._literals(texts, contracted=contracted)
        match unit[0]:
            case Class(names=names):
                parts = [self._class(name, first=first, contracted=contracted) for name in names]
            case Choice(alternatives=alternatives, optional=False):
                parts = [self._phrase(each, first=first, contracted=contracted) for each in alternatives]
            case _:
                return whole
        return self._best([whole, _union(parts)])

    def _class(self, name: str, *, first: bool, contracted: bool) -> Group | None:
        key = name, first, contracted
        if key not in self._classes:
            phrases = self.lexicon.classes.get(name)
            self._classes[key] = (
                None
                if phrases is None
                else _union([self._phrase(each, first=first, contracted=contracted) for each in phrases])
            )
        return self._classes[key]

    def _literals(self, texts: Sequence[str], *, contracted: bool) -> Group | None:
        """The texts in canonical form; None if one of them has no word."""
        if contracted:
            texts = [*texts, *(text + "n't" for text in texts if not text.endswith(OPEN))]
        lines = canonical("\n".join(texts), english=self._speller.english).split(b"\n")
        # Canonical form begins and ends with a space; a clitic and a word that may go on do not.
        found = {
            line[text[:1].isalnum() : -1 if text.endswith(OPEN) else None]
            for text, line in zip(texts, lines, strict=True)
        }
        return None if any(not literal.strip() for literal in found) else frozenset(found)


def _union(parts: Sequence[Group | None]) -> Group | None:
    """All of them; None if one of them says nothing."""
    known = [part for part in parts if part]
    return frozenset().union(*known) if known and len(known) == len(parts) else None


def _cost(literals: Group, least: float) -> float:
    """How often a text has one of them, and what they cost to look for; not less than `least` is not told exactly."""
    cost = _PRICE * len(literals)
    for literal in literals:
        if cost >= least:
            break
        cost += rate_of_run(literal)
    return cost


def _rate(group: Group) -> float:
    return sum(map(rate, group))


def _tokens(literals: Group) -> Group | None:
    """The rarest whole token of each literal; None if one of them has none."""
    found = set()
    for literal in literals:
        whole = literal.split()
        if not literal.startswith(b" "):
            whole = whole[1:]
        if not literal.endswith(b" "):
            whole = whole[:-1]
        if not whole:
            return None
        found.add(min(whole, key=rate))
    return frozenset(found)


def _stems(literals: Group) -> Group:
    """The literals, with one that ends in a stem in place of all that go on from there."""
    kept: set[bytes] = set()
    stem = b""
    row = sorted(literals)
    for literal, following in zip(row, [*row[1:], b""], strict=True):
        if stem and literal.startswith(stem):
            continue
        stem = literal.rstrip(b" ")
        if following.startswith(stem) and len(stem) - stem.rfind(b" ") > _STEM:
            kept.add(stem)
        else:
            kept.add(literal)
            stem = b""
    return frozenset(kept)
