# SPDX-License-Identifier: GPL-3.0-or-later
"""How folders stand: counters that differ as soon as a message came, went, or was flagged."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from gateway.imap.connection import Connection
from gateway.imap.names import quoted
from gateway.imap.responses import Answer, number, pairs, text_of

# Roots in one LIST; servers limit the length of a command line, usually to 64 KiB.
_ROOTS = 50

Standing = Mapping[str, tuple[int, ...]]


async def standing(
    connection: Connection, names: Collection[str], roots: Sequence[str], delimiter: str
) -> dict[str, tuple[int, ...]]:
    """Counters of those of these folders that exist, by name; all names are encoded.

    Args:
        connection: to ask on.
        names: the folders.
        roots: few names above them (`gateway.imap.roots`): one LIST-STATUS over all that lies below is quicker than
            hundreds of exact names, each of which the server compares with each of its folders.
        delimiter: the server's.

    Raises:
        Unavailable: the server does not answer.
    """
    counters = ["MESSAGES", "UIDNEXT", "UIDVALIDITY"] + ["HIGHESTMODSEQ"] * ("CONDSTORE" in connection.capabilities)
    wanted = f"({' '.join(counters)})"
    found: dict[str, tuple[int, ...]] = {}
    if "LIST-STATUS" in connection.capabilities:
        for first in range(0, len(roots), _ROOTS):
            below = [quoted(name) for root in roots[first : first + _ROOTS] for name in (root, f"{root}{delimiter}*")]
            answer = await connection.expect("LIST", '""', f"({' '.join(below)})", f"RETURN (STATUS {wanted})")
            found |= _counters(answer, counters)
    else:
        for name in names:
            found |= _counters(await connection.command("STATUS", quoted(name), wanted), counters)
    return {name: found[name] for name in names if name in found}


def _counters(answer: Answer, counters: Sequence[str]) -> dict[str, tuple[int, ...]]:
    found = {}
    for tokens in answer.named("STATUS"):
        values = pairs(tokens[1]) if len(tokens) > 1 else {}
        found[text_of(tokens[0])] = tuple(number(values.get(counter)) for counter in counters)
    return found
