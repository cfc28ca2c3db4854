# SPDX-License-Identifier: GPL-3.0-or-later
"""Which lines were quoted by a program, and which an author wrote now.

Two kinds of evidence exist, and they differ in what they say about the lines *behind* them:

- **Every quoted line is marked**: ``>`` in plain text, `blockquote` in HTML. Whatever stands between marked lines was
  typed there, so inline answers and answers below the quotation come out as authored.
- **Only the beginning is marked**: Outlook's header block, "-----Original Message-----", a help desk's delimiter, an
  attribution with unmarked text below. Everything behind such a *cut* is taken for quotation. An answer typed into it
  cannot be told from it, by anybody.

An attribution counts as a cut only if no marked line follows it. Where nothing authored would be left, and the cut is
not beyond doubt, the text stays authored and the confidence says how unsure that is: text that was written must not be
lost, text that was quoted must not be judged.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import compress
from operator import or_
from typing import NamedTuple

from gateway.mail import containers, cuts, marks
from gateway.mail.lines import Hint, Lines, Role, anything_authored, table
from gateway.mail.marks import Mark


class Quoting(NamedTuple):
    """What is quoted.

    Attributes:
        roles: AUTHORED or QUOTED (BOILERPLATE for a help desk's delimiter) for each line.
        confidence: how sure that is, 0 to 1.
        newest: the lines of the newest message quoted, one level of quotation taken off; None if nothing is.
        author: what names its author; may be empty.
    """

    roles: bytearray
    confidence: float
    newest: Lines | None = None
    author: str = ""


_CERTAIN = 0.9
_DEPTH_WITHOUT_ATTRIBUTION = 0.9
_NOTHING_AUTHORED = 0.5
_LEFT_AUTHORED = 0.3
# Octets of `Lines.depths` and `Lines.hints` that say by themselves that a line is quoted.
_BY_DEPTH = table({0: Role.AUTHORED}, Role.QUOTED)
_BY_HINT = table({Hint.QUOTED: Role.QUOTED}, Role.AUTHORED)
_NOT_QUOTED = table({Role.QUOTED: 0}, 1)
_TAKEN = table({Role.QUOTED: 1}, 0)
_ONE_LESS = table({value: value - 1 for value in range(1, 256)})
_QUOTED_NO_MORE = table({Hint.QUOTED: Hint.NONE})
_SPENT = table({Hint.CUT: Hint.NONE, Hint.CONTAINER: Hint.NONE})
# A line of the author's between two quoted ones.
_BETWEEN = re.compile(rb"(?<=[^\0])\0(?=[^\0])")
_SENTENCE_ENDS = frozenset(".!?:;…")
_BROKEN_OFF = 50


def find(lines: Lines) -> Quoting:
    """Tell quoted from authored lines; the lines' own depth 0 is the author's."""
    roles = _by_structure(lines)
    structure = bytes(roles)
    marked = Role.QUOTED in structure
    confidence = containers.mark(lines, roles)
    attributions, cut = _marks(lines, structure, roles)
    for mark in attributions:
        roles[mark.start : mark.end] = bytes([Role.QUOTED]) * (mark.end - mark.start)
    if cut is not None:
        confidence = min(confidence, cut.strength)
        _apply(lines, roles, cut)
    if marked:
        _rejoin_wrapped(lines, roles)
        if cut is None and not attributions:
            confidence = min(confidence, _DEPTH_WITHOUT_ATTRIBUTION)
    if Role.QUOTED not in roles:
        return Quoting(roles, confidence)
    if not anything_authored(lines, roles):
        if cut is not None and cut.strength < _CERTAIN and not marked:
            return Quoting(bytearray(len(lines)), _LEFT_AUTHORED)
        confidence = min(confidence, _NOTHING_AUTHORED)
    newest, author = _newest(lines, roles, attributions, cut)
    return Quoting(roles, confidence, newest, author)


def _by_structure(lines: Lines) -> bytearray:
    """What depth and markup say alone."""
    roles = bytearray(lines.depths.translate(_BY_DEPTH))
    if Hint.QUOTED in lines.hints:
        return bytearray(map(or_, roles, lines.hints.translate(_BY_HINT)))
    return roles


def _marks(lines: Lines, structure: bytes, roles: bytearray) -> tuple[list[Mark], Mark | None]:
    """Attributions above marked lines, and the first cut."""
    found: list[Mark] = []
    desk = _help_desk_line(lines, structure)
    for number in cuts.candidates(lines, structure):
        if desk is not None and number > desk:
            break
        text = lines.texts[number]
        if lines.hints[number] == Hint.ATTRIBUTION and text:
            found.append(Mark(number, number + 1, 1.0, text))
        elif (mark := cuts.attribution(lines, number)) is not None:
            below = lines.next_filled(mark.end)
            if below < 0 or roles[below] != Role.QUOTED:
                return found, mark
            found.append(mark)
        elif number == desk:
            break
        elif (cut := cuts.cut(lines, number)) is not None:
            return found, cut
    return found, None if desk is None else Mark(desk, desk + 1, 1.0)


def _help_desk_line(lines: Lines, structure: bytes) -> int | None:
    """The first line in which a help desk says where replies end; None if there is none."""
    own = lines.texts if not any(structure) else compress(lines.texts, structure.translate(_NOT_QUOTED))
    if not marks.help_desk("\n".join(own)):
        return None
    numbers = compress(range(len(lines)), structure.translate(_NOT_QUOTED))
    return next((number for number in numbers if marks.help_desk(lines.texts[number])), None)


def _apply(lines: Lines, roles: bytearray, cut: Mark) -> None:
    """Everything from the cut on is quoted, and so are the rules and white lines drawn above it."""
    start = cut.start
    while start and not lines.depths[start - 1] and (not lines.filled[start - 1] or marks.rule(lines.texts[start - 1])):
        start -= 1
    roles[start:] = bytes([Role.QUOTED]) * (len(lines) - start)
    if marks.help_desk(lines.texts[cut.start]):
        roles[cut.start] = Role.BOILERPLATE


def _rejoin_wrapped(lines: Lines, roles: bytearray) -> None:
    """A relay that wraps quoted lines leaves their last words unmarked between two marked lines."""
    for match in _BETWEEN.finditer(lines.depths):
        number = match.start()
        text, above = lines.texts[number], lines.texts[number - 1]
        if not text or len(above) < _BROKEN_OFF or roles[number] != Role.AUTHORED:
            continue
        if above[-1] not in _SENTENCE_ENDS and len(text) < len(above) and not text[0].isupper():
            roles[number] = Role.QUOTED


def _newest(lines: Lines, roles: bytearray, attributions: Sequence[Mark], cut: Mark | None) -> tuple[Lines | None, str]:
    """The newest message quoted: the marked lines above the cut, else what is behind the cut."""
    wanted = bytearray(roles.translate(_TAKEN))
    for mark in attributions:
        wanted[mark.start : mark.end] = bytes(mark.end - mark.start)
    if cut is not None:
        wanted[cut.start :] = bytes(len(wanted) - cut.start)
    taken = lines.picked(wanted)
    if any(text and not marks.rule(text) for text in taken.texts):
        inner = Lines(
            taken.texts, taken.starts, taken.depths.translate(_ONE_LESS), taken.hints.translate(_QUOTED_NO_MORE)
        )
        return _behind_own_mark(inner, next((mark.author for mark in attributions if mark.author), ""))
    if cut is None:
        return None, ""
    behind = lines.part(cut.end, len(lines)).with_hints(_SPENT)
    return (behind, cut.author) if cut.author else _behind_own_mark(behind, "")


def _behind_own_mark(lines: Lines, author: str) -> tuple[Lines, str]:
    """Apple Mail and others put the attribution inside the quotation: it is then the first thing there."""
    first = 0
    while first < len(lines) and (not lines.filled[first] or marks.rule(lines.texts[first])):
        first += 1
    for end in range(first, min(first + 3, len(lines))):
        mark = cuts.attribution(lines, end) or (cuts.cut(lines, end) if end == first else None)
        if mark is not None and mark.start == first and not lines.depths[first]:
            return lines.part(mark.end, len(lines)), mark.author or author
    return lines, author
