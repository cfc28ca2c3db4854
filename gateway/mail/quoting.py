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

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from gateway.mail import marks
from gateway.mail.line import Hint, Line
from gateway.mail.marks import Mark
from gateway.mail.wording import SENT_FROM, SENT_FROM_WORDS, SEPARATORS


class Role(Enum):
    """Whose a line is."""

    AUTHORED = "authored"
    QUOTED = "quoted"
    SIGNATURE = "signature"
    BOILERPLATE = "boilerplate"


# Members of an Enum are looked up slowly in Python 3.11; these are asked for with every line.
AUTHORED, QUOTED, SIGNATURE, BOILERPLATE = Role
_HINT_NONE, _HINT_QUOTED, _HINT_CONTAINER = Hint.NONE, Hint.QUOTED, Hint.CONTAINER
_HINT_ATTRIBUTION, _HINT_CUT = Hint.ATTRIBUTION, Hint.CUT


class Quoting(NamedTuple):
    """What is quoted.

    Attributes:
        roles: AUTHORED or QUOTED (BOILERPLATE for a help desk's delimiter) for each line.
        confidence: how sure that is, 0 to 1.
        newest: the lines of the newest message quoted, one level of quotation taken off.
        author: what names its author; may be empty.
    """

    roles: list[Role]
    confidence: float
    newest: tuple[Line, ...] = ()
    author: str = ""


_CERTAIN = 0.9
_DEPTH_WITHOUT_ATTRIBUTION = 0.9
_ANSWER_IN_CONTAINER = 0.85
_TEXT_IN_CONTAINER = 0.6
_LONGEST_ATTRIBUTION = 3
_NOTHING_AUTHORED = 0.5
_LEFT_AUTHORED = 0.3
_BELOW_DEVICE = 0.5
_LONGEST_SET_WORDS = 120
_SET_WORDS = frozenset(words.partition(" ")[0] for words in SEPARATORS) | SENT_FROM_WORDS
_DRAWN = frozenset("-_=*—–~")


def find(lines: Sequence[Line]) -> Quoting:
    """Tell quoted from authored lines; the lines' own depth 0 is the author's."""
    roles = [QUOTED if line.depth or line.hint is _HINT_QUOTED else AUTHORED for line in lines]
    marked = QUOTED in roles
    wrapped = any(line.hint is _HINT_CONTAINER for line in lines)
    confidence = _containers(lines, roles) if wrapped else 1.0
    attributions, cut = _marks(lines, roles)
    for mark in attributions:
        roles[mark.start : mark.end] = [QUOTED] * (mark.end - mark.start)
    if cut is not None:
        confidence = min(confidence, cut.strength)
        _apply(lines, roles, cut)
    if marked:
        _rejoin_wrapped(lines, roles)
        if cut is None and not attributions:
            confidence = min(confidence, _DEPTH_WITHOUT_ATTRIBUTION)
    if QUOTED in roles and not _anything(lines, roles):
        if cut is not None and cut.strength < _CERTAIN and not marked:
            return Quoting([AUTHORED] * len(lines), _LEFT_AUTHORED)
        confidence = min(confidence, _NOTHING_AUTHORED)
    newest, author = _newest(lines, roles, attributions, cut)
    return Quoting(roles, confidence, newest, author)


def _anything(lines: Sequence[Line], roles: Sequence[Role]) -> bool:
    return any(role is AUTHORED and line.text for line, role in zip(lines, roles, strict=True))


def _containers(lines: Sequence[Line], roles: list[Role]) -> float:
    """Gmail's wrapper holds the attribution, the quotation, and answers typed into it; give how sure that is."""
    confidence = 1.0
    at = 0
    while at < len(lines):
        if lines[at].hint is not _HINT_CONTAINER or lines[at].depth:
            at += 1
            continue
        end = at
        while end < len(lines) and (lines[end].hint is _HINT_CONTAINER or lines[end].depth):
            end += 1
        confidence = min(confidence, _container(lines, roles, at, end))
        at = end
    return confidence


