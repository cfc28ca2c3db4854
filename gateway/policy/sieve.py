# SPDX-License-Identifier: GPL-3.0-or-later
"""The sieve: in one pass over a text, which of thousands of patterns may be found in it, and in which lines.

A sieve holds what its patterns need (`gateway.policy.wording.literals`) as one automaton of Hyperscan, compiled ahead;
ten thousand phrases that are not there cost next to nothing. It lets through too much, never too little: whether a
pattern really matches is its matcher's word alone.

An automaton keeps its working memory beside it, so it scans one text at a time: one thread a process.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import accumulate, chain
from typing import Any

import hyperscan

from gateway.policy.matcher import LONGEST, Matcher
from gateway.policy.wording.canonical import canonical
from gateway.policy.wording.literals import Group


class Form(StrEnum):
    """In which form a sieve wants the text."""

    ENGLISH = "english"
    OTHER = "other"
    FOLDED = "folded"


#: Signs outside ASCII that Hyperscan and the `regex` package take for the same. They differ about marks, fractions,
#: and what is one letter in one case and two in the other.
_TOLD_ALIKE = (
    "\u00a1-\u00b1\u00b4-\u00b8\u00bb\u00bf-\u00de\u00e0-\u012f\u0132-\u0148\u014a-\u017e\u2010-\u2027\u2030-\u203e"
    "\u20a0-\u20bf\U0001f300-\U0001f5ff"
)
_TOLD_APART = re.compile(f"[^\\x00-\\x1b\\x20-\\x7f{_TOLD_ALIKE}]")
_LETTER = re.compile(r"[^\W\x00-\x7f]")
_NO_LETTER = re.compile(r"[^\x00-\x7f]")


def _in_ascii(folded: str) -> bytes:
    """The text with signs in place of what is not ASCII: a word's and one of no word, which no plain pattern names."""
    if not folded.isascii():
        folded = _NO_LETTER.sub("~", _LETTER.sub("_", folded))
    return folded.encode("ascii")


def _unsure(folded: str) -> int:
    """Lines of which a sieve of patterns of the `regex` package cannot tell, as a number whose bit n is line n."""
    if len(folded) <= LONGEST and _TOLD_APART.search(folded) is None:
        return 0
    lines = folded.split("\n")
    return sum(1 << n for n, line in enumerate(lines) if len(line) > LONGEST or _TOLD_APART.search(line))


class Use(StrEnum):
    """When text goes through a sieve."""

    ALWAYS = "always"
    """Every text does: its patterns are what rules begin with."""
    WHOLE = "whole"
    """A text does when one of its patterns is asked for: those of one act, which is asked about as a whole."""
    LINE = "line"
    """A line does, likewise: patterns that are asked about the sentence that something was found in."""


class Lines:
    """A folded text in one form: octets, each line followed by a line feed but the last.

    Attributes:
        octets: all of it.
        unsure: lines of which a sieve of this form cannot tell, as a number whose bit n stands for line n.
    """

    def __init__(self, folded: str, form: Form) -> None:
        if form is Form.FOLDED:
            self.octets = _in_ascii(folded)
            self.unsure = _unsure(folded)
        else:
            self.octets = canonical(folded, english=form is Form.ENGLISH)
            self.unsure = 0
        self._tokens: dict[int, frozenset[bytes]] = {}

    @cached_property
    def lines(self) -> list[bytes]:
        """Each by itself."""
        return self.octets.split(b"\n")

    @cached_property
    def ends(self) -> tuple[int, ...]:
        """The offset behind each line's line feed."""
        return tuple(accumulate(len(line) + 1 for line in self.lines))

    def tokens(self, line: int) -> frozenset[bytes]:
        """The tokens of a line, for a canonical form."""
        known = self._tokens.get(line)
        if known is None:
            known = self._tokens[line] = frozenset(self.lines[line].split())
        return known


