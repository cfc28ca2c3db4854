# SPDX-License-Identifier: GPL-3.0-or-later
"""From DATA to its final reply: take the message in, and let the Screener end the transaction.

The client's part ends with the last dot. From there on nothing that it does, hanging up included, stops what is being
done with its message: this runs in the session's task, and that is never cancelled by the client.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from gateway.mail.envelope import Envelope
from gateway.mail.server_reply import ServerReply
from gateway.smtp import replies
from gateway.smtp.incoming import take_in
from gateway.smtp.intake import Intake
from gateway.smtp.leg import Leg
from gateway.smtp.message import MemoryMessage, SpooledMessage
from gateway.smtp.reception import Connection, Reception
from gateway.smtp.stream import ClientGone
from gateway.smtp.trace import HEAD, loops, on_top
from gateway.smtp.transaction import UpstreamTransaction


async def submit(connection: Connection, reception: Reception, leg: Leg, envelope: Envelope) -> ServerReply:
    """Take a message in and have it screened.

    Args:
        connection: the client, who said DATA.
        reception: what is shared.
        leg: where the transaction is open.
        envelope: what it was opened with.

    Returns:
        The final reply to DATA.

    Raises:
        ClientGone: the client went away before its message was complete.
    """
    await connection.push(replies.GO_AHEAD.wire)
    intake = Intake(reception.limits, reception.listener.bare_newlines, reception.census)
    try:
        await _take_in(connection, reception, leg, intake)
        if intake.fault is not None:
            reception.counters.faulty += 1
            return intake.fault
        message = intake.finish()
        try:
            reply = await _screen(reception, leg, envelope, message)
            reception.counters.unheard += reply.positive and connection.is_gone
            return reply
        finally:
            message.close()
    finally:
        intake.free()


async def _screen(
    reception: Reception, leg: Leg, envelope: Envelope, message: MemoryMessage | SpooledMessage
) -> ServerReply:
    trace = reception.listener.trace
    if loops(message.prefix(HEAD), reception.limits.hops, trace.marker):
        reception.counters.faulty += 1
        return replies.LOOP
    reception.counters.messages += 1
    top = on_top(trace, envelope.client, envelope.extensions, _now)
    return await reception.screener.screen(envelope, message, UpstreamTransaction(leg, top, reception.counters))


def _now() -> datetime:
    return datetime.now(UTC).astimezone()


async def _take_in(connection: Connection, reception: Reception, leg: Leg, intake: Intake) -> None:
    """Read the message while upstream is kept awake.

    Raises:
        ClientGone: the client went away before its message was complete, or was told twice that it is too big.
    """
    heartbeat: _Heartbeat | None = None

    async def between() -> None:
        nonlocal heartbeat
        heartbeat = heartbeat or _Heartbeat(asyncio.get_running_loop(), leg, reception.pool.address.keep_awake)
        if intake.size > 2 * reception.limits.message_size:
            # It was told the limit by EHLO, and may be told again; but nobody has to listen for ever.
            await connection.push(replies.TOO_BIG.wire)
            raise ClientGone

    try:
        await take_in(connection, intake, reception.limits.patience, reception.pool.turns, between)
    finally:
        if heartbeat is not None:
            heartbeat.stop()


class _Heartbeat:
    """Keeps upstream awake while a client takes its time."""

    def __init__(self, loop: asyncio.AbstractEventLoop, leg: Leg, seconds: float) -> None:
        self._loop = loop
        self._leg = leg
        self._seconds = seconds
        self._handle = loop.call_later(seconds, self._beat)

    def stop(self) -> None:
        self._handle.cancel()

    def _beat(self) -> None:
        self._leg.keep_awake()
        self._handle = self._loop.call_later(self._seconds, self._beat)
