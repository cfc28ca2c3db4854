# SPDX-License-Identifier: GPL-3.0-or-later
"""Mailbox names and strings as IMAP wants them on the wire (RFC 3501 5.1.3, RFC 9051 4.3).

A folder is called ``Quarantine/Release`` everywhere else in Bedside, with a slash whatever the server uses. `Layout`
turns that into the server's own name and back.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass

INBOX = "INBOX"


def quoted(text: str) -> str:
    """A quoted string (RFC 3501 9, `quoted`).

    Raises:
        ValueError: it has a character that no quoted string can hold: CR, LF, NUL, or one beyond ASCII.
    """
    if not text.isascii() or any(character in text for character in "\r\n\0"):
        raise ValueError("a quoted string holds ASCII without CR, LF and NUL only")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def encode(name: str) -> str:
    """A mailbox name in modified UTF-7 (RFC 3501 5.1.3)."""
    result: list[str] = []
    shifted = ""
    for character in name:
        if " " <= character <= "~":
            result += (_shift(shifted), "&-" if character == "&" else character)
            shifted = ""
        else:
            shifted += character
    return "".join((*result, _shift(shifted)))


def decode(name: str) -> str:
    """The name behind modified UTF-7; what is not well formed stays as it is, for it names a mailbox all the same."""
    plain, *rest = name.split("&")
    result = [plain]
    for part in rest:
        inside, ends, after = part.partition("-")
        result += (_unshift(inside, "-" if ends else ""), after)
    return "".join(result)


def _shift(text: str) -> str:
    if not text:
        return ""
    base64 = binascii.b2a_base64(text.encode("utf-16-be", "surrogatepass"), newline=False).rstrip(b"=")
    return f"&{base64.replace(b'/', b',').decode()}-"


def _unshift(inside: str, end: str) -> str:
    if not inside:
        return "&"
    try:
        octets = binascii.a2b_base64(inside.replace(",", "/") + "=" * (-len(inside) % 4))
        return octets.decode("utf-16-be")
    except ValueError:
        return f"&{inside}{end}"


@dataclass(frozen=True, slots=True)
class Layout:
    """How one login sees its folders.

    Attributes:
        delimiter: between a folder and its parent; empty if the server has no hierarchy.
        prefix: what the server puts before every folder but INBOX, for example ``INBOX.``; or the place of somebody
            else's mailbox, for example ``shared/anna/``. Not encoded.
        inbox: name of the folder that takes notices.
    """

    delimiter: str = "/"
    prefix: str = ""
    inbox: str = INBOX

    def name(self, folder: str) -> str:
        """The server's name for a folder of ours, not encoded.

        Raises:
            ValueError: a part of it has the server's delimiter, so that it would name another folder.
        """
        if folder.upper() == INBOX:
            return self.inbox
        if self.delimiter in ("", "/"):
            return self.prefix + folder
        if self.delimiter in folder:
            raise ValueError(
                f"the server uses {self.delimiter!r} to divide folder names, so {folder!r} cannot be one: "
                "choose a name without it"
            )
        return self.prefix + folder.replace("/", self.delimiter)

    def argument(self, folder: str) -> str:
        """The server's name for a folder of ours, ready to stand in a command.

        Raises:
            ValueError: see `name`.
        """
        return quoted(encode(self.name(folder)))
