# SPDX-License-Identifier: GPL-3.0-or-later
"""One client's session: commands are read, looked at, answered, one after the other.

A session is a task, and nothing that the client does cancels it. An error of ours is answered 451, and no word of it is
told. What is done for every command is written out in one place, for a small mail is little else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from gateway.mail.server_reply import ServerReply
from gateway.smtp import replies
from gateway.smtp.budget import Budget
from gateway.smtp.connection import ClientConnection
from gateway.smtp.paths import has_control
from gateway.smtp.reception import Connection, Conversation, Entrance
from gateway.smtp.sessions import Sessions
from gateway.smtp.stream import ClientGone
from gateway.smtp.values import ListenerTls

_log = structlog.get_logger()

# A session is over after one of these.
_LAST = frozenset({221, 421})


class Session(ClientConnection):
    """A client's session."""

    def __init__(
        self,
        reception: Entrance,
        sessions: Sessions,
        begin: Callable[[Connection], Conversation],
        loop: asyncio.AbstractEventLoop,
        address: str = "",
    ) -> None:
        """Wait for the connection.

        Args:
            reception: what is shared.
            sessions: where it is counted.
            begin: begins to talk with the client.
            loop: the loop.
            address: the client's IP address, where a load balancer has told it; empty for the peer's.
        """
        super().__init__(loop, reception.limits.patience)
        self._reception = reception
        self._sessions = sessions
        self._begin = begin
        self._address = address
        self._dialogue: Conversation | None = None
        self._budget = Budget(reception.limits, loop)
        self._waiting = False
        self._encrypted = reception.listener.tls is ListenerTls.IMPLICIT
        self._task: asyncio.Task[None] | None = None

    @property
    def address(self) -> str:
        """The IP address of the client; empty if it has none."""
        return self._address

    def wind_up(self) -> None:
        """The server stops: end as soon as no mail is under way, and with good grace if one may just be coming."""
        if not self._waiting or self._dialogue is None or self._dialogue.in_transaction:
            return
        self.farewell = replies.STOPPING
        if self._dialogue.served:
            self.hang_up()
        else:
            self.expect_within(self._patience.closing)

    def cut(self) -> None:
        """End at once, whatever is under way."""
        if self._task is not None:
            self._task.cancel()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        super().connection_made(transport)
        if not self._address:
            peer = transport.get_extra_info("peername")
            self._address = peer[0] if peer else ""
        self._task = self._loop.create_task(self._serve())

    async def _serve(self) -> None:
        sessions = self._sessions
        sessions.arrive(self, self._address)
        try:
            refusal = sessions.refusal(self._address)
            if refusal is None:
                await self._converse()
            else:
                await self.push(refusal.wire)
        except ClientGone:
            pass
        finally:
            if self._dialogue is not None:
                self._dialogue.close()
            sessions.leave(self, self._address)
            self.close()

    async def _converse(self) -> None:
        dialogue = self._dialogue = self._begin(self)
        patience = self._patience.command
        await self.push(self._sessions.banner)
        while True:
            self._waiting = True
            line = await self.line(patience if not self._sessions.stopping else self._shorter(dialogue))
            self._waiting = False
            verb = line[:9].upper()
            if verb == b"STARTTLS\r":
                await self._start_tls(dialogue)
                continue
            if verb == b"QUIT\r":
                reply = replies.BYE
            else:
                objection = self._budget.objection(dialogue.junk) or self._objection(line, dialogue)
                reply = objection or await self._answer(line, dialogue)
            self.write(reply.wire)
            if self._writable is not None:
                await self._taken()
            if reply.code in _LAST:
                return
            if 500 <= reply.code <= 504:
                self._budget.errors += 1

    def _shorter(self, dialogue: Conversation) -> float:
        """How long a client is waited for while the server stops."""
        if dialogue.in_transaction:
            return self._patience.command
        self.farewell = replies.STOPPING
        return self._patience.closing

    def _objection(self, line: bytes, dialogue: Conversation) -> ServerReply | None:
        """What is wrong with a command before its meaning is looked at."""
        if len(line) > self._reception.limits.command_length:
            return replies.LINE_TOO_LONG
        if line[-1:] != b"\r":
            return replies.BARE_NEWLINE
        if has_control(line[:-1]):
            return replies.BAD_CHARACTERS
        if self._sessions.stopping and dialogue.served and not dialogue.in_transaction:
            return replies.STOPPING
        return None

    async def _answer(self, line: bytes, dialogue: Conversation) -> ServerReply:
        try:
            return await dialogue.answer(line[:-1])
        except ClientGone:
            raise
        except Exception as error:  # noqa: BLE001 - the one place where an error of ours becomes a reply
            self._reception.counters.failures += 1
            _log.error("smtp.failure", error=type(error).__name__, exc_info=error)
            dialogue.break_off(replies.FAILURE)
            return replies.FAILURE

    async def _start_tls(self, dialogue: Conversation) -> None:
        tls = self._reception.tls
        if tls is None or self._reception.listener.tls is not ListenerTls.STARTTLS or self._encrypted:
            await self.push(replies.NO_TLS.wire)
            return
        await self.push(replies.READY_FOR_TLS.wire)
        await self.start_tls(tls.context)
        dialogue.reset_by_tls()
