# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder read from end to end and left as it is: opened by EXAMINE, fetched by BODY.PEEK, nothing marked as seen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Final

from gateway.imap.connection import Connection, Server
from gateway.imap.places import Place
from gateway.imap.pool import Pool
from gateway.imap.responses import number, pairs, text_of
from gateway.ports import Unavailable

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Reading:
    """A folder that is open for reading.

    Attributes:
        uids: of its messages, the oldest first.
    """

    uids: Sequence[int]
    _connection: Connection

    async def contents(self, uids: Sequence[int], limit: int) -> list[tuple[int, bytes]]:
        """The first `limit` octets of these messages; one that was deleted meanwhile is left out.

        Raises:
            Unavailable: the server does not answer, or refuses.
        """
        chosen = ",".join(map(str, uids))
        answer = await self._connection.expect("UID FETCH", chosen, f"(UID BODY.PEEK[]<0.{limit}>)")
        found = [pairs(tokens[1]) for tokens in answer.named("FETCH") if len(tokens) > 1]
        return [(number(each.get("UID")), body) for each in found if isinstance(body := each.get("BODY"), bytes)]


@asynccontextmanager
async def reading(server: Server, place: Place, folder: str, since: date | None) -> AsyncIterator[Reading]:
    """Open a folder for reading.

    Args:
        server: where.
        place: whose mailbox, and how to get in.
        folder: its name as people see it, with a slash between levels.
        since: only messages sent since, by their Date field (RFC 3501 6.4.4, SENTSINCE).

    Raises:
        Unavailable: the server is not there, does not let us in, or has no such folder.
    """
    pool = Pool(server, connections=1, keep=0)
    try:
        session = await pool.connect(place.login)
        opened = await session.connection.command("EXAMINE", session.layout(place).argument(folder))
        if not opened.ok:
            raise Unavailable(f"there is no folder {folder} that this login may read: {opened.text}")
        wanted = ("ALL",) if since is None else ("SENTSINCE", f"{since.day}-{_MONTHS[since.month - 1]}-{since.year}")
        found = await session.connection.expect("UID SEARCH", *wanted)
        uids = sorted(int(text_of(uid)) for tokens in found.named("SEARCH") for uid in tokens)
        yield Reading(uids, session.connection)
    finally:
        await pool.close()
