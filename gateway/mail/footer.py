# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands below (and above) a message without being part of it: signatures, disclaimers, banners, list footers.

Only lines that are not quoted are looked at, in runs: from the top to the first quotation, between quotations, to the
end. A signature ends a run. It is recognised by a delimiter (``-- ``, RFC 3676 4.3), by the element that a mail
program made of it, or by what it holds: telephone numbers, addresses, a phone's "Sent from". "Kind regards, Anna" is
the author's own closing, and stays.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from gateway.mail.line import Hint, Line
from gateway.mail.marks import rule
from gateway.mail.quoting import AUTHORED, BOILERPLATE, SIGNATURE, Role
from gateway.mail.wording import BANNER, BANNER_WORDS, CLOSINGS, DISCLAIMER_HEADS, FOOTER, SENT_FROM, SENT_FROM_WORDS

_DELIMITERS = frozenset({"--", "—", "–", "—-", "--\xa0", "- -", "__", "-- -"})
_LONGEST_SIGNATURE = 15
_LONGEST_FOOTER = 60
_DRAWN = frozenset("-—–_=*~")
_CONTACT = re.compile(
    r"https?://|www\.|[^\s@<>]+@[^\s@<>]+\.\w|\+?\(?\d[\d\s().\-/]{6,}\d|\b(?:tel|phone|mobile|mob|cell|fax|direct|office|telefon"
    r"|handy|skype|linkedin|twitter|téléphone|teléfono|móvil)\b\s*[.:]?|\bGmbH\b|\b(?:Inc|Ltd|LLC|Corp|S\.A|AG|B\.V)\b\.?",
    re.IGNORECASE,
)
# "-Anna", "- Anna Beispiel": a name behind a dash, alone on the last line.
_DASH_NAME = re.compile(r"[-–—~]\s?[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){0,3}\W{0,2}")
_TITLE = re.compile(r"[^\W\d_][\w.,&/|@'’\- ]{1,60}")


def mark(lines: Sequence[Line], roles: list[Role]) -> None:
    """Change AUTHORED to SIGNATURE or BOILERPLATE where a line is that. Never leaves nothing authored."""
    before = list(roles)
    _by_markup(lines, roles)
    _banner(lines, roles)
    for start, end in _runs(lines, roles):
        _signature(lines, roles, start, _boilerplate(lines, roles, start, end))
    if AUTHORED in before and not any(role is AUTHORED and line.text for line, role in zip(lines, roles, strict=True)):
        _restore(lines, roles, before)


def _restore(lines: Sequence[Line], roles: list[Role], before: Sequence[Role]) -> None:
    """A message that is all signature by its looks was written by somebody; but a footer alone is one."""
    for number, role in enumerate(before):
        if role is AUTHORED and roles[number] is SIGNATURE and lines[number].hint is Hint.SIGNATURE:
            roles[number] = AUTHORED


def _by_markup(lines: Sequence[Line], roles: list[Role]) -> None:
    for number, line in enumerate(lines):
        if line.hint is Hint.SIGNATURE and roles[number] is AUTHORED:
            roles[number] = SIGNATURE


def _banner(lines: Sequence[Line], roles: list[Role]) -> None:
    """A warning that a relay put on top."""
    first = next((number for number, line in enumerate(lines) if line.text), None)
    if first is None or roles[first] is not AUTHORED:
        return
    word = lines[first].text.lstrip(" *[!(-").partition(" ")[0].rstrip(":;,.!]*)").lower()
    if word in BANNER_WORDS and BANNER.fullmatch(lines[first].text):
        for number in range(first, len(lines)):
            if not lines[number].text:
                break
            roles[number] = BOILERPLATE


def _runs(lines: Sequence[Line], roles: Sequence[Role]) -> list[tuple[int, int]]:
    """Runs of lines between quotations, without the white lines around them."""
    runs = []
    start = None
    for number in range(len(lines) + 1):
        authored = number < len(lines) and roles[number] is AUTHORED
        if authored and start is None and lines[number].text:
            start = number
        elif not authored and start is not None:
            end = number
            while end > start and not lines[end - 1].text:
                end -= 1
            runs.append((start, end))
            start = None
    return runs