@dataclass(frozen=True, slots=True, eq=False)
class Sieve:
    """See the module.

    Attributes:
        use: when text goes through it.
        form: of the text that it wants.
        matchers: what it may let through.
        groups: sets of tokens, of each of which a pattern's line must have one.
        table: which matchers need an expression; those that the same ones need share an entry.
        entries: for each matcher those of the table that it is in.
        automaton: of Hyperscan; it names expressions by their entry in the table.
    """

    use: Use
    form: Form
    matchers: tuple[Matcher, ...]
    groups: Mapping[Matcher, tuple[Group, ...]]
    table: tuple[tuple[Matcher, ...], ...]
    automaton: Any
    entries: Mapping[Matcher, frozenset[int]] = field(init=False)

    def __post_init__(self) -> None:
        """Turn the table round."""
        entries: dict[Matcher, set[int]] = {matcher: set() for matcher in self.matchers}
        for entry, matchers in enumerate(self.table):
            for matcher in matchers:
                entries[matcher].add(entry)
        object.__setattr__(self, "entries", {matcher: frozenset(numbers) for matcher, numbers in entries.items()})

    def sift(self, text: Lines) -> Sifted:
        """What may be found in a text."""
        met: dict[int, int] = {}
        events = self._scan(text.octets)
        ends = text.ends if events else ()
        for entry, end in events:
            met[entry] = met.get(entry, 0) | 1 << bisect_right(ends, end - 1)
        return Sifted(self, text, met)

    def sift_line(self, text: Lines, line: int) -> Sifted:
        """What may be found in this line."""
        return Sifted(self, text, dict.fromkeys((entry for entry, _ in self._scan(text.lines[line])), 1 << line))

    def _scan(self, octets: bytes) -> list[tuple[int, int]]:
        """Entries of the table whose expressions were found, each with the offset behind it."""
        found: list[tuple[int, int]] = []

        def note(entry: int, _start: int, end: int, _flags: int, _context: object) -> None:
            found.append((entry, end))

        self.automaton.scan(octets, match_event_handler=note)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Sifted:
    """What came through a sieve; patterns are looked at as they are asked for.

    Attributes:
        sieve: which.
        text: that went through it.
        met: entries of its table that were met, each with the lines, as a number whose bit n stands for line n.
    """

    sieve: Sieve
    text: Lines
    met: Mapping[int, int]

    def matchers(self) -> Iterable[Matcher]:
        """Patterns that may be found somewhere, but for what their groups say."""
        if self.text.unsure:
            return self.sieve.matchers
        return dict.fromkeys(chain.from_iterable(map(self.sieve.table.__getitem__, self.met)))

    def lines(self, matcher: Matcher) -> Iterator[int]:
        """Lines in which a pattern may be found, in order."""
        mask = self.text.unsure
        for entry in self.sieve.entries[matcher] & self.met.keys():
            mask |= self.met[entry]
        while mask:
            bit = mask & -mask
            mask ^= bit
            line = bit.bit_length() - 1
            if self._is_complete(matcher, line) or self.text.unsure & bit:
                yield line

    def is_in(self, matcher: Matcher, line: int) -> bool:
        """Whether a pattern may be found in this line."""
        if self.text.unsure >> line & 1:
            return True
        entries = self.sieve.entries[matcher] & self.met.keys()
        return any(self.met[entry] >> line & 1 for entry in entries) and self._is_complete(matcher, line)

    def _is_complete(self, matcher: Matcher, line: int) -> bool:
        """Whether a line has a token of each group that a pattern needs."""
        groups = self.sieve.groups.get(matcher)
        if groups:
            tokens = self.text.tokens(line)
            for group in groups:
                if group.isdisjoint(tokens):
                    return False
        return True


@dataclass(frozen=True, slots=True, eq=False)
class Sieves:
    """All sieves of a set of policies.

    Attributes:
        all: the first ones before the others.
        of: to which a pattern belongs; those that no sieve can hold are lacking.
    """

    all: tuple[Sieve, ...] = ()
    of: Mapping[Matcher, Sieve] = field(default_factory=dict)


def automaton(literals: Mapping[bytes, int]) -> Any:  # noqa: ANN401 - hyperscan's own type says no more
    """An automaton for literals, each with its entry in the table."""
    made = hyperscan.Database()
    made.compile(expressions=list(literals), ids=list(literals.values()), flags=0, literal=True)
    return made


_EXPERT = hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_MULTILINE | hyperscan.HS_FLAG_PREFILTER


def expert_automaton(patterns: Sequence[str]) -> Any:  # noqa: ANN401 - likewise
    """An automaton for patterns of the `regex` package; it finds wherever they do, and elsewhere.

    Raises:
        hyperscan.HyperscanError: it cannot read one of them.
    """
    made = hyperscan.Database()
    sources = [pattern.encode() for pattern in patterns]
    made.compile(expressions=sources, ids=list(range(len(sources))), flags=[_EXPERT] * len(sources))
    return made


def pack(automata: Iterable[Any]) -> list[bytes]:
    """Automata as octets, for this kind of processor."""
    return [hyperscan.dumpb(each) for each in automata]


def unpack(octets: bytes) -> Any:  # noqa: ANN401 - likewise
    """An automaton from octets that `pack` made; whose they are must be known, since nothing checks them.

    Raises:
        hyperscan.HyperscanError: another version made them, or for another processor.
    """
    made = hyperscan.loadb(octets, hyperscan.HS_MODE_BLOCK)
    made.scratch = hyperscan.Scratch(made)
    return made
