# SPDX-License-Identifier: GPL-3.0-or-later
"""Header fields: unfolding, encoded words, parameters, addresses (RFC 5322 2.2 and 3.4, RFC 2045 5.1, 2047, 2231)."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

from gateway.mail import charsets

# The gap between two encoded words is no part of the text (RFC 2047 6.2).
_ENCODED_WORD = re.compile(
    r"=\?([\w.:+-]{1,60})(?:\*[\w-]*)?\?([BbQq])\?([^?\r\n]*)\?=(?:\s+(?==\?[\w.:+*-]+\?[BbQq]\?))?"
)
_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*("(?:[^"\\]|\\.)*"?|[^;]*)')
_SIMPLE_MAILBOX = re.compile(
    r"""\s*+(?:(?:"[^"<>,:;@()\\]*"\s*+|[^"<>,:;@()\\]*+)<([^<>\s,"@]+@[^<>\s,"@]+)>|([^<>\s,"@:;()]+@[^<>\s,"@:;()]+))\s*"""
)

_QUOTED_NAME = re.compile(r'"(?:[^"\\]|\\.)*+"(?!@)')
_COMMENT = re.compile(r"\([^()]*\)")
_ADDRESS = re.compile(
    r"<(?:@[^<>:]*:)?\s*([^<>\s@]{1,256}@[^<>\s@]{1,256})\s*>|([^<>\s,;:@()]{1,256}@[^<>\s,;:@()]{1,256})"
)


class Header(NamedTuple):
    """The header of a message or part: bodies as they stand there, still folded and in octets.

    Attributes:
        names: the name of each field in lower case, in order.
        bodies: the body of each, likewise.
        first: the body of the first field of each name.
    """

    names: list[str]
    bodies: list[bytes]
    first: dict[str, bytes]


# A field and what is folded of it (RFC 5322 2.2); white space before the colon is obsolete, and met (RFC 5322 4.5).
_FIELD = re.compile(rb"^([!-9;-~]+)[ \t]*:(.*(?:\n[ \t].*)*)", re.MULTILINE)


def header(block: bytes, at_most: int) -> Header:
    """The first `at_most` fields of a header block (RFC 5322 2.2); lines that are no field are passed over."""
    found = _FIELD.findall(block)[:at_most]
    if not found:
        return Header([], [], {})
    names, bodies = zip(*found, strict=True)
    lowered = b"\n".join(names).lower().decode("ascii").split("\n")
    return Header(lowered, list(bodies), dict(zip(reversed(lowered), reversed(bodies), strict=True)))


def characters(body: bytes) -> str:
    """A body unfolded, no white space around it; raw 8-bit octets are UTF-8, or windows-1252 where they cannot be."""
    body = body.strip()
    if b"\n" in body:
        body = body.replace(b"\r\n", b"\n").replace(b"\n\t", b" ").replace(b"\n", b"")
    return body.decode("ascii") if body.isascii() else charsets.decode(body)


def text(body: bytes) -> str:
    """The body of an unstructured field as people read it: encoded words decoded, on one line."""
    raw = characters(body)
    if "=?" in raw:
        raw = _decode_words(raw)
    return " ".join(raw.split()) if ("\n" in raw or "\r" in raw or "\t" in raw) else raw.strip()


class Decoded(Mapping[str, str]):
    """Fields by lower-case name, decoded when somebody asks: of thirty fields of a message hardly one is."""

    __slots__ = ("_bodies",)

    def __init__(self, bodies: Mapping[str, bytes]) -> None:
        self._bodies: Final = bodies

    def __getitem__(self, name: str) -> str:
        return text(self._bodies[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._bodies)

    def __len__(self) -> int:
        return len(self._bodies)

    def __repr__(self) -> str:
        return repr(dict(self))


def _decode_words(raw: str) -> str:
    """Encoded words decoded; neighbours in one charset are joined as octets first, since some split a character."""
    result: list[str] = []
    octets, label, at = b"", "", 0
    for match in _ENCODED_WORD.finditer(raw):
        charset, encoding, payload = match.groups()
        adjoining = match.start() == at and octets
        if not adjoining or charset.lower() != label:
            result += (charsets.decode(octets, label), raw[at : match.start()])
            octets, label = b"", charset.lower()
        octets += _from_q(payload) if encoding in "Qq" else _from_base64(payload)
        at = match.end()
    result += (charsets.decode(octets, label), raw[at:])
    return "".join(result)


def _from_q(payload: str) -> bytes:
    return binascii.a2b_qp(payload.replace("_", " ").encode("utf-8", "replace"), header=False)


def _from_base64(payload: str) -> bytes:
    return lenient_base64(payload.encode("ascii", "ignore"))


_BASE64_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64_ALPHABET))


def lenient_base64(octets: bytes) -> bytes:
    """What base64 text means when line breaks, stray characters and missing padding are forgiven (RFC 2045 6.8)."""
    try:
        return binascii.a2b_base64(octets)
    except binascii.Error:
        clean = octets.partition(b"=")[0].translate(None, _NOT_BASE64)
        clean = clean[: len(clean) - 1] if len(clean) % 4 == 1 else clean
        return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))


class Parametrised(NamedTuple):
    """A field body with parameters (RFC 2045 5.1): value in lower case, parameter values decoded."""

    value: str
    parameters: dict[str, str]

    def get(self, name: str) -> str:
        """A parameter's value, empty if it is absent."""
        return self.parameters.get(name, "")


def parametrised(body: bytes) -> Parametrised:
    """A Content-Type or Content-Disposition body: value, and parameters with RFC 2231 and RFC 2047 undone."""
    raw = characters(body)
    value, semicolon, _ = raw.partition(";")
    if not semicolon:
        return Parametrised(value.strip().lower(), {})
    plain: dict[str, str] = {}
    extended: dict[str, list[tuple[int, bool, str]]] = {}
    for match in _PARAMETER.finditer(raw, len(value)):
        name, given = match[1].lower(), match[2].strip()
        if given.startswith('"'):
            given = re.sub(r"\\(.)", r"\1", given[1:].removesuffix('"'))
        if "*" in name:
            base, _, rest = name.partition("*")
            number = rest.rstrip("*")
            extended.setdefault(base, []).append((int(number) if number.isdecimal() else 0, name.endswith("*"), given))
        else:
            plain.setdefault(name, _decode_words(given) if "=?" in given else given)
    for base, pieces in extended.items():
        plain[base] = _join_rfc2231(pieces)
    return Parametrised(value.strip().lower(), plain)


def _join_rfc2231(pieces: list[tuple[int, bool, str]]) -> str:
    label, octets = "", b""
    for position, (_, percent, value) in enumerate(sorted(pieces)):
        piece = value
        if percent and position == 0 and value.count("'") >= 2:
            label, _, piece = value.split("'", 2)
        octets += unquote_to_bytes(piece) if percent else piece.encode("utf-8", "surrogatepass")
    return charsets.decode(octets, label)


def addresses(body: bytes) -> tuple[str, ...]:
    """The addresses of a From, To or Cc body in order, as written (RFC 5322 3.4); display names are left out.

    The standard library's parser recurses into nested comments, and what it finds in malformed lists has changed
    between its releases; names and comments are all that has to go here.
    """
    if not body:
        return ()
    raw = characters(body)
    if simple := _SIMPLE_MAILBOX.fullmatch(raw):
        return (simple[1] or simple[2],)
    bare = _COMMENT.sub(" ", _QUOTED_NAME.sub(" ", raw))
    return tuple(match[1] or match[2] for match in _ADDRESS.finditer(bare))
