# SPDX-License-Identifier: GPL-3.0-or-later
"""The MIME tree of a message, as places in its octets (RFC 2045, 2046).

`email` of the standard library builds every part as text and costs more than all the rest of reading; here a message
stays the octets it came as, and a part is where it begins and ends. Nothing is decoded until it is asked for, so a
20 MB attachment costs one search for the next boundary. The rules on what is odd are those of mail clients:

- a boundary is a whole line; white space behind it is forgiven (RFC 2046 5.1.1);
- a multipart ends with its own end, with a boundary of an outer one, or with the message;
- a multipart without a usable boundary is read as plain text;
- line endings may be CRLF or LF.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.mail import charsets
from gateway.mail.fields import Header, Parametrised, header, lenient_base64, parametrised
from gateway.mail.limits import Limits

_PLAIN = Parametrised("text/plain", {})
_NO_DISPOSITION = Parametrised("", {})
_NO_HEADER = Header([], [], {})
_IN_DIGEST = Parametrised("message/rfc822", {})
_UUENCODED = frozenset({b"x-uuencode", b"x-uue", b"uuencode", b"uue"})


@dataclass(frozen=True, slots=True)
class Part:
    """A MIME entity.

    Attributes:
        kind: Content-Type: value in lower case and parameters.
        disposition: Content-Disposition, empty value if there is none.
        encoding: Content-Transfer-Encoding in lower case.
        content_id: Content-ID without its brackets.
        start: offset of its body in the message.
        end: offset behind its body.
        children: parts of a multipart, in order.
        complete: whether all of it was there, and within the limits.
    """

    kind: Parametrised
    disposition: Parametrised
    encoding: bytes
    content_id: str
    start: int
    end: int
    children: tuple[Part, ...] = ()
    complete: bool = True

    @property
    def type(self) -> str:
        """Media type, for example ``text/plain``."""
        return self.kind.value

    @property
    def filename(self) -> str:
        """File name, decoded; empty if it has none."""
        return self.disposition.get("filename") or self.kind.get("name")

    @property
    def attached(self) -> bool:
        """Whether it is meant to be kept apart from the text (RFC 2183 2.2)."""
        return self.disposition.value == "attachment"


@dataclass(frozen=True, slots=True)
class Tree:
    """A message taken apart: its header fields and its root part."""

    header: Header
    root: Part


@dataclass(slots=True)
class _Walk:
    """One walk over a message: what it has used of its limits."""

    content: bytes
    limits: Limits
    left: int = field(init=False)

    def __post_init__(self) -> None:
        self.left = self.limits.parts

    def part(self, span: tuple[int, int], default: Parametrised, depth: int) -> tuple[Header, Part]:
        """The entity in `span`, header and all."""
        self.left -= 1
        start, end = span
        found, body = self._header(start, end)
        kind, disposition, encoding, content_id = _described(found.first, default)
        if not kind.value.startswith("multipart/"):
            return found, Part(kind, disposition, encoding, content_id, body, end)
        if depth >= self.limits.depth or self.left <= 0:
            return found, Part(kind, disposition, encoding, content_id, body, end, complete=False)
        inner = _IN_DIGEST if kind.value == "multipart/digest" else _PLAIN
        spans, closed = _pieces(self.content, body, end, kind.get("boundary"))
        if not spans:
            return found, Part(_PLAIN, disposition, encoding, content_id, body, end, complete=False)
        children = []
        for piece in spans:
            if self.left <= 0:
                closed = False
                break
            children.append(self.part(piece, inner, depth + 1)[1])
        return found, Part(kind, disposition, encoding, content_id, body, end, tuple(children), closed)

    def _header(self, start: int, end: int) -> tuple[Header, int]:
        """The header fields from `start`, and where the body begins (RFC 5322 2.1)."""
        content = self.content
        if content.startswith((b"\n", b"\r\n"), start):
            return _NO_HEADER, min(end, start + (1 if content[start] == 10 else 2))
        stop, body = _blank_line(content, start, end)
        found = header(content[start : min(stop, start + 1_000_000)], self.limits.fields)
        if not found.names:
            return found, start  # no header at all: it is all body
        return found, body


def tree(content: bytes, limits: Limits) -> Tree:
    """Take a message apart. Never raises."""
    start = content.find(b"\n") + 1 if content.startswith((b"From ", b">From ")) else 0
    found, root = _Walk(content, limits).part((start, len(content)), _PLAIN, 0)
    return Tree(found, root)


def _blank_line(content: bytes, start: int, end: int) -> tuple[int, int]:
    """Where the header ends and where the body begins; the end for both if no line is blank."""
    first = content.find(b"\n", start, end)
    # In a message with the one kind of line ending a search for the other would run to its end.
    if first > start and content[first - 1] == 13:
        crlf = content.find(b"\n\r\n", first, end)
        lf = content.find(b"\n\n", start, end if crlf < 0 else crlf)
        crlf = -1 if lf >= 0 else crlf
    else:
        lf = content.find(b"\n\n", start, end)
        crlf = content.find(b"\n\r\n", start, end if lf < 0 else lf)
    if crlf >= 0:
        return crlf, crlf + 3
    return (lf, lf + 2) if lf >= 0 else (end, end)


def _described(first: Mapping[str, bytes], default: Parametrised) -> tuple[Parametrised, Parametrised, bytes, str]:
    """Content-Type, -Disposition, -Transfer-Encoding and -ID of a header (RFC 2045, 2183, 2392)."""
    kind = parametrised(first["content-type"]) if "content-type" in first else default
    if "/" not in kind.value:
        kind = Parametrised("text/plain", kind.parameters)
    disposition = parametrised(first["content-disposition"]) if "content-disposition" in first else _NO_DISPOSITION
    encoding = first.get("content-transfer-encoding", b"").lower().partition(b";")[0].strip()
    content_id = first["content-id"].decode("ascii", "replace").strip("<> \t\r") if "content-id" in first else ""
    return kind, disposition, encoding, content_id


def _pieces(content: bytes, start: int, end: int, boundary: str) -> tuple[list[tuple[int, int]], bool]:
    """Spans between the boundary lines of a multipart body, and whether the closing one is there."""
    if not boundary:
        boundary = _first_boundary(content, start, end)
    mark = b"--" + boundary.rstrip().encode("utf-8", "surrogateescape")
    if len(mark) < 3:
        return [], False
    spans = []
    opened = -1
    at = start if content.startswith(mark, start) else _next_mark(content, mark, start, end)
    while at >= 0:
        behind = at + len(mark)
        closing = content.startswith(b"--", behind)
        line_end = content.find(b"\n", behind, end)
        line_end = end if line_end < 0 else line_end
        if content[behind + (2 if closing else 0) : line_end].strip():
            at = _next_mark(content, mark, behind, end)  # a longer boundary that begins with ours
            continue
        if opened >= 0:
            spans.append((opened, _without_newline(content, opened, at)))
        if closing:
            return spans, True
        opened = min(end, line_end + 1)
        at = _next_mark(content, mark, line_end, end) if not content.startswith(mark, opened) else opened
    if opened >= 0:
        spans.append((opened, end))
    return spans, False


def _next_mark(content: bytes, mark: bytes, start: int, end: int) -> int:
    at = content.find(b"\n" + mark, start, end)
    return at + 1 if at >= 0 else -1


def _without_newline(content: bytes, start: int, at: int) -> int:
    """The line break before a boundary belongs to the boundary (RFC 2046 5.1.1)."""
    if at - 2 >= start and content[at - 2 : at] == b"\r\n":
        return at - 2
    return max(start, at - 1)


def _first_boundary(content: bytes, start: int, end: int) -> str:
    """What the first line that looks like a boundary says, for a multipart that does not name its own."""
    match = re.compile(rb"^--(?=\S)([^\r\n]{1,70})\r?$", re.MULTILINE).search(content, start, min(end, start + 10_000))
    return match[1].decode("ascii", "replace") if match else ""


def octets(content: bytes, part: Part, at_most: int) -> bytes:
    """The body of a part with its transfer encoding undone, cut at about `at_most` octets. Never raises."""
    if part.encoding == b"base64":
        return lenient_base64(content[part.start : min(part.end, part.start + at_most * 3 // 2)])[:at_most]
    if part.encoding == b"quoted-printable":
        return binascii.a2b_qp(content[part.start : min(part.end, part.start + at_most * 3)])[:at_most]
    raw = content[part.start : min(part.end, part.start + at_most)]
    return _uudecoded(raw) if part.encoding in _UUENCODED else raw


def _uudecoded(raw: bytes) -> bytes:
    result = []
    begun = False
    for line in raw.splitlines():
        if not begun:
            begun = line.startswith(b"begin ")
        elif line.strip() == b"end":
            break
        else:
            try:
                result.append(binascii.a2b_uu(line))
            except binascii.Error:
                continue
    return b"".join(result)


def text(content: bytes, part: Part, at_most: int) -> str:
    """The text of a text part, newlines as LF, no NUL, cut at about `at_most` characters. Never raises."""
    raw = octets(content, part, at_most * 4)
    label = part.kind.get("charset")
    if not label and part.type == "text/html":
        label = _declared_in_html(raw)
    decoded = charsets.decode(raw, label)
    if "\r" in decoded:
        decoded = decoded.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in decoded:
        decoded = decoded.replace("\0", "")
    return decoded[:at_most]


def _declared_in_html(raw: bytes) -> str:
    match = re.search(rb"""<meta[^>]{0,200}charset\s*=\s*["']?([\w-]{1,40})""", raw[:2048], re.IGNORECASE)
    return match[1].decode("ascii") if match else ""
