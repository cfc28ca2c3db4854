# SPDX-License-Identifier: GPL-3.0-or-later
"""A mail transaction that is open at upstream, and its two ends: deliver or abandon. Implements `ports.Transaction`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import chain

from gateway.mail.server_reply import ServerReply
from gateway.ports import Message
from gateway.smtp.counters import Counters
from gateway.smtp.leg import Leg
from gateway.smtp.message import wire_of
from gateway.smtp.upstream import UpstreamLost, UpstreamSession

UNREADABLE = ServerReply.of(451, "4.3.0 Message could not be kept; please try again")


class UpstreamTransaction:
    """MAIL and at least one RCPT were accepted on a leg."""

    def __init__(self, leg: Leg, on_top: bytes, counters: Counters) -> None:
        """Take the transaction that is open on a leg.

        Args:
            leg: where it is open.
            on_top: header fields to put before the message, whole lines; usually none.
            counters: where losses are counted.
        """
        self._leg = leg
        self._on_top = on_top
        self._counters = counters

    async def deliver(self, message: Message) -> ServerReply:
        """Send DATA and the message; give upstream's own final reply. Never raises but for cancellation."""
        try:
            session = self._leg.open_session
            ready = await _asked_for_data(session)
            if ready.code != 354:
                self._leg.drop()
                return ready
            return await self._send(session, message)
        except UpstreamLost as lost:
            self._counters.lost_upstream += 1
            self._counters.in_doubt += lost.in_doubt
            self._leg.ended()
            return lost.reply

    async def abandon(self) -> None:
        """Take the transaction back, without waiting for upstream's word on it. Never raises."""
        self._leg.drop()

    async def _send(self, session: UpstreamSession, message: Message) -> ServerReply:
        try:
            reply = await session.data(self._wire(message))
        except OSError:
            # The message cannot be read back from disk. Half of it is on the wire: that session is of no more use.
            session.abort()
            reply = UNREADABLE
        except BaseException:
            session.abort()
            raise
        session.junk = 0
        self._leg.ended()
        return reply

    def _wire(self, message: Message) -> Iterator[bytes]:
        wire = wire_of(message)
        return chain((self._on_top,), wire) if self._on_top else wire


async def _asked_for_data(session: UpstreamSession) -> ServerReply:
    """Say DATA. From here on upstream takes whatever comes for the message: if we are cut, nothing more may be said."""
    try:
        return await session.command(b"DATA")
    except asyncio.CancelledError:
        session.abort()
        raise
