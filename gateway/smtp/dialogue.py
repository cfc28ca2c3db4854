# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of one client's session, and what is answered (RFC 5321 4.1).

What can be asked of upstream is asked of upstream, in the client's own words, and its reply is the client's reply.
Ours are only the order of commands, the caps, and who may submit at all: a stranger may talk to us until MAIL, but
costs upstream nothing before that.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from gateway.mail.server_reply import ServerReply
from gateway.smtp import auth, paths, replies
from gateway.smtp.draft import Draft
from gateway.smtp.leg import Leg
from gateway.smtp.reception import Connection, Reception
from gateway.smtp.submission import submit
from gateway.smtp.upstream import UpstreamLost
from gateway.smtp.visitor import Visitor

_Command = Callable[["Dialogue", bytes, bytes], Awaitable[ServerReply]]


def _always(reply: ServerReply) -> _Command:
    """A command that is answered in one way."""

    async def command(_dialogue: Dialogue, _line: bytes, _argument: bytes) -> ServerReply:
        return reply

    return command


def _asked(otherwise: ServerReply) -> _Command:
    """A command that upstream answers, and for strangers we do."""

    async def command(dialogue: Dialogue, line: bytes, _argument: bytes) -> ServerReply:
        return await dialogue.ask(line, otherwise)

    return command


