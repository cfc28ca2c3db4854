# SPDX-License-Identifier: GPL-3.0-or-later
"""The inbound feed's listener: LMTP (RFC 2033), as a mail server speaks it to a final delivery agent.

It takes copies, and after the last dot answers for each recipient: 250 once what is to be kept of the copy is kept, 451
if that cannot be done now, so that the server tries again. It has no mailboxes, so every recipient is as good as any.

No copy is ever refused for what it is. A server that is told 5yz reports it to the sender, and here that is the
customer, who knows of no copy. So no SIZE is announced, a message that is too long or ill-formed is read to its end,
counted and forgotten, and the commands that can be wrong are those of our own mail server.
"""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from gateway.mail.envelope import Client, Envelope
from gateway.mail.server_reply import ServerReply
from gateway.ports import Ear, Unavailable
from gateway.smtp import paths, replies
from gateway.smtp.census import Census
from gateway.smtp.counters import Counters
from gateway.smtp.draft import Draft
from gateway.smtp.incoming import take_in
from gateway.smtp.intake import NO_SPACE, TOO_BIG, Intake
from gateway.smtp.networks import Networks
from gateway.smtp.reception import Connection
from gateway.smtp.server import Server, receive
from gateway.smtp.tls import ServerTls
from gateway.smtp.trace import HEAD, loops
from gateway.smtp.turns import Turns
from gateway.smtp.values import BareNewlines, Limits, Listener

_Command = Callable[["FeedDialogue", bytes], Awaitable[ServerReply]]

TAKEN = ServerReply.of(250, "2.0.0 Taken")
NOT_NOW = ServerReply.of(451, "4.3.0 Cannot keep this now, please try again later")
LHLO_HERE = ServerReply.of(500, "5.5.1 This is LMTP: say LHLO")
_OFFERED = ("PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")


@dataclass(frozen=True)
class FeedReception:
    """What all sessions of the feed have in common; see `gateway.smtp.reception.Reception`.

    Attributes:
        listener: where copies come in, and from whom; its networks are the only ones that may deliver.
        limits: the caps.
        ear: told of each copy.
        census: what caps are held against.
        counters: what happened.
        turns: at what is big.
    """

    listener: Listener
    limits: Limits
    ear: Ear
    census: Census
    counters: Counters = field(default_factory=Counters)
    turns: Turns = field(default_factory=Turns)
    tls: ServerTls | None = None
    protocol: str = "LMTP"
    networks: Networks = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "networks", Networks(self.listener.networks))


async def serve_feed(reception: FeedReception, sockets: Sequence[socket.socket]) -> Server:
    """Begin to accept copies; see `gateway.smtp.server.serve`."""
    return await receive(reception, sockets, lambda connection: FeedDialogue(connection, reception))


