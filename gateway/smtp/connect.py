# SPDX-License-Identifier: GPL-3.0-or-later
"""From an address to a session with upstream that has said EHLO, under TLS where it should be."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import Sequence

from gateway.mail.server_reply import ServerReply
from gateway.smtp.features import Features
from gateway.smtp.turns import Turns
from gateway.smtp.upstream import UpstreamLost, UpstreamSession
from gateway.smtp.values import UpstreamAddress, UpstreamTls

UNREACHABLE = ServerReply.of(451, "4.4.1 The next mail server cannot be reached; please try again")
INSECURE = ServerReply.of(451, "4.7.5 No secure connection to the next mail server; please try again")


def client_context(address: UpstreamAddress) -> ssl.SSLContext | None:
    """What is believed of upstream's certificate; None where TLS is off.

    Raises:
        OSError: the file with authorities cannot be read.
    """
    if address.tls is UpstreamTls.OFF:
        return None
    context = ssl.create_default_context(cafile=address.ca_file)
    if address.tls is UpstreamTls.OPPORTUNISTIC:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


class Connector:
    """Opens sessions with one upstream."""

    def __init__(self, address: UpstreamAddress, turns: Turns) -> None:
        self.address = address
        self._turns = turns
        self._context = client_context(address)

    async def open(self) -> UpstreamSession:
        """A new session that has said EHLO (or HELO, to a server that knows no other).

        Raises:
            UpstreamLost: there is none; `reply` says why, in upstream's words where it gave any.
        """
        try:
            async with asyncio.timeout(self.address.patience.connect):
                session = await self._connect()
        except ssl.SSLError:
            raise UpstreamLost(INSECURE) from None
        except (OSError, TimeoutError):
            raise UpstreamLost(UNREACHABLE) from None
        try:
            await self._greet(session)
        except BaseException:
            session.abort()
            raise
        return session

    async def _connect(self) -> UpstreamSession:
        loop = asyncio.get_running_loop()
        implicit = self.address.tls is UpstreamTls.IMPLICIT
        transport, session = await loop.create_connection(
            lambda: UpstreamSession(loop, self.address.patience, self._turns),
            self.address.host,
            self.address.port,
            ssl=self._context if implicit else None,
            server_hostname=self.address.host if implicit else None,
        )
        peer = transport.get_extra_info("peername")
        session.secure = implicit or (bool(peer) and ipaddress.ip_address(peer[0].partition("%")[0]).is_loopback)
        return session

    async def _greet(self, session: UpstreamSession) -> None:
        banner = await session.reply(session.banner)
        if not banner.positive:
            raise UpstreamLost(banner)
        await self.hello(session)
        if self._context is None or self.address.tls is UpstreamTls.IMPLICIT:
            return
        if b"STARTTLS" in session.features.keywords:
            await self._start_tls(session, self._context)
        elif self.address.tls is UpstreamTls.REQUIRED:
            raise UpstreamLost(INSECURE)

    async def _start_tls(self, session: UpstreamSession, context: ssl.SSLContext) -> None:
        if (await session.command(b"STARTTLS")).code == 220:
            try:
                await session.start_tls(context, self.address.host, self.address.patience.connect)
            except OSError:
                raise UpstreamLost(INSECURE) from None
            session.secure = session.secure or self.address.tls is UpstreamTls.REQUIRED
            await self.hello(session)
        elif self.address.tls is UpstreamTls.REQUIRED:
            raise UpstreamLost(INSECURE)

    async def hello(self, session: UpstreamSession) -> None:
        """Say EHLO and learn what is offered; say HELO where EHLO is not known.

        Raises:
            UpstreamLost: the server is gone, or refuses us.
        """
        argument = self.address.hello.encode()
        reply = await session.command(b"EHLO " + argument)
        if reply.permanent:
            reply = await session.command(b"HELO " + argument)
        if not reply.positive:
            raise UpstreamLost(reply)
        session.features = Features.of(reply)
        session.soiled = False

    async def introduce(self, session: UpstreamSession, lines: Sequence[bytes]) -> None:
        """Say who our client is, by XCLIENT; after each the server begins anew and is greeted again.

        Args:
            session: a session without a transaction.
            lines: the commands; none leaves all as it is.

        Raises:
            UpstreamLost: the server is gone, or refuses it.
        """
        for line in lines:
            reply = await session.command(line)
            if not reply.positive:
                raise UpstreamLost(reply)
            await self.hello(session)
