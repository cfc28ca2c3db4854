# SPDX-License-Identifier: GPL-3.0-or-later
"""A rendered part, split into what its author wrote, what is quoted, signature and boilerplate."""

from __future__ import annotations

from itertools import compress
from typing import NamedTuple

from gateway.mail import footer, quoting
from gateway.mail.lines import Lines, Role, joined, table

_ONLY = {role: table({role: 1}, 0) for role in (Role.AUTHORED, Role.QUOTED, Role.SIGNATURE, Role.BOILERPLATE)}
_MOST_OWN_MESSAGES = 6


class Split(NamedTuple):
    """What each line is, and which message is quoted first.

    Attributes:
        lines: the lines.
        roles: whose each is, see `Role`.
        confidence: how sure the split between authored and quoted is, 0 to 1.
        newest: the lines of the newest message quoted; None if nothing is.
        author: the text that names its author; may be empty.
    """

    lines: Lines
    roles: bytes
    confidence: float
    newest: Lines | None
    author: str

    def text(self, role: int) -> str:
        """The text of the lines with this role."""
        return joined(list(compress(self.lines.texts, self.column(role)))) if role in self.roles else ""

    def column(self, role: int) -> bytes:
        """1 for each line with this role, 0 for the others."""
        return self.roles.translate(_ONLY[role])


def split(lines: Lines) -> Split:
    """Split the lines of one message."""
    found = quoting.find(lines)
    footer.mark(lines, found.roles)
    return Split(lines, bytes(found.roles), found.confidence, found.newest, found.author)


def newest_by_others(whole: Split, own_addresses: frozenset[str]) -> str | None:
    """The words of the newest quoted message that is not by the author's own side; None if there is none.

    An agent who writes again quotes a message of the team first; the customer's is the one below it.

    Args:
        whole: the split of the agent's message.
        own_addresses: addresses and domains (as ``@example.org``) of the agent's side, in lower case.
    """
    current = whole
    for _ in range(_MOST_OWN_MESSAGES):
        if not current.newest:
            return None
        inner = split(current.newest)
        author = current.author.lower()
        if not any(address in author for address in own_addresses):
            return inner.text(Role.AUTHORED) or None
        current = inner
    return None
