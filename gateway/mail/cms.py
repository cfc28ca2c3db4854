# SPDX-License-Identifier: GPL-3.0-or-later
"""What a CMS SignedData carries (RFC 5652 5.1): mail that is signed opaquely hides its text in one (RFC 8551 3.5.2).

Nobody's signature is checked here; the text is read as the recipient's client will show it. Only the way down to that
text is walked, in a loop: a general reader of ASN.1 recurses into whatever nests, and this input is anybody's. Both
DER and BER are met: clients that stream write lengths as indefinite and the text in pieces (X.690 8.1.3.6, 8.7.3).
"""

from __future__ import annotations

from typing import NamedTuple

_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")  # 1.2.840.113549.1.7.2, as an element
_DATA = bytes.fromhex("06092a864886f70d010701")  # 1.2.840.113549.1.7.1
_SEQUENCE, _SET, _INTEGER, _EXPLICIT_0 = 0x30, 0x31, 0x02, 0xA0
_OCTETS, _OCTETS_IN_PIECES = 0x04, 0x24
_CONSTRUCTED = 0x20
_LONG_TAG = 0x1F
_INDEFINITE = 0x80
_END_OF_CONTENTS = b"\0\0"


class _Malformed(Exception):  # noqa: N818 - it never leaves this module
    """This is no BER, or not of the shape that is looked for."""


class _Element(NamedTuple):
    """One element: its tag, where its contents begin, and where they end; no end if the length is indefinite."""

    tag: int
    start: int
    end: int | None


def signed_content(octets: bytes) -> bytes | None:
    """The MIME entity that was signed, as it was signed; None if this is no SignedData or carries none. Never raises.

    Args:
        octets: the body of an application/pkcs7-mime part with its transfer encoding undone.
    """
    try:
        at = _into(octets, 0, _SEQUENCE)  # ContentInfo
        at = _into(octets, _behind_literal(octets, at, _SIGNED_DATA), _EXPLICIT_0)
        at = _into(octets, at, _SEQUENCE)  # SignedData
        at = _behind(octets, at, _INTEGER)  # version
        at = _behind(octets, at, _SET)  # digestAlgorithms
        at = _into(octets, at, _SEQUENCE)  # encapContentInfo
        at = _into(octets, _behind_literal(octets, at, _DATA), _EXPLICIT_0)
        return _string(octets, at)
    except _Malformed:
        return None


def _element(octets: bytes, at: int) -> _Element:
    """The element whose identifier stands at `at` (X.690 8.1.2, 8.1.3)."""
    if at + 2 > len(octets):
        raise _Malformed
    tag, length = octets[at], octets[at + 1]
    if tag & _LONG_TAG == _LONG_TAG:
        raise _Malformed  # nothing on the way has a tag of several octets
    start = at + 2
    if length == _INDEFINITE and tag & _CONSTRUCTED:
        return _Element(tag, start, None)
    if length >= _INDEFINITE:
        size = length - _INDEFINITE
        if not 0 < size <= 8:
            raise _Malformed
        length = int.from_bytes(octets[start : start + size])
        start += size
    if start + length > len(octets):
        raise _Malformed
    return _Element(tag, start, start + length)


def _into(octets: bytes, at: int, tag: int) -> int:
    """Where the contents of the element at `at` begin."""
    found = _element(octets, at)
    if found.tag != tag:
        raise _Malformed
    return found.start


def _behind(octets: bytes, at: int, tag: int) -> int:
    """Where the element at `at` ends, which may itself hold elements of indefinite length."""
    if octets[at : at + 1] != bytes([tag]):
        raise _Malformed
    still_open = 0
    while True:
        if still_open and octets.startswith(_END_OF_CONTENTS, at):
            still_open -= 1
            at += len(_END_OF_CONTENTS)
        else:
            found = _element(octets, at)
            still_open += found.end is None
            at = found.start if found.end is None else found.end
        if not still_open:
            return at


def _behind_literal(octets: bytes, at: int, literal: bytes) -> int:
    if not octets.startswith(literal, at):
        raise _Malformed
    return at + len(literal)


def _string(octets: bytes, at: int) -> bytes:
    """The octet string at `at`, in one piece or in many."""
    whole = _element(octets, at)
    if whole.tag == _OCTETS:
        return octets[whole.start : whole.end]
    if whole.tag != _OCTETS_IN_PIECES:
        raise _Malformed
    pieces: list[bytes] = []
    at = whole.start
    end = len(octets) if whole.end is None else whole.end
    still_open = 1 if whole.end is None else 0
    while at < end:
        if octets.startswith(_END_OF_CONTENTS, at):
            still_open -= 1
            at += len(_END_OF_CONTENTS)
            if whole.end is None and still_open <= 0:
                break
            continue
        piece = _element(octets, at)
        if piece.tag == _OCTETS:
            pieces.append(octets[piece.start : piece.end])
        elif piece.tag != _OCTETS_IN_PIECES:
            raise _Malformed
        still_open += piece.end is None
        at = piece.start if piece.tag == _OCTETS_IN_PIECES or piece.end is None else piece.end
    return b"".join(pieces)
