# SPDX-License-Identifier: GPL-3.0-or-later
"""`Lines`: what both renderers, plain and HTML, give and what the splitter reads.

Lines are kept by column, not by line: a mail of 2 kB has thirty of them, and each is asked the same few things again
and again (is it empty, is it quoted, whose is it). In a column of octets such a question is one search in C.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from operator import gt
from typing import Final, NamedTuple


class Hint:
    """What the markup around a line says about it: the octets of `Lines.hints`. Plain text has none."""

    NONE: Final = 0
    QUOTED: Final = 1  # inside an element that a mail client puts around quotations
    CONTAINER: Final = 2  # inside Gmail's wrapper: its attribution, the quotation, and answers between
    ATTRIBUTION: Final = 3  # "On Monday, Anna wrote:", marked as such
    CUT: Final = 4  # from here to the end, the client has put the earlier messages
    SIGNATURE: Final = 5
    RULE: Final = 6  # a horizontal rule


class Role:
    """Whose a line is: the octets of a column beside `Lines`."""

    AUTHORED: Final = 0
    QUOTED: Final = 1
    SIGNATURE: Final = 2
    BOILERPLATE: Final = 3


class Lines:
    """Lines as a reader sees them, by column. Nobody changes one once it is made.

    Attributes:
        texts: each without quotation marks in front and white space behind.
        starts: offset of each text in the rendered part.
        depths: how many levels of quotation each stands in, at most 255.
        hints: what the markup says, see `Hint`.
        filled: 1 for each that has text, 0 for a white line.
    """

    __slots__ = ("depths", "filled", "hints", "starts", "texts")

    def __init__(self, texts: Sequence[str], starts: Sequence[int], depths: bytes, hints: bytes) -> None:
        self.texts: Final = texts
        self.starts: Final = starts
        self.depths: Final = depths
        self.hints: Final = hints
        self.filled: Final = bytes(map(bool, texts))

    def __len__(self) -> int:
        return len(self.texts)

    def part(self, start: int, end: int) -> Lines:
        """The lines from `start` to before `end`."""
        return Lines(self.texts[start:end], self.starts[start:end], self.depths[start:end], self.hints[start:end])

    def picked(self, wanted: bytes | bytearray) -> Lines:
        """The lines for which `wanted`, a column beside them, is not 0."""
        return Lines(
            list(compress(self.texts, wanted)),
            list(compress(self.starts, wanted)),
            bytes(compress(self.depths, wanted)),
            bytes(compress(self.hints, wanted)),
        )

    def with_hints(self, changed: bytes) -> Lines:
        """The same lines with `changed`, a table for `bytes.translate`, applied to their hints."""
        return Lines(self.texts, self.starts, self.depths, self.hints.translate(changed))

    def next_filled(self, at: int) -> int:
        """The first line from `at` on that has text; -1 if none has."""
        return self.filled.find(1, at)


def table(change: dict[int, int], other: int | None = None) -> bytes:
    """A table for `bytes.translate`: `change` says what becomes of some values, `other` of the rest if it is given."""
    return bytes(change.get(value, value if other is None else other) for value in range(256))


class Rendered(NamedTuple):
    """The text of a part, as one string and as lines.

    Attributes:
        text: all lines, quotation marks included, joined by LF.
        lines: the same, line by line.
        links: targets of links by where their text begins in `text`.
        complete: False if a limit cut it short.
    """

    text: str
    lines: Lines
    links: tuple[tuple[int, str], ...] = ()
    complete: bool = True


def joined(texts: Sequence[str]) -> str:
    """Lines as one text, from the first to the last that is not white; of several white lines in a row, one is kept."""
    text = "\n".join(texts).strip("\n")
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text


def anything_authored(lines: Lines, roles: bytes | bytearray) -> bool:
    """Whether a line with text is AUTHORED, by the column `roles`."""
    return any(map(gt, lines.filled, roles))  # 1 > 0: it has text, and it is AUTHORED
