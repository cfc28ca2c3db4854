# SPDX-License-Identifier: GPL-3.0-or-later
"""The reply of an SMTP server, kept word for word (RFC 5321 4.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class ServerReply:
    """One SMTP reply: a code and the text of each of its lines, as octets (a server may speak Latin-1).

    Attributes:
        code: three digits, 200 to 599.
        lines: the text behind the code of each line, at least one, without CRLF.
    """

    code: int
    lines: tuple[bytes, ...]

    @classmethod
    def of(cls, code: int, *lines: str) -> Self:
        """A reply of our own, in ASCII or UTF-8."""
        return cls(code, tuple(line.encode() for line in lines) or (b"",))

    @property
    def wire(self) -> bytes:
        """The octets to send, every line ended by CRLF."""
        if len(self.lines) == 1:
            return b"%d %s\r\n" % (self.code, self.lines[0])
        *others, last = self.lines
        code = b"%d" % self.code
        return code + b"-" + (b"\r\n" + code + b"-").join(others) + b"\r\n" + code + b" " + last + b"\r\n"

    @property
    def text(self) -> str:
        """All lines as one line of text, for a card or a log; octets that are not UTF-8 are replaced."""
        return b" ".join(self.lines).decode("utf-8", "replace")

    @property
    def positive(self) -> bool:
        """2yz: done."""
        return 200 <= self.code < 300

    @property
    def transient(self) -> bool:
        """4yz: try again."""
        return 400 <= self.code < 500

    @property
    def permanent(self) -> bool:
        """5yz: change something first."""
        return self.code >= 500
