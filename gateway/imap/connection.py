# SPDX-License-Identifier: GPL-3.0-or-later
r"""One connection to an IMAP server: commands in, answers out.

- One command at a time, under a lock; every one of them in time, or the connection is closed.
- After a time-out, a cancellation or any fault the connection is closed: what comes next could be the answer to the
  command before.
- Arguments come ready for the wire (`gateway.imap.names.quoted`) or as `gateway.imap.arguments.Literal`s.
- NO and BAD are answers, not faults: `Connection.command` gives them, `Connection.expect` raises `Refused`.
"""

from __future__ import annotations

import asyncio
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from gateway.imap.arguments import Literal, segments
from gateway.imap.responses import Answer, Pieces
from gateway.imap.wire import Wire
from gateway.ports import Unavailable

# A literal may take this much longer than a plain command for each MiB: a slow line to a hosted server.
_SECONDS_PER_MIB = 10.0


class Refused(Unavailable):
    """The server answered NO or BAD. The connection is still good.

    Attributes:
        code: the response code in upper case (RFC 5530), for example OVERQUOTA; empty if there was none.
    """

    def __init__(self, command: str, answer: Answer) -> None:
        super().__init__(f"{command}: {answer.result} {answer.text}")
        self.code = answer.code


class Security(StrEnum):
    """How the connection is protected (RFC 8314)."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Server:
    """Where the IMAP server is, and how long it may take.

    Attributes:
        host: name or address; the certificate must be for it.
        port: usually 993 with TLS, 143 with STARTTLS.
        security: NONE is for a server on this machine.
        ca_file: certificates to trust; None means the system's.
        connect_timeout: seconds for connecting, TLS and greeting.
        command_timeout: seconds for one command without a literal.
    """

    host: str
    port: int = 993
    security: Security = Security.TLS
    ca_file: str | None = None
    connect_timeout: float = 10.0
    command_timeout: float = 30.0


class Connection:
    """A connection to an IMAP server, from greeting to close.

    Attributes:
        server: where it leads.
        capabilities: what the server offers, in upper case; asked again after TLS and login.
    """

    def __init__(self, server: Server, wire: Wire) -> None:
        self.server = server
        self.capabilities: frozenset[str] = frozenset()
        self._wire = wire
        self._lock = asyncio.Lock()

    @classmethod
    async def open(cls, server: Server) -> Self:
        """Connect, protect the connection, and ask what the server offers.

        Raises:
            Unavailable: the server is not there, not to be trusted, or offers no STARTTLS where it must.
        """
        context = _context(server)
        wire = Wire(asyncio.get_running_loop())
        try:
            async with asyncio.timeout(server.connect_timeout):
                tls = context if server.security is Security.TLS else None
                await wire.connect(server.host, server.port, tls)
                connection = cls(server, wire)
                await connection._greet(context)
                return connection
        except BaseException as error:
            wire.abort(ConnectionAbortedError("given up"))
            if isinstance(error, OSError | TimeoutError):
                raise Unavailable(f"no IMAP server at {server.host} port {server.port}: {_reason(error)}") from error
            raise

    @property
    def alive(self) -> bool:
        """Whether commands can still be given."""
        return self._wire.lost is None

    def on_unasked(self, tell: Callable[[Pieces], None]) -> None:
        """Have `tell` called with what the server says unasked or during IDLE; with () when the connection is lost."""
        self._wire.unasked = tell

    async def command(self, name: str, *arguments: str | Literal) -> Answer:
        """Give one command, wait for its answer.

        Args:
            name: for example ``UID FETCH``.
            arguments: as they stand on the wire, or literals.

        Raises:
            Unavailable: no answer came in time, or the connection is gone; it cannot be used again.
        """
        octets = sum(len(argument.content) for argument in arguments if isinstance(argument, Literal))
        limit = self.server.command_timeout + octets / 1_048_576 * _SECONDS_PER_MIB
        async with self._lock:
            return await self._exchange(name, segments(name, arguments), limit)

    async def expect(self, name: str, *arguments: str | Literal) -> Answer:
        """Like `command`, for an answer that must be OK.

        Raises:
            Refused: the server said NO or BAD.
            Unavailable: see `command`.
        """
        return _require(name, await self.command(name, *arguments))

    async def ask_capabilities(self) -> None:
        """Ask what the server offers now."""
        answer = await self.expect("CAPABILITY")
        self.capabilities = frozenset(
            token.upper() for tokens in answer.named("CAPABILITY") for token in tokens if isinstance(token, str)
        )

    async def authenticate(self, mechanism: str, response: bytes) -> None:
        """AUTHENTICATE with a mechanism that takes one client response (RFC 3501 6.2.2, RFC 4959).

        Raises:
            Refused: the server does not let us in.
            Unavailable: see `command`.
        """
        encoded = b64encode(response)
        if "SASL-IR" in self.capabilities:
            segments = [b"AUTHENTICATE %s %s\r\n" % (mechanism.encode(), encoded)]
        else:
            segments = [b"AUTHENTICATE %s\r\n" % mechanism.encode(), encoded + b"\r\n"]
        async with self._lock:
            _require("AUTHENTICATE", await self._exchange("AUTHENTICATE", segments, self.server.command_timeout))

    @asynccontextmanager
    async def idle(self) -> AsyncIterator[None]:
        """IDLE while the block runs (RFC 2177); what the server says goes to `on_unasked`.

        Raises:
            Refused: the server does not want to.
            Unavailable: see `command`.
        """
        async with self._lock:
            async with self._in_time(self.server.command_timeout):
                exchange = self._wire.begin("IDLE", [b"IDLE\r\n"])
                await exchange.continued.wait()
                if not exchange.running:
                    _require("IDLE", await exchange.done())
            try:
                yield
                async with self._in_time(self.server.command_timeout):
                    self._wire.write(b"DONE\r\n")
                    await exchange.done()
            except BaseException:
                self.drop()
                raise

    def drop(self) -> None:
        """Close at once, without a word."""
        self._wire.abort(ConnectionAbortedError("closed here"))

    def leave(self) -> None:
        """Close with LOGOUT, not waiting for its answer; for a connection on which nothing is in flight."""
        self._wire.leave()

    async def closed(self) -> None:
        """Wait until the socket is closed, after `drop` or `leave`."""
        await self._wire.gone.wait()

    @property
    def gone(self) -> bool:
        """Whether the socket is closed."""
        return self._wire.gone.is_set()

    async def _greet(self, context: ssl.SSLContext | None) -> None:
        greeting = await self._wire.greeting
        if not greeting.upper().startswith("* OK"):
            # PREAUTH before TLS is how an attacker keeps a client from asking for STARTTLS (RFC 9051 11.1).
            raise Unavailable(f"the IMAP server greets with {greeting[:80]!r}")
        await self.ask_capabilities()
        if self.server.security is Security.STARTTLS and context is not None:
            if "STARTTLS" not in self.capabilities:
                raise Unavailable("the IMAP server offers no STARTTLS")
            async with self._lock:
                await self._wire.start_tls(context, self.server.host)
            await self.ask_capabilities()

    async def _exchange(self, name: str, segments: list[bytes], limit: float) -> Answer:
        async with self._in_time(limit):
            return await self._wire.begin(name, segments).done()

    @asynccontextmanager
    async def _in_time(self, limit: float) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(limit):
                yield
        except (OSError, TimeoutError) as error:
            self.drop()
            raise Unavailable(f"the IMAP server: {_reason(error)}") from error
        except asyncio.CancelledError:
            self.drop()
            raise


def _require(name: str, answer: Answer) -> Answer:
    if not answer.ok:
        raise Refused(name, answer)
    return answer


def _reason(error: Exception) -> str:
    return str(error) or "no answer in time"


def _context(server: Server) -> ssl.SSLContext | None:
    if server.security is Security.NONE:
        return None
    try:
        return ssl.create_default_context(cafile=server.ca_file)
    except OSError as error:
        raise Unavailable(f"certificates to trust, {server.ca_file}: {error}") from error
