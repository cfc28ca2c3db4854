# SPDX-License-Identifier: GPL-3.0-or-later
"""A command's arguments, and how they go out with literals between them (RFC 3501 4.3). No io."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Literal:
    """An argument that is sent as a literal: a message, or a string that no quoted string can hold."""

    content: bytes


def segments(name: str, arguments: tuple[str | Literal, ...]) -> list[bytes]:
    """The command as it is sent: up to the first literal, and each further part when the server asks for it.

    Raises:
        ValueError: an argument would end the line.
    """
    parts = [name.encode()]
    for argument in arguments:
        if isinstance(argument, Literal):
            parts[-1] += b" {%d}\r\n" % len(argument.content)
            parts.append(argument.content)
        elif any(character in argument for character in "\r\n\0"):
            raise ValueError(f"CR, LF or NUL in an argument of {name}")
        else:
            parts[-1] += b" " + argument.encode()
    parts[-1] += b"\r\n"
    return parts
