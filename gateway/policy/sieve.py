# SPDX-License-Identifier: GPL-3.0-or-later
"""The sieve: in one pass over a text, which of thousands of patterns may be found in it, and in which lines.

A sieve holds what its patterns need (`gateway.policy.wording.literals`) as one automaton of Hyperscan, compiled ahead;
ten thousand phrases that are not there cost next to nothing. It lets through too much, never too little: whether a
pattern really matches is its matcher's word alone.

An automaton keeps its working memory beside it, so it scans one text at a time: one thread a process.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import hyperscan

from gateway.policy.lines import Form, Lines
from gateway.policy.matcher import Matcher
from gateway.policy.wording.literals import Group


class Use(StrEnum):
    """When text goes through a sieve."""

    ALWAYS = "always"
    """Every text does: its patterns are what rules begin with."""
    WHOLE = "whole"
    """A text does when one of its patterns is asked for: those of one act, which is asked about as a whole."""
    LINE = "line"
    """A line does, likewise: patterns that are asked about the sentence that something was found in."""


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
        known, ends = met.get, text.ends

        def note(entry: int, _start: int, end: int, _flags: int, _context: object) -> None:
            met[entry] = known(entry, 0) | 1 << bisect_right(ends, end - 1)

        self.automaton.scan(text.octets, match_event_handler=note)
        return Sifted(self, text, met)

    def sift_line(self, text: Lines, line: int) -> Sifted:
        """What may be found in this line."""
        met: dict[int, int] = {}
        bit = 1 << line

        def note(entry: int, _start: int, _end: int, _flags: int, _context: object) -> None:
            met[entry] = bit

        self.automaton.scan(text.lines[line], match_event_handler=note)
        return Sifted(self, text, met)


@dataclass(slots=True, eq=False)
class Sifted:
    """What came through a sieve; patterns are looked at as they are asked for, or all at once.

    Attributes:
        sieve: which.
        text: that went through it.
        met: entries of its table that were met, each with the lines, as a number whose bit n stands for line n.
    """

    sieve: Sieve
    text: Lines
    met: Mapping[int, int]
    _settled: Mapping[Matcher, int] | None = None

    def settled(self) -> Mapping[Matcher, int]:
        """All patterns that may be found, with their lines: for a sieve of which most are asked for."""
        if self._settled is None:
            found: dict[Matcher, int] = {}
            for entry, mask in self.met.items():
                for matcher in self.sieve.table[entry]:
                    found[matcher] = found.get(matcher, 0) | mask
            whole = {matcher: left for matcher, mask in found.items() if (left := self._complete(matcher, mask))}
            unsure = self.text.unsure
            self._settled = {each: whole.get(each, 0) | unsure for each in self.sieve.matchers} if unsure else whole
        return self._settled

    def _complete(self, matcher: Matcher, mask: int) -> int:
        """Those of the lines that have a token of each group that a pattern needs."""
        groups = self.sieve.groups.get(matcher)
        left = mask if groups else 0
        while left:
            bit = left & -left
            left ^= bit
            tokens = self.text.tokens(bit.bit_length() - 1)
            for group in groups or ():
                if group.isdisjoint(tokens):
                    mask ^= bit
                    break
        return mask

    def lines(self, matcher: Matcher) -> Iterator[int]:
        """Lines in which a pattern may be found, in order; of those of an act few are looked at."""
        mask = self._met_by(matcher) if self._settled is None else self._settled.get(matcher, 0)
        while mask:
            bit = mask & -mask
            mask ^= bit
            if self._settled is not None or self.text.unsure & bit or self._complete(matcher, bit):
                yield bit.bit_length() - 1

    def _met_by(self, matcher: Matcher) -> int:
        mask = self.text.unsure
        for entry in self.sieve.entries[matcher] & self.met.keys():
            mask |= self.met[entry]
        return mask

    def is_in(self, matcher: Matcher, line: int) -> bool:
        """Whether a pattern may be found in this line."""
        bit = 1 << line
        if self._settled is not None:
            return bool(self._settled.get(matcher, 0) & bit)
        if self.text.unsure & bit:
            return True
        return bool(self._met_by(matcher) & bit and self._complete(matcher, bit))


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
