# SPDX-License-Identifier: GPL-3.0-or-later
"""A rendered part, split into what its author wrote, what is quoted, signature and boilerplate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gateway.mail import footer, quoting
from gateway.mail.line import Line
from gateway.mail.quoting import Role


class Split(NamedTuple):
    """What each line is, and which message is quoted first.

    Attributes:
        by_role: the lines, by whose they are.
        confidence: how sure the split between authored and quoted is, 0 to 1.
        newest: the lines of the newest message quoted.
        author: the text that names its author; may be empty.
    """

    by_role: Mapping[Role, Sequence[Line]]
    confidence: float
    newest: tuple[Line, ...]
    author: str

    def of(self, role: Role) -> Sequence[Line]:
        """The lines with this role."""
        return self.by_role.get(role, ())


def trimmed(lines: Sequence[Line]) -> list[Line]:
    """The lines from the first to the last that has text; of several white lines in a row, one."""
    result: list[Line] = []
    for line in lines:
        if line.text or (result and result[-1].text):
            result.append(line)
    while result and not result[-1].text:
        result.pop()
    return result


def split(lines: tuple[Line, ...]) -> Split:
    """Split the lines of one message."""
    found = quoting.find(lines)
    footer.mark(lines, found.roles)
    by_role: dict[Role, list[Line]] = {}
    for line, role in zip(lines, found.roles, strict=True):
        by_role.setdefault(role, []).append(line)
    return Split(by_role, found.confidence, found.newest, found.author)


def newest_by_others(whole: Split, own_addresses: frozenset[str]) -> str | None:
    """The words of the newest quoted message that is not by the author's own side; None if there is none.

    An agent who writes again quotes a message of the team first; the customer's is the one below it.

    Args:
        whole: the split of the agent's message.
        own_addresses: addresses and domains (as ``@example.org``) of the agent's side, in lower case.
    """
    current = whole
    for _ in range(6):
        if not current.newest:
            return None
        inner = split(current.newest)
        if not any(address in current.author.lower() for address in own_addresses):
            words = "\n".join([line.text for line in trimmed(inner.of(Role.AUTHORED))])
            return words or None
        current = inner
    return None
