# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands below (and above) a message without being part of it: signatures, disclaimers, banners, list footers.

Only lines that are not quoted are looked at, in runs: from the top to the first quotation, between quotations, to the
end. A signature ends a run. It is recognised by a delimiter (``-- ``, RFC 3676 4.3), by the element that a mail
program made of it, or by what it holds: telephone numbers, addresses, a phone's "Sent from". "Kind regards, Anna" is
the author's own closing, and stays.
"""

from __future__ import annotations

import re

from gateway.mail.formulas import BANNER, BANNER_WORDS, CLOSINGS, DISCLAIMER_HEADS, FOOTER, SENT_FROM, SENT_FROM_WORDS
from gateway.mail.lines import Hint, Lines, Role, anything_authored, table
from gateway.mail.marks import rule

_DELIMITERS = frozenset({"--", "—", "–", "—-", "--\xa0", "- -", "__", "-- -"})
_LONGEST_SIGNATURE = 15
_LONGEST_FOOTER = 60
_LONGEST_CONTACT = 200
_DRAWN = frozenset("-—–_=*~")
_CONTACT = re.compile(
    r"https?://|www\.|[^\s@<>]+@[^\s@<>]+\.\w|\+?\(?\d[\d\s().\-/]{6,}\d|\b(?:tel|phone|mobile|mob|cell|fax|direct|office|telefon"
    r"|handy|skype|linkedin|twitter|téléphone|teléfono|móvil)\b\s*[.:]?|\bGmbH\b|\b(?:Inc|Ltd|LLC|Corp|S\.A|AG|B\.V)\b\.?",
    re.IGNORECASE,
)
# "-Anna", "- Anna Beispiel": a name behind a dash, alone on the last line.
_DASH_NAME = re.compile(r"[-–—~]\s?[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){0,3}\W{0,2}")


# What a line is for the search of runs: 1 is text of the author's, 0 white, 2 not the author's.
_NOT_AUTHORED = table({Role.AUTHORED: 0}, 2)
_RUN = re.compile(rb"\x01(?:[\x00\x01]*\x01)?")


def mark(lines: Lines, roles: bytearray) -> None:
    """Change AUTHORED to SIGNATURE or BOILERPLATE where a line is that. Never leaves nothing authored."""
    before = bytes(roles)
    _by_markup(lines, roles)
    _banner(lines, roles)
    runs = bytes(map(max, lines.filled, roles.translate(_NOT_AUTHORED)))
    for run in _RUN.finditer(runs):
        _signature(lines, roles, run.start(), _boilerplate(lines, roles, *run.span()))
    if roles != before and Role.AUTHORED in before and not anything_authored(lines, roles):
        _restore(lines, roles, before)


def _restore(lines: Lines, roles: bytearray, before: bytes) -> None:
    """A message that is all signature by its looks was written by somebody; but a footer alone is one."""
    for number, role in enumerate(before):
        if role == Role.AUTHORED and roles[number] == Role.SIGNATURE and lines.hints[number] == Hint.SIGNATURE:
            roles[number] = Role.AUTHORED


def _by_markup(lines: Lines, roles: bytearray) -> None:
    at = lines.hints.find(Hint.SIGNATURE)
    while at >= 0:
        if roles[at] == Role.AUTHORED:
            roles[at] = Role.SIGNATURE
        at = lines.hints.find(Hint.SIGNATURE, at + 1)


def _banner(lines: Lines, roles: bytearray) -> None:
    """A warning that a relay put on top."""
    first = lines.next_filled(0)
    if first < 0 or roles[first] != Role.AUTHORED:
        return
    text = lines.texts[first]
    word = text.lstrip(" *[!(-").partition(" ")[0].rstrip(":;,.!]*)").lower()
    if word in BANNER_WORDS and BANNER.fullmatch(text):
        end = lines.filled.find(0, first)
        end = len(lines) if end < 0 else end
        roles[first:end] = bytes([Role.BOILERPLATE]) * (end - first)


def _paragraph_start(lines: Lines, start: int, end: int) -> int:
    """Where the last paragraph of a run begins."""
    at = end
    while at > start and lines.filled[at - 1] and not rule(lines.texts[at - 1]):
        at -= 1
    return at


def _between(lines: Lines, number: int) -> bool:
    return not lines.filled[number] or rule(lines.texts[number])


def _boilerplate(lines: Lines, roles: bytearray, start: int, end: int) -> int:
    """Take disclaimers off the end of a run; give where it then ends.

    A disclaimer of several paragraphs ends in ones that have none of the wording, so up to five last paragraphs are
    looked at, and the topmost that has it takes all below along.
    """
    at, topmost = end, end
    if not FOOTER.search(" ".join(lines.texts[max(start, end - _LONGEST_FOOTER) : end])):
        return end
    for _ in range(5):
        while at > start and _between(lines, at - 1):
            at -= 1
        first = _paragraph_start(lines, start, at)
        if first >= at or (first == start and topmost == end and at - first < 2):
            break
        paragraph = " ".join(lines.texts[first:at])
        if FOOTER.search(paragraph[:2000]) or paragraph.strip(":* ").lower() in DISCLAIMER_HEADS:
            topmost = first
        at = first
    while start < topmost < end and _between(lines, topmost - 1):
        topmost -= 1
    roles[topmost:end] = bytes([Role.BOILERPLATE]) * (end - topmost)
    return topmost


def _signature(lines: Lines, roles: bytearray, start: int, end: int) -> None:
    at = _delimiter(lines, start, end)
    if at is None:
        at = _sent_from(lines, start, end)
        at = _contact_block(lines, start, at)
    roles[at:end] = bytes([Role.SIGNATURE]) * (end - at)


def _delimiter(lines: Lines, start: int, end: int) -> int | None:
    """Where a signature begins that a delimiter announces."""
    first = max(start, end - 3 * _LONGEST_SIGNATURE)
    for number in [at for at, text in enumerate(lines.texts[first:end], first) if text[:1] in _DRAWN]:
        text = lines.texts[number]
        if len(text) > 120:
            continue
        below = [line for line in lines.texts[number + 1 : end] if line]
        if text in _DELIMITERS and len(below) <= _LONGEST_SIGNATURE:
            return number
        drawn = number > start and rule(text) and 0 < len(below) <= _LONGEST_SIGNATURE
        contacts = sum(map(_is_contact, below)) if drawn else 0
        if contacts and (contacts * 3 >= len(below) or _below_closing(lines, start, number)):
            return number
    return None


def _is_contact(text: str) -> bool:
    """Whether a line says how to reach somebody. It is looked for at the beginning: work grows with its square."""
    return _CONTACT.search(text[:_LONGEST_CONTACT]) is not None


def _below_closing(lines: Lines, start: int, number: int) -> bool:
    """Whether the text above a line ends the message by a formula."""
    above = lines.filled.rfind(1, start, number)
    return above >= 0 and lines.texts[above].rstrip(",.! ").lower() in CLOSINGS


def _sent_from(lines: Lines, start: int, end: int) -> int:
    """Where a run ends once "Sent from my phone" is taken off."""
    at = end
    for number in range(end - 1, max(start - 1, end - 4), -1):
        text = lines.texts[number]
        if text and len(text) < 120 and _may_be_device(text) and SENT_FROM.fullmatch(text):
            at = number
    if at == end and end - start >= 2 and _DASH_NAME.fullmatch(lines.texts[end - 1]):
        at = end - 1
    while start < at < end and not lines.filled[at - 1]:
        at -= 1
    return at


def _may_be_device(text: str) -> bool:
    return not text.isascii() or text.lstrip("-_*[( ").partition(" ")[0].lower() in SENT_FROM_WORDS


def _introduced(lines: Lines, start: int, first: int) -> bool:
    """Whether the text above announces the block, as in "The addresses are:"."""
    above = lines.filled.rfind(1, start, first)
    return above >= 0 and lines.texts[above].endswith((":", "："))


def _contact_block(lines: Lines, start: int, end: int) -> int:
    """Where a signature begins that nothing announces: a last block of short lines with ways to reach somebody."""
    first = _paragraph_start(lines, start, end)
    if not start < first < end or end - first > 10 or _introduced(lines, start, first):
        return end
    block = lines.texts[first:end]
    if block[0].rstrip(",.!").lower() in CLOSINGS:
        # The closing and the name below it are the author's own.
        first, block = first + 2, block[2:]
    contacts = sum(map(_is_contact, block))
    if not contacts or any(len(text) > 90 for text in block) or contacts * 3 < len(block):
        return end
    if block[0][:2] in {"- ", "* "} or block[-1].endswith(("?", ".")) or (len(block) == 1 and " " in block[0]):
        return end
    return first
