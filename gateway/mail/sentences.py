# SPDX-License-Identifier: GPL-3.0-or-later
"""Text to sentences, each with its place, and marked as what it is.

Mail is hard-wrapped: a newline at column 72 inside a paragraph ends no sentence, a newline after a greeting, a list
item or a short chat line does. The test is the one that the wrapping program itself applied: *would the first word of
the next line still have fitted on this one?* If it would, the author broke the line; if not, the program did. The
width is what the longest line of the text shows; lines longer than any wrapping width were not wrapped at all.

Inside a paragraph a sentence ends at ``.``, ``!``, ``?`` or ``…`` before white space and a character that can begin
one, unless the word before is an abbreviation, an initial, or a list number; in Chinese and Japanese at ``。！？``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum

from gateway.mail.reply import Sentence, SentenceKind
from gateway.mail.wording import CLOSINGS, GREETING

_WIDEST_WRAP = 100
_NARROWEST_WRAP = 45

_END = re.compile(
    r"[.!?…]+[\"'”’»)\]*_]*(?=\s+[^\s])|[。！？]+[」』”）]*|[:;](?=\n)",
)
_SHORT_WORDS = (
    "mr mrs ms dr prof sr jr st vs etc eg ie approx appt dept est no nos nr vol pp p ca cf fig min max"
    " tel ext inc ltd co"
    " corp bzw usw evtl ggf inkl exkl zzgl str tel abs hr fr bspw sog u.a z.b d.h o.g"
    " i.d.r u.s.w e.g i.e a.m p.m u.s"
    " p.ej sra srta sres ud uds env m mme mlle mm av bd art réf ref sig dott ing avv pag exmo exma sra dhr mevr"
    " dhr bijv"
    " jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun"
)
_ABBREVIATIONS = frozenset(_SHORT_WORDS.split())
_LIST_ITEM = re.compile(r"(?:[-*•·‣▪–—+]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])\s+\S")
_CODE_LINE = re.compile(
    r"\s{4,}\S|[$#>] \S|>>> |```|\s*(?:at [\w.$]+\(|File \"|Traceback|\w+Error:|\w+Exception\b)"
    r"|\s*\d{4}-\d\d-\d\d[T ]\d\d:\d\d|\s*\[?\d\d:\d\d:\d\d"
    r"|\s*[\[{<][\w\"'/].*[\]}>;]\s*$"
    r"|\s*(?:sudo|curl|ssh|git|npm|pip|apt|docker|chmod|chown|ls|cd"
    r"|cat|grep|systemctl|kubectl) \S|[\w.-]+=\S*$|.*[;{}]$"
)
_QUOTES = re.compile(r"[\"“„«][^\"“”„«»\n]{3,400}[\"”“»]")
_FINISHED = frozenset(".!?…:;。！？")


class _Place(Enum):
    """Where a block stands: greetings are first, a name alone is last."""

    FIRST = "first"
    MIDDLE = "middle"
    LAST = "last"


def split(text: str) -> tuple[Sentence, ...]:
    """The sentences of a text that is authored whole, in order, not overlapping."""
    return tuple(_sentences(text))


def _sentences(text: str) -> Iterator[Sentence]:
    lines = text.split("\n")
    width = _wrap_width(lines)
    at = 0
    number = 0
    first = True
    last = max((index for index, line in enumerate(lines) if line.strip()), default=0)
    while number < len(lines):
        line = lines[number]
        if not line or line.isspace():
            at += len(line) + 1
            number += 1
            continue
        end = number
        while end + 1 < len(lines) and _continues(lines[end], lines[end + 1], width):
            end += 1
        length = sum(len(lines[index]) + 1 for index in range(number, end + 1)) - 1
        yield from _of_block(
            text, at, at + length, _Place.FIRST if first else _Place.LAST if end == last else _Place.MIDDLE
        )
        first = False
        at += length + 1
        number = end + 1


def _wrap_width(lines: list[str]) -> int:
    """The width that the text was wrapped to; 0 if it was not wrapped."""
    widest = 0
    for line in lines:
        length = len(line)
        if widest < length <= _WIDEST_WRAP:
            widest = length
    return widest if widest >= _NARROWEST_WRAP else 0


def _continues(line: str, following: str, width: int) -> bool:
    """Whether the newline between two lines was put there by a program."""
    if not following or following.isspace() or not width or len(line) > width + 8:
        return False
    if _LIST_ITEM.match(following) or _CODE_LINE.match(line) or _CODE_LINE.match(following):
        return False
    first_word = following.split(None, 1)[0]
    if len(line.rstrip()) + 1 + len(first_word) > width:
        return True
    # Wrapped more than once, or by hand: half a sentence goes on in lower case.
    return len(line) >= 40 and line.rstrip()[-1:] not in _FINISHED and following[:1].islower()


def _of_block(text: str, start: int, end: int, place: _Place) -> Iterator[Sentence]:
    """Sentences of one block: a paragraph, an item, or one line that stands for itself."""
    first_line_end = text.find("\n", start, end)
    first_line = text[start : end if first_line_end < 0 else first_line_end]
    kind = _kind_of_line(first_line, place)
    if kind in {SentenceKind.CODE, SentenceKind.CLOSING} or (kind is SentenceKind.GREETING and end - start < 60):
        yield _sentence(text, start, end, kind)
        return
    at = start
    for match in _END.finditer(text, start, end):
        if match[0][0] == "." and _is_abbreviation(text, at, match.start()):
            continue
        yield from _checked(text, at, match.end(), kind)
        at = match.end()
    yield from _checked(text, at, end, kind)


def _kind_of_line(line: str, place: _Place) -> SentenceKind:
    stripped = line.strip()
    if _LIST_ITEM.match(stripped):
        return SentenceKind.LIST
    if _CODE_LINE.match(line):
        return SentenceKind.CODE
    if len(stripped) < 60:
        if place is _Place.FIRST and GREETING.match(stripped):
            return SentenceKind.GREETING
        if stripped.rstrip(",.!;: ").lower() in CLOSINGS or (place is _Place.LAST and _is_name(stripped)):
            return SentenceKind.CLOSING
    return SentenceKind.PROSE


def _is_name(text: str) -> bool:
    """One to three capitalised words and nothing else, as a name below a closing."""
    words = text.strip(" -–—,.!").split()
    return 0 < len(words) <= 3 and all(word[:1].isupper() for word in words) and text[-1] not in "?!:"


def _is_abbreviation(text: str, start: int, dot: int) -> bool:
    """Whether the full stop at `dot` belongs to the word before it."""
    begin = max(start, text.rfind(" ", start, dot) + 1, text.rfind("\n", start, dot) + 1)
    word = text[begin:dot].lstrip("(\"'“„").lower()
    if not word:
        return False
    if word.isdigit():
        return begin == start or (text[dot + 1 : dot + 2] == " " and text[dot + 2 : dot + 3].islower())
    if len(word) == 1 and word.isalpha():
        return word != "i"
    following = text[dot + 1 : dot + 40].lstrip("\"'”’)]").lstrip()
    return word in _ABBREVIATIONS or following[:1].islower()


def _checked(text: str, start: int, end: int, kind: SentenceKind) -> Iterator[Sentence]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield _sentence(text, start, end, kind)


def _sentence(text: str, start: int, end: int, kind: SentenceKind) -> Sentence:
    while end > start and text[end - 1].isspace():
        end -= 1
    own = text[start:end]
    folded = " ".join(own.split()) if "\n" in own else own
    if kind is SentenceKind.PROSE and own[0] in '"“„«' and _QUOTES.fullmatch(own.rstrip(".,!?")):
        kind = SentenceKind.QUOTE
    return Sentence(folded, start, end, kind)