def _paragraph_start(lines: Sequence[Line], start: int, end: int) -> int:
    """Where the last paragraph of a run begins."""
    at = end
    while at > start and lines[at - 1].text and not rule(lines[at - 1].text):
        at -= 1
    return at


def _boilerplate(lines: Sequence[Line], roles: list[Role], start: int, end: int) -> int:
    """Take disclaimers off the end of a run; give where it then ends.

    A disclaimer of several paragraphs ends in ones that have none of the wording, so up to five last paragraphs are
    looked at, and the topmost that has it takes all below along.
    """
    at, topmost = end, end
    if not FOOTER.search(" ".join([line.text for line in lines[max(start, end - _LONGEST_FOOTER) : end]])):
        return end
    for _ in range(5):
        while at > start and (not lines[at - 1].text or rule(lines[at - 1].text)):
            at -= 1
        first = _paragraph_start(lines, start, at)
        if first >= at or (first == start and topmost == end and at - first < 2):
            break
        paragraph = " ".join(line.text for line in lines[first:at])
        if FOOTER.search(paragraph[:2000]) or paragraph.strip(":* ").lower() in DISCLAIMER_HEADS:
            topmost = first
        at = first
    while topmost > start and topmost < end and (not lines[topmost - 1].text or rule(lines[topmost - 1].text)):
        topmost -= 1
    roles[topmost:end] = [BOILERPLATE] * (end - topmost)
    return topmost


def _signature(lines: Sequence[Line], roles: list[Role], start: int, end: int) -> None:
    at = _delimiter(lines, start, end)
    if at is None:
        at = _sent_from(lines, start, end)
        at = _contact_block(lines, start, at)
    roles[at:end] = [SIGNATURE] * (end - at)


def _delimiter(lines: Sequence[Line], start: int, end: int) -> int | None:
    """Where a signature begins that a delimiter announces."""
    for number in range(max(start, end - 3 * _LONGEST_SIGNATURE), end):
        text = lines[number].text
        if not text or text[0] not in _DRAWN or len(text) > 120:
            continue
        below = [line.text for line in lines[number + 1 : end] if line.text]
        if text in _DELIMITERS and len(below) <= _LONGEST_SIGNATURE:
            return number
        drawn = number > start and rule(text) and 0 < len(below) <= _LONGEST_SIGNATURE
        if drawn and sum(_CONTACT.search(line) is not None for line in below) * 3 >= len(below):
            return number
    return None


def _sent_from(lines: Sequence[Line], start: int, end: int) -> int:
    """Where a run ends once "Sent from my phone" is taken off."""
    at = end
    for number in range(end - 1, max(start - 1, end - 4), -1):
        text = lines[number].text
        if text and len(text) < 120 and _may_be_device(text) and SENT_FROM.fullmatch(text):
            at = number
    if at == end and end - start >= 2 and _DASH_NAME.fullmatch(lines[end - 1].text):
        at = end - 1
    while at > start and at < end and not lines[at - 1].text:
        at -= 1
    return at


def _may_be_device(text: str) -> bool:
    return not text.isascii() or text.lstrip("-_*[( ").partition(" ")[0].lower() in SENT_FROM_WORDS


def _introduced(lines: Sequence[Line], start: int, first: int) -> bool:
    """Whether the text above announces the block, as in "The addresses are:"."""
    above = next((lines[number].text for number in range(first - 1, start - 1, -1) if lines[number].text), "")
    return above.endswith((":", "："))


def _contact_block(lines: Sequence[Line], start: int, end: int) -> int:
    """Where a signature begins that nothing announces: a last block of short lines with ways to reach somebody."""
    first = _paragraph_start(lines, start, end)
    if not start < first < end or end - first > 10 or _introduced(lines, start, first):
        return end
    block = [line.text for line in lines[first:end]]
    if block[0].rstrip(",.!").lower() in CLOSINGS:
        # The closing and the name below it are the author's own.
        first, block = first + 2, block[2:]
    contacts = sum(_CONTACT.search(text) is not None for text in block)
    if not contacts or any(len(text) > 90 for text in block) or contacts * 3 < len(block):
        return end
    if block[0][:2] in {"- ", "* "} or block[-1].endswith(("?", ".")) or (len(block) == 1 and " " in block[0]):
        return end
    return first
