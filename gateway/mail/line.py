# SPDX-License-Identifier: GPL-3.0-or-later
"""A `Line`: what both renderers, plain and HTML, give and what the splitter reads."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Hint(Enum):
    """What the markup around a line says about it. Plain text has none."""

    NONE = "none"
    QUOTED = "quoted"  # inside an element that a mail client puts around quotations
    CONTAINER = "container"  # inside Gmail's wrapper: its attribution, the quotation, and answers between
    ATTRIBUTION = "attribution"  # "On Monday, Anna wrote:", marked as such
    CUT = "cut"  # from here to the end, the client has put the earlier messages
    SIGNATURE = "signature"
    RULE = "rule"  # a horizontal rule


class Line(NamedTuple):
    """One line as a reader sees it.

    Attributes:
        text: without quotation marks in front and white space behind.
        start: offset of `text` in the rendered part.
        depth: how many levels of quotation it stands in.
        hint: what the markup says.
    """

    text: str
    start: int
    depth: int = 0
    hint: Hint = Hint.NONE


class Rendered(NamedTuple):
    """The text of a part, as one string and as lines.

    Attributes:
        text: all lines, quotation marks included, joined by LF.
        lines: the same, line by line.
        links: targets of links by where their text begins in `text`.
        complete: False if a limit cut it short.
    """

    text: str
    lines: tuple[Line, ...]
    links: tuple[tuple[int, str], ...] = ()
    complete: bool = True
