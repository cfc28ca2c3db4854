# SPDX-License-Identifier: GPL-3.0-or-later
"""Small pieces of text for cards and notices: made harmless, named, dated. No io."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, tzinfo

# Marks that let text run the other way, and so make a card say something else than it does (Unicode UAX 9).
_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_WRAPPED = 58


def clean(text: str) -> str:
    """Text of a message as a card may show it: without control characters and marks of direction.

    Line feeds stay; other white space becomes a blank; half a character (a lone surrogate) is replaced.
    """
    return "".join(_harmless(character) for character in text.replace("\r\n", "\n").replace("\r", "\n"))


def line(text: str, most: int = 300) -> str:
    """Text on one line, of at most so many characters: for a header field, or within a sentence."""
    flat = re.sub(r"\s+", " ", clean(text)).strip()
    return flat if len(flat) <= most else flat[: most - 1].rstrip() + "…"


def paragraphs(text: str, most: int = 900) -> tuple[str, ...]:
    """Lines of a longer text without empty ones; a line that was wrapped is put together again; cut if too long."""
    whole = clean(text).strip()
    if len(whole) > most:
        whole = whole[: most - 1].rsplit(" ", 1)[0].rstrip() + " …"
    lines: list[str] = []
    wrapped = False
    for each in (row.strip() for row in whole.split("\n")):
        if each and wrapped:
            lines[-1] += f" {each}"
        elif each:
            lines.append(each)
        # A line this long had no room for the next word; a shorter one was ended by its writer.
        wrapped = len(each) > _WRAPPED
    return tuple(lines)


def moment(at: datetime, zone: tzinfo) -> str:
    """A moment as people of this zone say it; with the zone, for those who travel."""
    local = at.astimezone(zone)
    name = getattr(zone, "key", None) or local.tzname()
    return f"{local:%A} {local.day} {local:%B}, {local:%H:%M} ({name})"


def clock(at: datetime, zone: tzinfo) -> str:
    """A time of the day, to the second."""
    return f"{at.astimezone(zone):%H:%M:%S}"


def listed(names: Sequence[str], most: int = 3) -> str:
    """Names as a person would list them: ``a``, ``a and b``, ``a, b and 4 more``."""
    if len(names) <= 1:
        return "".join(names)
    if len(names) <= most:
        return f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} more"


def width(text: str) -> int:
    """Columns that text takes on a terminal (Unicode UAX 11)."""
    return sum(_columns(character) for character in text)


def underlined(pieces: Sequence[tuple[str, bool]], columns: int = 66) -> tuple[str, ...]:
    """Text wrapped into lines, with a line of tildes below where pieces are marked.

    Args:
        pieces: parts of one text in order, each with whether it is marked.
        columns: the longest line; a longer word has a line of its own.
    """
    marks = [marked for piece, marked in pieces for _ in piece]
    text = "".join(piece for piece, _marked in pieces)
    lines: list[str] = []
    for start, end in _wrapped(text, columns):
        lines.append(text[start:end])
        below = "".join(("~" if marks[n] else " ") * _columns(text[n]) for n in range(start, end)).rstrip()
        if below:
            lines.append(below)
    return tuple(lines)


def _wrapped(text: str, columns: int) -> list[tuple[int, int]]:
    """Where the lines of a text begin and end, when it is broken at blanks."""
    lines: list[tuple[int, int]] = []
    for match in re.finditer(r"\S+", text):
        if lines and width(text[lines[-1][0] : match.end()]) <= columns:
            lines[-1] = (lines[-1][0], match.end())
        else:
            lines.append(match.span())
    return lines


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _harmless(character: str) -> str:
    if character == "\n" or " " <= character <= "~":
        return character
    category = unicodedata.category(character)
    if category == "Cs":
        return "\ufffd"
    if character == "\t" or category in ("Zs", "Zl", "Zp"):
        return " "
    return "" if category == "Cc" or character in _DIRECTION else character
