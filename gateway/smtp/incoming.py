# SPDX-License-Identifier: GPL-3.0-or-later
"""The octets of a message as they come in, from DATA's 354 to the line that ends them (RFC 5321 4.1.1.4)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from gateway.smtp.intake import Intake
from gateway.smtp.reception import Connection
from gateway.smtp.stream import CHUNK
from gateway.smtp.turns import Turns
from gateway.smtp.values import Patience


async def take_in(
    connection: Connection, intake: Intake, patience: Patience, turns: Turns, between: Callable[[], Awaitable[None]]
) -> None:
    """Read all octets up to the end of the data; past a limit they are read and thrown away.

    Args:
        connection: the client; what it sent behind the end is put back there.
        intake: what they are fed to.
        patience: how long to wait for a piece, and for all of it.
        turns: whose turn it is at what is big.
        between: called after each piece that is not the last.

    Raises:
        ClientGone: the client went away before the end, or took too long, or `between` gave it up.
    """
    loop = asyncio.get_running_loop()
    latest = loop.time() + patience.message
    while True:
        chunk = await connection.chunk(min(patience.block, latest - loop.time()))
        rest = intake.feed(chunk)
        if rest is not None:
            break
        await between()
        await _give_way(chunk, intake, turns)
    connection.unread(rest)
    if intake.is_for_disk:
        await intake.spool()


async def _give_way(chunk: bytes, intake: Intake, turns: Turns) -> None:
    """Between two pieces of something big, let the disk and others have their turn."""
    if intake.is_overfull:
        await intake.spool()
    elif len(chunk) == CHUNK:
        await turns.take()
