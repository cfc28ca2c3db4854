# SPDX-License-Identifier: GPL-3.0-or-later
r"""What an IMAP server says, as values (RFC 3501 7, RFC 9051 7). No io.

A response comes as *pieces*: the octets of its line, and, where the line ends in ``{n}``, the literal and the rest of
the line, and so on. `parse` makes tokens of them: an atom, flag or number is a `str`, a quoted string or literal is
`bytes`, a parenthesised list is a `list`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Pieces = tuple[bytes, ...]
Token = str | bytes | list["Token"]

_LITERAL = re.compile(rb"\{\d+\+?\}$")
_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*)"?')
# An atom; a section in brackets, which may hold spaces and parentheses, belongs to it: BODY[HEADER.FIELDS (TO)].
_ATOM = re.compile(rb'(?:[^\s()\["]|\[[^\]]*\]?)+')
_CODE = re.compile(r"\[([^\s\]]+)(?: ([^\]]*))?\]")


@dataclass(frozen=True, slots=True)
class Answer:
    """A tagged response with the untagged ones before it.

    Attributes:
        result: OK, NO or BAD.
        text: what follows it, with the response code.
        responses: the untagged responses, each in pieces.
    """

    result: str
    text: str
    responses: tuple[Pieces, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the command was carried out."""
        return self.result == "OK"

    @property
    def code(self) -> str:
        """Name of the response code in upper case (RFC 3501 7.1, RFC 5530), for example OVERQUOTA; may be empty."""
        match = _CODE.match(self.text)
        return match[1].upper() if match else ""

    def named(self, name: str) -> Iterator[list[Token]]:
        """The untagged responses of this name, parsed, without the name; numbered ones keep their number in front."""
        for pieces in self.responses:
            tokens = parse(pieces)
            if tokens and _is(tokens[0], name):
                yield tokens[1:]
            elif len(tokens) > 1 and _is(tokens[1], name):
                yield [tokens[0], *tokens[2:]]

    def status_code(self, name: str) -> str | None:
        """Value of a response code in an untagged OK or in the tagged answer, for example UIDVALIDITY."""
        lines = [pieces[0].decode("utf-8", "replace").partition(" ")[2] for pieces in self.responses]
        for text in (*lines, self.text):
            match = _CODE.match(text)
            if match and match[1].upper() == name:
                return match[2] or ""
        return None


def parse(pieces: Sequence[bytes]) -> list[Token]:
    """Tokens of one response; what is badly formed gives fewer tokens, never an exception."""
    stack: list[list[Token]] = [[]]
    for number, piece in enumerate(pieces):
        if number % 2:
            stack[-1].append(bytes(piece))
        else:
            _scan(_LITERAL.sub(b"", piece) if number + 1 < len(pieces) else piece, stack)
    return stack[0]


def _scan(line: bytes, stack: list[list[Token]]) -> None:
    at = 0
    while at < len(line):
        character = line[at : at + 1]
        if character == b"(":
            inner: list[Token] = []
            stack[-1].append(inner)
            stack.append(inner)
            at += 1
        elif character == b")":
            if len(stack) > 1:
                stack.pop()
            at += 1
        elif character == b'"' and (match := _QUOTED.match(line, at)):
            stack[-1].append(re.sub(rb"\\(.)", rb"\1", match[1]))
            at = match.end()
        elif match := _ATOM.match(line, at):
            stack[-1].append(match[0].decode("utf-8", "replace"))
            at = match.end()
        else:
            at += 1


def text_of(token: Token) -> str:
    """A token that may be atom or string, as text; empty for a list."""
    if isinstance(token, bytes):
        return token.decode("utf-8", "replace")
    return token if isinstance(token, str) else ""


def pairs(tokens: Token) -> dict[str, Token]:
    """A list of names and values, as FETCH and STATUS give them, by name in upper case without its section."""
    if not isinstance(tokens, list):
        return {}
    named = zip(tokens[::2], tokens[1::2], strict=False)
    return {text_of(name).partition("[")[0].upper(): value for name, value in named}


def number(token: Token | None) -> int:
    """A number, or 0 where there is none."""
    return int(token) if isinstance(token, str) and token.isascii() and token.isdigit() else 0


def header_field(header: bytes, name: str) -> str:
    """First value of a field in a header as FETCH gives it, unfolded; empty if it is not there."""
    unfolded = re.sub(rb"\r?\n(?=[ \t])", b"", header)
    match = re.search(rb"(?im)^" + re.escape(name.encode()) + rb"[ \t]*:[ \t]*([^\r\n]*)", unfolded)
    return match[1].decode("utf-8", "replace").strip() if match else ""


def _is(token: Token, name: str) -> bool:
    return isinstance(token, str) and token.upper() == name
