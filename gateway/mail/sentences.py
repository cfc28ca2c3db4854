# SPDX-License-Identifier: GPL-3.0-or-later
"""Text to sentences, each with its place, and marked as what it is.

Mail is hard-wrapped: a newline at column 72 inside a paragraph ends no sentence, a newline after a greeting, a list
item or a short chat line does. The test is the one that the wrapping program itself applied: *would the first word of
the next line still have fitted on this one?* If it would, the author broke the line; if not, the program did. The
width is what the longest line of the text shows; lines longer than any wrapping width were not wrapped at all.

Inside a paragraph a sentence ends at ``.``, ``!``, ``?`` or ``…`` before white space and a character that can begin
one, unless the word before is an abbreviation, an initial, or a list number; in Chinese and Japanese at ``。！？``.

What the customer is quoted with in it is not the agent's own, see `gateway.mail.quotations`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

from gateway.mail import code_lines, quotations
from gateway.mail.formulas import CLOSINGS, GREETING
from gateway.mail.reply import Sentence, SentenceKind

_WIDEST_WRAP = 100
_NARROWEST_WRAP = 45
_SHORTEST_BROKEN = 40
_SHORTEST_WRAPPED = 20

# The run of marks behind is bounded: a line of nothing but full stops would cost the square of its length.
_END = re.compile(r"[.!?…。！？][.!?…。！？\"'”’»)\]*_」』）]{0,20}(?:(?=\s)|(?<=[。！？」』）]))")
_END_IN_ASCII = re.compile(r"[.!?][.!?\"')\]*_]{0,20}(?=\s)")
_SHORT_WORDS = (
    "mr mrs ms dr prof sr jr st vs etc eg ie approx appt dept est no nos nr vol pp ca cf fig min max tel ext"
    " inc ltd co"
    " corp bzw usw evtl ggf inkl exkl zzgl str abs hr fr bspw sog u.a z.b d.h o.g i.d.r u.s.w e.g i.e a.m p.m u.s u.k"
    " p.ej sra srta sres ud uds env mme mlle mm av bd art réf ref sig dott ing avv pag exmo exma dhr mevr bijv"
    " jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun"
)
_ABBREVIATIONS = frozenset(_SHORT_WORDS.split())
_LIST_ITEM = re.compile(r"(?:[-*•·‣▪–—+]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])\s+\S")
_ITEM_MARKS = frozenset({".", ")"})
_LIST_STARTS = frozenset("-*•·‣▪–—+(0123456789")

# A line with none of these is neither an item nor code; see `_may_stand_alone`.
_ODD_STARTS = _LIST_STARTS | code_lines.STARTS | frozenset(" \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u3000")
_ODD_SECONDS = frozenset("= ")
_ODD_WORD_ENDS = frozenset(":.)")
_ODD_WORDS = code_lines.COMMANDS | code_lines.LOG_WORDS
_QUOTES = re.compile(r"[\"“„«][^\"“”„«»\n]{3,400}[\"”“»][.,!?]{0,2}")
_OPENING_QUOTES = frozenset('"“„«')
_FINISHED = frozenset(".!?…:;。！？")


class _Place(Enum):
    """Where a block stands: greetings are first, a name alone is last."""

    FIRST = "first"
    MIDDLE = "middle"
    LAST = "last"


# Members of an Enum are looked up slowly in Python 3.11; these are asked for with every line.
_PROSE, _GREETING, _CLOSING, _LIST, _CODE, _QUOTE = SentenceKind
_AT_FIRST, _AT_MIDDLE, _AT_LAST = _Place


def split(text: str) -> tuple[Sentence, ...]:
    """The sentences of a text that is authored whole, in order, not overlapping."""
    lines = text.split("\n")
    width = _wrap_width(lines)
    last = _last_with_text(lines)
    apart = [_stands_alone(line) if line and _may_stand_alone(line) else None for line in lines]
    found: list[Sentence] = []
    at = number = 0
    while number <= last:
        line = lines[number]
        end = number
        length = len(line)
        if line and not line.isspace():
            while (
                end < last
                and apart[end] is not _CODE
                and apart[end + 1] is None
                and width
                and _continues(lines[end], lines[end + 1], width)
            ):
                end += 1
                length += 1 + len(lines[end])
            place = _AT_FIRST if not found else _AT_LAST if end == last else _AT_MIDDLE
            _add_block(found, text, (at, at + length), apart[number] or _kind_of_line(line, place))
        at += length + 1
        number = end + 1
    return quotations.marked(found, text)


def _may_stand_alone(line: str) -> bool:
    """False for most lines of prose, at little cost: several words, none of them odd at the edges."""
    if line[0] in _ODD_STARTS or line[-1] in code_lines.ENDS:
        return True
    word, _, rest = line.partition(" ")
    return not rest or word in _ODD_WORDS or word[-1] in _ODD_WORD_ENDS or rest[0] in _ODD_SECONDS


def _stands_alone(line: str) -> SentenceKind | None:
    """CODE or LIST for a line that begins a block of its own by its shape; None for any other."""
    stripped = line.strip()
    if not stripped:
        return None
    if (stripped[0] in _LIST_STARTS or stripped[1:2] in _ITEM_MARKS) and _LIST_ITEM.match(stripped):
        return _LIST
    return _CODE if code_lines.is_code(stripped) else None


def _last_with_text(lines: Sequence[str]) -> int:
    last = len(lines) - 1
    while last >= 0 and not lines[last].strip():
        last -= 1
    return last


def _wrap_width(lines: Sequence[str]) -> int:
    """The width that the text was wrapped to; 0 if it was not wrapped."""
    widest = max((length for length in map(len, lines) if length <= _WIDEST_WRAP), default=0)
    return widest if widest >= _NARROWEST_WRAP else 0


def _continues(line: str, following: str, width: int) -> bool:
    """Whether the newline between two lines was put there by a program."""
    length = len(line)
    if not width or length > width + 8 or length < _SHORTEST_WRAPPED or not following or following.isspace():
        return False
    space = following.find(" ")
    if length + 1 + (space if space > 0 else len(following)) > width:
        return True
    # Wrapped more than once, or by hand: half a sentence goes on in lower case.
    return length >= _SHORTEST_BROKEN and line[-1] not in _FINISHED and following[0].islower()


def _kind_of_line(line: str, place: _Place) -> SentenceKind:
    """What a block is, by its first line, if its shape does not say so."""
    if place is _AT_FIRST and GREETING.match(line[:40].lstrip()):
        return _GREETING
    if len(line) < 60:
        stripped = line.strip()
        if stripped.rstrip(",.!;: ").lower() in CLOSINGS or (place is _AT_LAST and _is_name(stripped)):
            return _CLOSING
    return _PROSE


def _is_name(text: str) -> bool:
    """One to three capitalised words and nothing else, as a name below a closing."""
    words = text.strip(" -–—,.!").split()
    return 0 < len(words) <= 3 and text[-1] not in "?!:" and all(word[:1].isupper() for word in words)


def _add_block(found: list[Sentence], text: str, span: tuple[int, int], kind: SentenceKind) -> None:
    """Add the sentences of one block: a paragraph, an item, or one line that stands for itself."""
    start, end = span
    if kind in _UNDIVIDED:
        _add(found, text, span, kind)
        return
    at = start
    if kind is _GREETING:
        kind = _PROSE
        salutation = _SALUTATION.match(text, start, end)
        if salutation is not None and len(salutation[0].split()) <= _MOST_WORDS_OF_GREETING:
            # Only the greeting is one; "Hi Anna, this is new" goes on with a sentence of its own.
            _add(found, text, salutation.span(), _GREETING)
            at = salutation.end()
    ends = _END_IN_ASCII if text.isascii() else _END
    for match in ends.finditer(text, at, end):
        if text[match.start()] == "." and _is_abbreviation(text, at, match.start()):
            continue
        _add(found, text, (at, match.end()), kind)
        at = match.end()
    if at < end:
        _add(found, text, (at, end), kind)


_UNDIVIDED = frozenset({_CODE, _CLOSING})
_MOST_WORDS_OF_GREETING = 5
_SALUTATION = re.compile(
    r"(?:(?:mr|mrs|ms|dr|prof|hr|fr|sr|sra|st)\.|[^,.!?:;\n–—，！])*?(?:[,.!:;–—，！]+|\s-\s|(?=\n)|$)", re.IGNORECASE
)


def _is_abbreviation(text: str, start: int, dot: int) -> bool:
    """Whether the full stop at `dot` belongs to the word before it."""
    begin = max(start, text.rfind(" ", start, dot) + 1, text.rfind("\n", start, dot) + 1)
    word = text[begin:dot].lstrip("(\"'“„").lower()
    if not word:
        return False
    following = text[dot + 1 : dot + 12].lstrip("\"'”’)] \n")
    if following[:1].islower():
        return True
    if word.isdigit():
        return begin == start
    if len(word) == 1 and word.isalpha():
        return word != "i"
    return word in _ABBREVIATIONS


def _add(found: list[Sentence], text: str, span: tuple[int, int], kind: SentenceKind) -> None:
    own = text[span[0] : span[1]]
    start = span[0] + len(own) - len(own.lstrip())
    own = own.strip()
    if not own:
        return
    if kind is _PROSE and own[0] in _OPENING_QUOTES and _QUOTES.fullmatch(own):
        kind = _QUOTE
    found.append(Sentence(" ".join(own.split()) if "\n" in own else own, start, start + len(own), kind))