def _container(lines: Sequence[Line], roles: list[Role], start: int, end: int) -> float:
    """One wrapper: what stands above its quotation is the attribution, in whatever language, unless it is too much."""
    deeper = next((number for number in range(start, end) if lines[number].depth), end)
    head = [number for number in range(start, deeper) if lines[number].text]
    above = next((line for line in reversed(lines[:start]) if line.text), None)
    if above is not None and above.depth:
        return _ANSWER_IN_CONTAINER if head else 1.0  # typed between two pieces of the quotation
    if any(_attribution(lines, number) or _cut(lines, number) for number in head):
        pass  # it says itself where the quotation begins
    elif _anything(lines[:start], roles[:start]) and (len(head) <= _LONGEST_ATTRIBUTION or deeper == end):
        roles[start:deeper] = [QUOTED] * (deeper - start)
    elif head:
        return _TEXT_IN_CONTAINER
    return _ANSWER_IN_CONTAINER if _anything(lines[deeper:end], roles[deeper:end]) else 1.0


def _marks(lines: Sequence[Line], roles: Sequence[Role]) -> tuple[list[Mark], Mark | None]:
    """Attributions above marked lines, and the first cut."""
    found: list[Mark] = []
    desk = marks.help_desk("\n".join([line.text for line in lines if not line.depth]))
    for number, (text, _, depth, hint) in enumerate(lines):
        if depth or hint is _HINT_QUOTED or not (desk or hint is not _HINT_NONE or _may_be_mark(text)):
            continue
        if hint is _HINT_ATTRIBUTION and text:
            found.append(Mark(number, number + 1, 1.0, text))
        elif (mark := _attribution(lines, number)) is not None:
            if not _next_is_marked(lines, roles, mark.end):
                return found, mark
            found.append(mark)
        elif desk and marks.help_desk(text):
            return found, Mark(number, number + 1, 1.0)
        elif (cut := _cut(lines, number)) is not None:
            return found, cut
    return found, None


def _may_be_mark(text: str) -> bool:
    """Most lines cannot: a mark has a colon, or is drawn, or is a short line that begins with a set word."""
    if ":" in text or not text or not text.isascii():
        return bool(text)
    if text[0] in _DRAWN or text[-1] in _DRAWN:
        return True
    return len(text) <= _LONGEST_SET_WORDS and text.partition(" ")[0].lower() in _SET_WORDS


_OPENING_QUOTES = ('"', "“", "„", "«", "‘", "'")


def _attribution(lines: Sequence[Line], number: int) -> Mark | None:
    mark = marks.attribution(lines, number)
    if mark is None:
        return None
    following = next((line for line in lines[mark.end :] if line.text), None)
    if following is None or following.text.startswith(_OPENING_QUOTES):
        return None  # the author tells what somebody wrote
    return mark


def _cut(lines: Sequence[Line], number: int) -> Mark | None:
    line = lines[number]
    text = line.text
    if not text:
        return _behind_header(lines, Mark(number, number + 1, 1.0)) if line.hint is _HINT_CUT else None
    if line.hint is _HINT_CUT:
        return _behind_header(lines, Mark(number, number + 1, 1.0))
    if ":" in text[:28] or "：" in text[:28]:
        block = marks.header_block(lines, number)
        if block is not None:
            return block
    if marks.separator(text):
        cut = _behind_header(lines, Mark(number, number + 1, 0.95))
        # Undrawn, the words could be the author's own.
        if cut.end > number + 1 or marks.drawn(text):
            return cut
    return _below_device(lines, number)


def _below_device(lines: Sequence[Line], number: int) -> Mark | None:
    """Some phones put the earlier message under their own line and nothing between."""
    text = lines[number].text
    if not 0 < number < len(lines) - 1 or len(text) > 120 or lines[number - 1].text or lines[number + 1].text:
        return None
    if not SENT_FROM.fullmatch(text):
        return None
    below = next((at for at in range(number + 1, len(lines)) if lines[at].text), None)
    if below is None or lines[below].depth or lines[below].hint is not _HINT_NONE:
        return None
    if any(_looks_marked(lines, at) for at in range(below, min(below + 5, len(lines)))):
        return None
    return Mark(number + 1, below, _BELOW_DEVICE)


