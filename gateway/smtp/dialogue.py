# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of one client's session, and what is answered (RFC 5321 4.1).

What can be asked of upstream is asked of upstream, in the client's own words, and its reply is the client's reply.
Ours are only the order of commands, the caps, and who may submit at all: a stranger may talk to us until MAIL, but
costs upstream nothing before that.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from gateway.mail.envelope import Envelope, Path
from gateway.mail.server_reply import ServerReply
from gateway.smtp import auth, paths, replies
from gateway.smtp.features import Features
from gateway.smtp.leg import Leg
from gateway.smtp.reception import Connection, Reception
from gateway.smtp.submission import submit
from gateway.smtp.upstream import UpstreamLost
from gateway.smtp.visitor import Visitor

_Command = Callable[["Dialogue", bytes, bytes], Awaitable[ServerReply]]


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
        self._sender: Path | None = None
        self._recipients: list[Path] = []
        self._refused_recipients = 0
        self._broken: ServerReply | None = None

    @property
    def in_transaction(self) -> bool:
        """Whether MAIL was accepted and DATA is still to come."""
        return self._sender is not None

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

    def reset_by_tls(self) -> None:
        """TLS has begun: what was said before it does not count (RFC 3207 4.2)."""
        self._end_transaction()
        self._visitor.hello = b""

    def break_off(self, reply: ServerReply) -> None:
        """Something failed on our side in the middle of a command.

        What a pipelining client has sent by now is answered alike: "503, MAIL first" would be a permanent failure of
        those recipients.
        """
        if self.in_transaction:
            self._end_transaction()
            self._broken = reply

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
        refusal = self._no_auth_now(features, argument)
        if refusal is not None:
            return refusal
        session = await self.leg.claim(self._visitor.introduction(features))
        outcome = await auth.relay(self._connection, session, line, self._reception.limits.patience.command)
        if outcome.accepted:
            self._visitor.authenticated = True
            self._visitor.login = outcome.login
        return outcome.reply

    def _no_auth_now(self, features: Features, argument: bytes) -> ServerReply | None:
        if not self._visitor.hello:
            return replies.HELLO_FIRST
        if self._visitor.authenticated or self.in_transaction or not features.mechanisms:
            return replies.AUTH_NOT_HERE
        if not self._may_authenticate:
            return replies.ENCRYPTION_REQUIRED
        words = argument.split()
        if not 1 <= len(words) <= 2:
            return replies.SYNTAX_AUTH
        return None if words[0].upper() in features.mechanisms else replies.UNKNOWN_MECHANISM

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
        if self._sender is not None:
            return replies.NESTED_MAIL
        if not self._visitor.may_submit:
            wanted = self._may_authenticate or self._visitor.may_start_tls
            return replies.AUTH_REQUIRED if wanted else replies.DENIED
        sender = paths.path(argument, b"FROM:")
        if sender is None:
            return replies.SYNTAX_MAIL
        if paths.size_of(sender) > self._reception.limits.message_size:
            return replies.TOO_BIG
        self._broken = None
        reply = await self._mail_upstream(line)
        if reply.positive:
            self._sender = sender
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
        if self._sender is None:
            return self._broken or replies.MAIL_FIRST
        recipient = paths.path(argument, b"TO:")
        if recipient is None:
            return replies.SYNTAX_RCPT
        if len(self._recipients) >= self._reception.limits.recipients:
            return replies.TOO_MANY_RECIPIENTS
        reply = await self.leg.command(line)
        if reply.positive:
            self._recipients.append(recipient)
        else:
            self._refused_recipients += 1
        return reply

    async def _data(self, _line: bytes, argument: bytes) -> ServerReply:
        if self._sender is None:
            return self._broken or replies.MAIL_FIRST
        if argument:
            return replies.NO_ARGUMENT
        if not self._recipients:
            return replies.NO_VALID_RECIPIENTS if self._refused_recipients else replies.RCPT_FIRST
        if self._reception.census.memory_is_short:
            return replies.NO_ROOM
        self.junk = 0
        recipients = tuple(self._recipients)
        needed = paths.extensions(self._sender, recipients)
        envelope = Envelope(self._sender, recipients, self._visitor.client, needed)
        try:
            return await submit(self._connection, self._reception, self.leg, envelope)
        finally:
            self.served += 1
            self._end_transaction()

    async def _rset(self, line: bytes, argument: bytes) -> ServerReply:
        if argument:
            return replies.NO_ARGUMENT
        self.junk += 1
        opened = self.leg.in_transaction
        self._clear()
        if opened:
            return await self.leg.reset()
        return await self.leg.ask(line) if self._visitor.may_submit else replies.OK

    def _clear(self) -> None:
        self._visitor.transaction_ended()
        self._broken = None
        self._sender = None
        self._recipients = []
        self._refused_recipients = 0

    # --- the rest ---------------------------------------------------------------------------------------------------

    async def _noop(self, line: bytes, _argument: bytes) -> ServerReply:
        self.junk += 1
        return await self.leg.ask(line) if self._visitor.may_submit else replies.OK

    async def _help(self, line: bytes, _argument: bytes) -> ServerReply:
        self.junk += 1
        return await self.leg.ask(line) if self._visitor.may_submit else replies.HELP

    async def _vrfy(self, line: bytes, _argument: bytes) -> ServerReply:
        self.junk += 1
        return await self.leg.ask(line) if self._visitor.may_submit else replies.WILL_TRY

    async def _no_argument(self, _line: bytes, _argument: bytes) -> ServerReply:
        return replies.NO_ARGUMENT

    async def _not_implemented(self, _line: bytes, _argument: bytes) -> ServerReply:
        return replies.NOT_IMPLEMENTED

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
        b"NOOP": _noop,
        b"HELP": _help,
        b"VRFY": _vrfy,
        b"QUIT": _no_argument,
        b"STARTTLS": _no_argument,
        b"EXPN": _not_implemented,
        b"BDAT": _not_implemented,
    }