class Dialogue:
    """What is said between one client and us.

    Attributes:
        leg: what the client has of upstream.
        served: mail transactions that came to DATA's final reply.
        junk: commands since the last mail that led to none.
    """

    def __init__(self, connection: Connection, reception: Reception) -> None:
        self.leg = Leg(reception.pool)
        self.served = 0
        self.junk = 0
        self._connection = connection
        self._reception = reception
        self._visitor = Visitor(connection, reception)
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
        if command is None:
            return replies.UNKNOWN_COMMAND
        try:
            reply = await command(self, line, argument.strip())
        except UpstreamLost as lost:
            self.break_off(lost.reply)
            return lost.reply if not self.leg.is_lost else replies.UPSTREAM_GONE
        return replies.UPSTREAM_GONE if self.leg.is_lost and reply.code != 421 else reply

    async def ask(self, line: bytes, otherwise: ServerReply) -> ServerReply:
        """Ask upstream something that no transaction is needed for, if the client may cost it that."""
        self.junk += 1
        return await self.leg.ask(line) if self._visitor.may_submit else otherwise

    def reset_by_tls(self) -> None:
        """TLS has begun: what was said before it does not count (RFC 3207 4.2)."""
        self._end_transaction()
        self._visitor.hello = b""

    def break_off(self, reply: ServerReply) -> None:
        """Something failed on our side in the middle of a command; what was pipelined behind it is answered alike."""
        if self.in_transaction:
            self._end_transaction()
            self._draft.broken = reply

    def _end_transaction(self) -> None:
        self._clear()
        self.leg.drop()

    def close(self) -> None:
        """The client is gone."""
        self.leg.close()

    # --- who is there -----------------------------------------------------------------------------------------------

    async def _ehlo(self, _line: bytes, argument: bytes) -> ServerReply:
        if not argument:
            return replies.SYNTAX_HELLO
        self._end_transaction()
        try:
            features = await self.leg.features()
        except UpstreamLost as lost:
            # 451 is no answer to EHLO; 421 says the same, and that there is no use in staying.
            return ServerReply(421, lost.reply.lines) if lost.reply.transient else lost.reply
        self._visitor.hello = argument
        own = self._visitor.own_lines
        if features.mechanisms and self._may_authenticate:
            own += (b"AUTH " + b" ".join(features.mechanisms),)
        return features.offer(self._reception.listener.hostname, self._reception.limits.message_size, own)

    async def _helo(self, _line: bytes, argument: bytes) -> ServerReply:
        if not argument:
            return replies.SYNTAX_HELLO
        self._end_transaction()
        self._visitor.hello = argument
        return ServerReply.of(250, self._reception.listener.hostname)

    @property
    def _may_authenticate(self) -> bool:
        """Passwords pass only where nobody can listen in, on either leg."""
        return self._visitor.may_send_passwords and self.leg.secure and not self._visitor.authenticated

    async def _auth(self, line: bytes, argument: bytes) -> ServerReply:
        features = await self.leg.features()
        if not self._visitor.hello:
            return replies.HELLO_FIRST
        if self._visitor.authenticated or self.in_transaction or not features.mechanisms:
            return replies.AUTH_NOT_HERE
        if not self._may_authenticate:
            return replies.ENCRYPTION_REQUIRED
        objection = auth.objection(argument, features.mechanisms)
        if objection is not None:
            return objection
        session = await self.leg.claim(self._visitor.introduction(features))
        outcome = await auth.relay(self._connection, session, line, self._reception.limits.patience.command)
        if outcome.accepted:
            self._visitor.authenticated = True
            self._visitor.login = outcome.login
        return outcome.reply

    async def _xclient(self, _line: bytes, argument: bytes) -> ServerReply:
        if not self._visitor.is_trusted:
            return replies.NOT_AUTHORIZED
        if self.in_transaction:
            return replies.NESTED_MAIL
        if not self._visitor.claim(argument):
            return replies.SYNTAX_ATTRIBUTES
        self.leg.close()
        return ServerReply.of(220, f"{self._reception.listener.hostname} ESMTP")

    async def _xforward(self, _line: bytes, argument: bytes) -> ServerReply:
        if not self._visitor.is_trusted:
            return replies.NOT_AUTHORIZED
        if self.in_transaction:
            return replies.NESTED_MAIL
        return replies.OK if self._visitor.forward(argument) else replies.SYNTAX_ATTRIBUTES

    # --- the mail transaction ---------------------------------------------------------------------------------------

    async def _mail(self, line: bytes, argument: bytes) -> ServerReply:
        if not self._visitor.hello:
            return replies.HELLO_FIRST
        if self.in_transaction:
            return replies.NESTED_MAIL
        if not self._visitor.may_submit:
            wanted = self._may_authenticate or self._visitor.may_start_tls
            return replies.AUTH_REQUIRED if wanted else replies.DENIED
        sender = paths.path(argument, b"FROM:")
        if sender is None:
            return replies.SYNTAX_MAIL
        if paths.size_of(sender) > self._reception.limits.message_size:
            return replies.TOO_BIG
        self._draft.broken = None
        reply = await self._mail_upstream(line)
        if reply.positive:
            self._draft.sender = sender
        return reply

    async def _mail_upstream(self, line: bytes) -> ServerReply:
        if self._visitor.goes_unannounced:
            return await self.leg.mail((line,))
        features = await self.leg.features()
        introduction = self._visitor.introduction(features)
        if introduction and not self.leg.is_own:
            await self.leg.claim(introduction)
        return await self.leg.mail((*self._visitor.forwarding(features), line))

    async def _rcpt(self, line: bytes, argument: bytes) -> ServerReply:
        recipient = paths.path(argument, b"TO:")
        objection = self._draft.objection_to_rcpt(recipient, self._reception.limits.recipients)
        if objection is not None or recipient is None:
            return objection or replies.SYNTAX_RCPT
        reply = await self.leg.command(line)
        if reply.positive:
            self._draft.recipients.append(recipient)
        else:
            self._draft.refused += 1
        return reply

    async def _data(self, _line: bytes, argument: bytes) -> ServerReply:
        objection = self._draft.objection_to_data(argument)
        if objection is not None:
            return objection
        if self._reception.census.memory_is_short:
            return replies.NO_ROOM
        self.junk = 0
        envelope = self._draft.envelope(self._visitor.client)
        try:
            return await submit(self._connection, self._reception, self.leg, envelope)
        finally:
            self.served += 1
            self._end_transaction()

    async def _rset(self, line: bytes, argument: bytes) -> ServerReply:
        if argument:
            return replies.NO_ARGUMENT
        opened = self.leg.in_transaction
        self._clear()
        if not opened:
            return await self.ask(line, replies.OK)
        self.junk += 1
        return await self.leg.reset()

    def _clear(self) -> None:
        self._visitor.transaction_ended()
        self._draft.clear()

    commands: ClassVar[dict[bytes, _Command]] = {
        b"EHLO": _ehlo,
        b"HELO": _helo,
        b"AUTH": _auth,
        b"XCLIENT": _xclient,
        b"XFORWARD": _xforward,
        b"MAIL": _mail,
        b"RCPT": _rcpt,
        b"DATA": _data,
        b"RSET": _rset,
        b"NOOP": _asked(replies.OK),
        b"HELP": _asked(replies.HELP),
        b"VRFY": _asked(replies.WILL_TRY),
        b"QUIT": _always(replies.NO_ARGUMENT),
        b"STARTTLS": _always(replies.NO_ARGUMENT),
        b"EXPN": _always(replies.NOT_IMPLEMENTED),
        b"BDAT": _always(replies.NOT_IMPLEMENTED),
    }