def _looks_marked(lines: Sequence[Line], at: int) -> bool:
    """Whether a better mark stands there, or a footer."""
    return lines[at].depth > 0 or marks.rule(lines[at].text) or marks.mark_word(lines[at].text)


def _behind_header(lines: Sequence[Line], cut: Mark) -> Mark:
    """A cut that a header block follows reaches to the end of that block."""
    at = cut.end
    while at < len(lines) and at < cut.end + 4 and (not lines[at].text or marks.rule(lines[at].text)):
        at += 1
    block = marks.header_block(lines, at) if at < len(lines) else None
    return cut if block is None else Mark(cut.start, block.end, cut.strength, block.author)


def _next_is_marked(lines: Sequence[Line], roles: Sequence[Role], at: int) -> bool:
    for number in range(at, len(lines)):
        if lines[number].text:
            return roles[number] is QUOTED
    return False


def _apply(lines: Sequence[Line], roles: list[Role], cut: Mark) -> None:
    """Everything from the cut on is quoted, and so are the rules and white lines drawn above it."""
    start = cut.start
    while start and (not lines[start - 1].text or marks.rule(lines[start - 1].text)) and not lines[start - 1].depth:
        start -= 1
    roles[start:] = [QUOTED] * (len(lines) - start)
    if marks.help_desk(lines[cut.start].text):
        roles[cut.start] = BOILERPLATE


_SENTENCE_ENDS = frozenset(".!?:;…")


def _rejoin_wrapped(lines: Sequence[Line], roles: list[Role]) -> None:
    """A relay that wraps quoted lines leaves their last words unmarked between two marked lines."""
    for number in range(1, len(lines) - 1):
        line, above, below = lines[number], lines[number - 1], lines[number + 1]
        if line.depth or not line.text or not (above.depth and below.depth) or len(above.text) < 50:
            continue
        broken_off = above.text[-1] not in _SENTENCE_ENDS and len(line.text) < len(above.text)
        if broken_off and not line.text[0].isupper() and roles[number] is AUTHORED:
            roles[number] = QUOTED


def _newest(
    lines: Sequence[Line], roles: Sequence[Role], attributions: Sequence[Mark], cut: Mark | None
) -> tuple[tuple[Line, ...], str]:
    """The newest message quoted: the marked lines above the cut, else what is behind the cut."""
    end = cut.start if cut is not None else len(lines)
    own = {number for mark in attributions for number in range(mark.start, mark.end)}
    taken = tuple(
        Line(text, start, depth - 1 if depth else 0, _HINT_NONE if hint is _HINT_QUOTED else hint)
        for number, (text, start, depth, hint) in enumerate(lines[:end])
        if roles[number] is QUOTED and number not in own
    )
    if any(line.text and not marks.rule(line.text) for line in taken):
        return _behind_own_mark(taken, next((mark.author for mark in attributions if mark.author), ""))
    if cut is None:
        return (), ""
    behind = tuple(line._replace(hint=_HINT_NONE) if line.hint in _SPENT else line for line in lines[cut.end :])
    return (behind, cut.author) if cut.author else _behind_own_mark(behind, "")


_SPENT = frozenset({_HINT_CUT, _HINT_CONTAINER})


def _behind_own_mark(lines: tuple[Line, ...], author: str) -> tuple[tuple[Line, ...], str]:
    """Apple Mail and others put the attribution inside the quotation: it is then the first thing there."""
    first = 0
    while first < len(lines) and (not lines[first].text or marks.rule(lines[first].text)):
        first += 1
    for end in range(first, min(first + 3, len(lines))):
        mark = _attribution(lines, end) or (_cut(lines, end) if end == first else None)
        if mark is not None and mark.start == first and not lines[first].depth:
            return lines[mark.end :], mark.author or author
    return lines, author
