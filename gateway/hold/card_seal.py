# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a card still says what we wrote: an agent may have edited it, in the hope that their words go out. No io.

What is sent is what the ledger holds, never what a card shows. So an edited card must decide nothing, or its agent
would believe that something went out which did not. But a server may store a card otherwise than it was given: other
encodings, line ends, boundaries, header fields. So a field of the card has a digest of its words alone, and only words
are compared: those of the text, of its markup, and those that the attached original was written with.
"""

from __future__ import annotations

import hashlib
import html
import re
from email import message_from_bytes
from email.message import Message
from email.parser import BytesHeaderParser

from gateway.mail.read import read

SEAL_FIELD = "X-Bedside-Seal"
FETCHED = 1_048_576
"""Octets from the beginning of a card that are enough to tell."""

_WORD = re.compile(r"\w+")
_MARKUP = re.compile(r"<style\b.*?</style>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_ORIGINAL_AT_MOST = 262_144
_TEXT, _HTML, _ORIGINAL = "t", "h", "o"
_AS_IT_IS = frozenset({"", "7bit", "8bit", "binary"})


def seal(text: str, markup: str | None, original: bytes | None) -> str:
    """What a card that is made of these says of itself.

    Args:
        text: plain text.
        markup: the same as HTML; None if there is none.
        original: what is attached; None for nothing. One that is too large to be looked at again is left out.
    """
    said = {_TEXT: _digest(text)}
    if markup is not None:
        said[_HTML] = _digest(_visible(markup))
    if original is not None and len(original) <= _ORIGINAL_AT_MOST:
        said[_ORIGINAL] = _digest(read(original).authored)
    return " ".join(f"{part}={digest}" for part, digest in said.items())


def altered(card: bytes) -> bool:
    """Whether a card, as a server gives it, says something else than its seal; what cannot be told is not altered.

    Args:
        card: its first `FETCHED` octets, or all.
    """
    head = BytesHeaderParser().parsebytes(card)
    said = dict(pair.split("=", 1) for pair in str(head.get(SEAL_FIELD, "")).split() if "=" in pair)
    pieces = _pieces(card, head)
    if not said or not pieces:
        return False
    found = _texts(pieces[0])
    attached = len(pieces) > 1 and _original(pieces[1])
    if attached:
        found[_ORIGINAL] = read(attached).authored
    return any(part in said and said[part] != _digest(text) for part, text in found.items())


def _pieces(card: bytes, head: Message) -> list[bytes]:
    """The card's own text as a message, and the attached part; of a card without an attachment, the card."""
    boundary = head.get_boundary()
    if head.get_content_type() != "multipart/mixed" or boundary is None:
        return [card]
    limit = re.compile(
        rb"\r?\n?^--" + re.escape(boundary.encode("utf-8", "replace")) + rb"(?:--)?[ \t]*\r?\n?", re.MULTILINE
    )
    return limit.split(card)[1:3]


def _texts(piece: bytes) -> dict[str, str]:
    """Words of our own parts. The piece is of our making, or was: it has no depth that could harm a parser."""
    if piece.count(b"multipart/") > 4:
        return {}
    found: dict[str, str] = {}
    for part in message_from_bytes(piece).walk():
        octets = part.get_payload(decode=True)
        if isinstance(octets, bytes) and part.get_content_type() == "text/plain":
            found.setdefault(_TEXT, octets.decode("utf-8", "replace"))
        elif isinstance(octets, bytes) and part.get_content_type() == "text/html":
            found.setdefault(_HTML, _visible(octets.decode("utf-8", "replace")))
    return found


def _original(piece: bytes) -> bytes:
    """The attached message; empty if the server has put it into another encoding, or it was not looked at before."""
    head, _, octets = piece.replace(b"\r\n", b"\n").partition(b"\n\n")
    fields = BytesHeaderParser().parsebytes(head + b"\n\n")
    encoding = str(fields.get("Content-Transfer-Encoding", "")).strip().lower()
    wanted = fields.get_content_type() == "message/rfc822" and encoding in _AS_IT_IS
    return octets.replace(b"\n", b"\r\n") if wanted else b""


def _visible(markup: str) -> str:
    return html.unescape(_MARKUP.sub(" ", markup))


def _digest(text: str) -> str:
    words = " ".join(_WORD.findall(text))
    return hashlib.sha256(words.encode("utf-8", "surrogateescape")).hexdigest()[:16]