class FeedDialogue:
    """The commands of one session, and what is answered.

    Attributes:
        served: transactions that came to DATA's final replies.
        junk: commands since the last mail that led to none.
    """

    def __init__(self, connection: Connection, reception: FeedReception) -> None:
        self.served = 0
        self.junk = 0
        self._connection = connection
        self._reception = reception
        self._hello = b""
        self._draft = Draft()

    @property
    def in_transaction(self) -> bool:
        """Whether MAIL was accepted and DATA is still to come."""
        return self._draft.sender is not None

    async def answer(self, line: bytes) -> ServerReply:
        """Carry out one command.

        Args:
            line: the command without its CRLF.

        Raises:
            ClientGone: the client went away in between.
        """
        verb, _, argument = line.partition(b" ")
        command = self.commands.get(verb.upper())
        return replies.UNKNOWN_COMMAND if command is None else await command(self, argument.strip())

    def break_off(self, _reply: ServerReply) -> None:
        """Forget the transaction: something went wrong here."""
        self._draft.clear()

    def reset_by_tls(self) -> None:
        """The feed has no TLS of its own."""

    def close(self) -> None:
        """Nothing to give back."""

    async def _lhlo(self, argument: bytes) -> ServerReply:
        if not argument:
            return replies.SYNTAX_HELLO
        self._draft.clear()
        self._hello = argument
        return ServerReply.of(250, self._reception.listener.hostname, *_OFFERED)

    async def _smtp_hello(self, _argument: bytes) -> ServerReply:
        return LHLO_HERE  # RFC 2033 4.1: so that nobody takes this for SMTP

    async def _mail(self, argument: bytes) -> ServerReply:
        if not self._hello:
            return replies.HELLO_FIRST
        if self.in_transaction:
            return replies.NESTED_MAIL
        if self._connection.address not in self._reception.networks:
            return replies.DENIED
        sender = paths.path(argument, b"FROM:")
        if sender is None:
            return replies.SYNTAX_MAIL
        self._draft.sender = sender
        return replies.OK

    async def _rcpt(self, argument: bytes) -> ServerReply:
        recipient = paths.path(argument, b"TO:")
        objection = self._draft.objection_to_rcpt(recipient, self._reception.limits.recipients)
        if objection is not None or recipient is None:
            return objection or replies.SYNTAX_RCPT
        self._draft.recipients.append(recipient)
        return replies.OK

    async def _data(self, argument: bytes) -> ServerReply:
        """Take a copy in; all replies but the last are sent here (RFC 2033 4.2)."""
        objection = self._draft.objection_to_data(argument)
        if objection is not None:
            return objection
        if self._reception.census.memory_is_short:
            return replies.NO_ROOM
        self.junk = 0
        hello = self._hello.decode("utf-8", "surrogateescape")
        client = Client(self._connection.address, hello, listener=self._reception.listener.name)
        envelope = self._draft.envelope(client)
        self._draft.clear()
        await self._connection.push(replies.GO_AHEAD.wire)
        reply = NOT_NOW
        try:
            reply = await _take(self._connection, self._reception, envelope)
        finally:
            self.served += 1
            # Also where something failed here: the session then answers for the last one.
            await self._connection.push(reply.wire * (len(envelope.recipients) - 1))
        return reply

    async def _rset(self, argument: bytes) -> ServerReply:
        if argument:
            return replies.NO_ARGUMENT
        self.junk += 1
        self._draft.clear()
        return replies.OK

    async def _noop(self, _argument: bytes) -> ServerReply:
        self.junk += 1
        return replies.OK

    async def _vrfy(self, _argument: bytes) -> ServerReply:
        self.junk += 1
        return replies.WILL_TRY

    async def _no_argument(self, _argument: bytes) -> ServerReply:
        return replies.NO_ARGUMENT

    commands: ClassVar[dict[bytes, _Command]] = {
        b"LHLO": _lhlo,
        b"EHLO": _smtp_hello,
        b"HELO": _smtp_hello,
        b"MAIL": _mail,
        b"RCPT": _rcpt,
        b"DATA": _data,
        b"RSET": _rset,
        b"NOOP": _noop,
        b"VRFY": _vrfy,
        b"QUIT": _no_argument,
        b"STARTTLS": _no_argument,
    }


async def _take(connection: Connection, reception: FeedReception, envelope: Envelope) -> ServerReply:
    """Read a copy to its end and tell of it; the reply is the same for every recipient.

    Raises:
        ClientGone: the client went away before the copy was complete.
    """
    intake = Intake(reception.limits, BareNewlines.PASS, reception.census)
    try:
        await take_in(connection, intake, reception.limits.patience, reception.turns, _nothing_between)
        if intake.fault is not None:
            reception.counters.faulty += 1
            if intake.fault is NO_SPACE:
                return NOT_NOW
            reception.ear.passed_over("too_big" if intake.fault is TOO_BIG else "malformed")
            return TAKEN
        message = intake.finish()
        try:
            if loops(message.prefix(HEAD), reception.limits.hops, None):
                reception.ear.passed_over("loop")
                return TAKEN
            reception.counters.messages += 1
            await reception.ear.hear(envelope, message)
            return TAKEN
        except Unavailable:
            return NOT_NOW
        finally:
            message.close()
    finally:
        intake.free()


async def _nothing_between() -> None:
    """Nobody waits upstream, and whoever sends a copy may send all of it."""
