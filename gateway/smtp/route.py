# SPDX-License-Identifier: GPL-3.0-or-later
"""The way of our own on which released mail leaves. Implements `ports.Route`.

The agent's password is gone when a release comes, so the route has credentials of its own, or an address that the
server knows. Where the server offers it, it is told whose mail this is: by XCLIENT LOGIN, or by the parameter AUTH of
MAIL (RFC 4954 5).

What is sent is the stored envelope and the stored octets. Only a 2yz to the end of the data is a delivery. A fault of
ours, a login that is refused for instance, never counts against a recipient.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from gateway.hold.hold import Delivery, Outcome
from gateway.mail.envelope import Envelope, Path
from gateway.mail.server_reply import ServerReply
from gateway.ports import Message, Unavailable
from gateway.smtp import identity
from gateway.smtp.connect import INSECURE, Connector
from gateway.smtp.message import wire_of
from gateway.smtp.trace import on_top
from gateway.smtp.turns import Turns
from gateway.smtp.upstream import UpstreamLost, UpstreamSession, Withheld
from gateway.smtp.values import Announce, Trace, UpstreamAddress

# Replies that speak of our login, not of the mail (RFC 4954 6).
_OURS = frozenset({530, 534, 535, 538})

WITHHELD = ServerReply.of(451, "4.3.0 The message was not ended here; it will be tried again")

_Asked = Callable[[Sequence[Path]], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Credentials:
    """A login with its password."""

    login: str
    password: str

    def __repr__(self) -> str:
        return f"Credentials({self.login!r})"


class SubmissionRoute:
    """Sends through one server, on a new connection for each message."""

    def __init__(
        self,
        address: UpstreamAddress,
        credentials: Credentials | None,
        now: Callable[[], datetime],
        trace: Trace = Trace(),  # noqa: B008 - frozen
    ) -> None:
        """Prepare to send.

        Args:
            address: the server; `announce` says whether it is told the submitter by XCLIENT.
            credentials: what we log in with; None where the server knows us by our address.
            now: the time, with its zone.
            trace: what is put on top of messages.

        Raises:
            OSError: the file with authorities cannot be read.
        """
        self._connector = Connector(address, Turns())
        self._credentials = credentials
        self._now = now
        self._trace = trace

    async def carries(self, extensions: frozenset[str], size: int) -> str | None:
        """Why the route cannot carry such a message unchanged, in words for an administrator; None if it can.

        Raises:
            Unavailable: the route could not be asked.
        """
        try:
            session = await self._open(None)
        except UpstreamLost as lost:
            raise Unavailable(_text(lost.reply)) from None
        features = session.features
        session.quit()
        missing = sorted(extensions - {keyword.decode("ascii", "replace") for keyword in features.keywords})
        if missing:
            return f"the release route does not offer {', '.join(missing)}"
        if features.size and size > features.size:
            return f"the release route takes {features.size} octets, the message has {size}"
        return None

    async def send(
        self,
        envelope: Envelope,
        message: Message,
        deliveries: Sequence[Delivery],
        before_end: Callable[[Sequence[Delivery]], Awaitable[bool]],
    ) -> tuple[Delivery, ...]:
        """Try to deliver to each recipient that is pending; see `gateway.ports.Route`."""
        pending = [delivery.recipient for delivery in deliveries if delivery.outcome is Outcome.PENDING]
        if not pending:
            return tuple(deliveries)

        async def asked(recipients: Sequence[Path]) -> bool:
            hanging = [d for d in deliveries if d.outcome is Outcome.PENDING and d.recipient in recipients]
            try:
                return await before_end(hanging)
            except Unavailable:
                return False

        results = await self._attempt(envelope, message, pending, asked)
        at = self._now()
        return tuple(
            _after(delivery, *results[delivery.recipient], at) if delivery.outcome is Outcome.PENDING else delivery
            for delivery in deliveries
        )

    async def _attempt(
        self, envelope: Envelope, message: Message, pending: Sequence[Path], before_end: _Asked
    ) -> Mapping[Path, tuple[Outcome, ServerReply]]:
        results: dict[Path, tuple[Outcome, ServerReply]] = {}
        open_for = list(pending)
        session: UpstreamSession | None = None
        try:
            session = await self._open(envelope.client.login)
            reply = await session.command(b"MAIL FROM:" + self._sender(envelope, session))
            if not reply.positive:
                return dict.fromkeys(pending, (_outcome(reply), reply))
            open_for = []
            for recipient in pending:
                reply = await session.command(b"RCPT TO:" + _octets(recipient.argument))
                results[recipient] = (Outcome.PENDING if reply.positive else _outcome(reply), reply)
                if reply.positive:
                    open_for.append(recipient)
            if open_for:
                taken = tuple(open_for)
                done = await self._data(session, envelope, message, lambda: before_end(taken))
                results |= dict.fromkeys(open_for, done)
            session.quit()
        except UpstreamLost as lost:
            # Recipients that were not yet asked for, or not yet answered, are simply still pending.
            left = (path for path in (*open_for, *pending) if path in open_for or path not in results)
            results |= dict.fromkeys(left, (Outcome.UNKNOWN if lost.in_doubt else Outcome.PENDING, lost.reply))
        finally:
            if session is not None and session.alive:
                session.abort()
        return results

    async def _data(
        self,
        session: UpstreamSession,
        envelope: Envelope,
        message: Message,
        before_end: Callable[[], Awaitable[bool]],
    ) -> tuple[Outcome, ServerReply]:
        reply = await session.command(b"DATA")
        if reply.code == 354:
            top = on_top(self._trace, envelope.client, envelope.extensions, self._now)
            wire = chain((top,), wire_of(message)) if top else wire_of(message)
            try:
                reply = await session.data(wire, before_end)
            except Withheld:
                return Outcome.PENDING, WITHHELD
            if reply.positive:
                return Outcome.DELIVERED, reply
        elif reply.positive:
            reply = ServerReply.of(451, "4.5.0 The server answered DATA in an unknown way")
        return _outcome(reply), reply

    async def _open(self, login: str | None) -> UpstreamSession:
        """A session that is logged in, and knows whose mail comes.

        Raises:
            UpstreamLost: there is none to be had.
        """
        session = await self._connector.open()
        try:
            if login and self._connector.address.announce is Announce.XCLIENT:
                lines = identity.lines(b"XCLIENT", {b"LOGIN": login}, session.features.xclient)
                await self._connector.introduce(session, lines)
            if self._credentials is not None:
                await self._log_in(session, self._credentials)
        except BaseException:
            session.abort()
            raise
        return session

    async def _log_in(self, session: UpstreamSession, credentials: Credentials) -> None:
        if not session.secure:
            raise UpstreamLost(INSECURE)
        if b"PLAIN" in session.features.mechanisms:
            reply = await session.command(b"AUTH PLAIN " + _base64(f"\0{credentials.login}\0{credentials.password}"))
        else:
            reply = await session.command(b"AUTH LOGIN")
            for secret in (credentials.login, credentials.password):
                if reply.code == 334:
                    reply = await session.command(_base64(secret))
        if reply.code != 235:
            raise UpstreamLost(reply)

    def _sender(self, envelope: Envelope, session: UpstreamSession) -> bytes:
        argument = envelope.sender.argument
        given = any(parameter.upper().startswith("AUTH=") for parameter in envelope.sender.parameters)
        trusted = self._credentials is not None and b"AUTH" in session.features.keywords
        if envelope.client.login and trusted and not given:
            argument += f" AUTH={identity.to_xtext(envelope.client.login)}"
        return _octets(argument)


def _after(delivery: Delivery, outcome: Outcome, reply: ServerReply, at: datetime) -> Delivery:
    changed = at if outcome is not delivery.outcome or delivery.at is None else delivery.at
    return replace(delivery, outcome=outcome, reply=_text(reply), attempts=delivery.attempts + 1, at=changed)


def _outcome(reply: ServerReply) -> Outcome:
    return Outcome.REFUSED if reply.permanent and reply.code not in _OURS else Outcome.PENDING


def _text(reply: ServerReply) -> str:
    return f"{reply.code} {reply.text}"


def _octets(argument: str) -> bytes:
    return argument.encode("utf-8", "surrogateescape")


def _base64(text: str) -> bytes:
    return base64.b64encode(text.encode())
