# SPDX-License-Identifier: GPL-3.0-or-later
"""Cuts: places from which on all is an earlier message, and attributions, each with how sure it is.

`gateway.mail.marks` tells what a mark looks like; here its neighbours decide whether it is one.
"""

from __future__ import annotations

from gateway.mail import marks
from gateway.mail.formulas import SENT_FROM, SENT_FROM_WORDS
from gateway.mail.lines import Hint, Lines
from gateway.mail.marks import Mark
from gateway.mail.wording import SEPARATORS

_BELOW_DEVICE = 0.5
_LETTERS = 4
_BEHIND_FIELD = 28  # where a header field's colon may stand
_SET_BEGINNINGS = frozenset(words[:_LETTERS] for words in (*SEPARATORS, *SENT_FROM_WORDS)) | {"via "}
_DRAWN = frozenset("-_=*—–~")
_OPENING_QUOTES = ('"', "“", "„", "«", "‘", "'")


def candidates(lines: Lines, quoted: bytes) -> list[int]:
    """The lines at which a mark may stand: most cannot.

    A mark has a colon, or is drawn, or is a short line that begins with a set word, or its element says so.

    Args:
        lines: the lines.
        quoted: a column beside them: what is not 0 is not looked at.
    """
    return [
        number
        for number, (text, passed, hint) in enumerate(zip(lines.texts, quoted, lines.hints, strict=True))
        if not passed
        and (
            hint
            or ":" in text
            or text[:1] in _DRAWN
            or text[-1:] in _DRAWN
            or text[:_LETTERS].lower() in _SET_BEGINNINGS
            or text.endswith("wrote")
            or not text.isascii()
        )
    ]


def attribution(lines: Lines, number: int) -> Mark | None:
    """An attribution that ends with this line, with something below it that it can be the attribution of."""
    mark = marks.attribution(lines, number)
    if mark is None:
        return None
    following = lines.next_filled(mark.end)
    if following < 0 or lines.texts[following].startswith(_OPENING_QUOTES):
        return None  # the author tells what somebody wrote
    return mark


def cut(lines: Lines, number: int) -> Mark | None:
    """The mark that begins at this line and makes a quotation of all that is below it."""
    text = lines.texts[number]
    if lines.hints[number] == Hint.CUT:
        return _behind_header(lines, Mark(number, number + 1, 1.0))
    if not text:
        return None
    if ":" in text[:_BEHIND_FIELD] or "：" in text[:_BEHIND_FIELD]:
        block = marks.header_block(lines, number)
        if block is not None:
            return block
    if marks.separator(text):
        found = _behind_header(lines, Mark(number, number + 1, 0.95))
        # Undrawn, the words could be the author's own.
        if found.end > number + 1 or marks.drawn(text):
            return found
    return _below_device(lines, number)


def _below_device(lines: Lines, number: int) -> Mark | None:
    """Some phones put the earlier message under their own line and nothing between."""
    text = lines.texts[number]
    if not 0 < number < len(lines) - 1 or len(text) > 120 or lines.filled[number - 1] or lines.filled[number + 1]:
        return None
    if not SENT_FROM.fullmatch(text):
        return None
    below = lines.next_filled(number + 1)
    if below < 0 or lines.depths[below] or lines.hints[below]:
        return None
    if any(_looks_marked(lines, at) for at in range(below, min(below + 5, len(lines)))):
        return None
    return Mark(number + 1, below, _BELOW_DEVICE)


def _looks_marked(lines: Lines, at: int) -> bool:
    """Whether a better mark stands there, or a footer."""
    return lines.depths[at] > 0 or marks.rule(lines.texts[at]) or marks.mark_word(lines.texts[at])


def _behind_header(lines: Lines, found: Mark) -> Mark:
    """A cut that a header block follows reaches to the end of that block."""
    at = found.end
    while at < len(lines) and at < found.end + 4 and (not lines.filled[at] or marks.rule(lines.texts[at])):
        at += 1
    block = marks.header_block(lines, at) if at < len(lines) else None
    return found if block is None else Mark(found.start, block.end, found.strength, block.author)
