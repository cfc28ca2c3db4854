# SPDX-License-Identifier: GPL-3.0-or-later
"""The lines of a text in the form that a sieve wants them in."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cached_property
from itertools import accumulate

from gateway.policy.matcher import LONGEST
from gateway.policy.wording.canonical import canonical


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
