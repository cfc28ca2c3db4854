# SPDX-License-Identifier: GPL-3.0-or-later
"""A next hop that writes down every octet, answers as a test wants, and is as lax about line ends as a test wants.

smtp-sink and Postfix turn line ends into LF before anybody sees them; where octets matter, this server is the witness.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.servers.ports import listening_socket

EHLO = (b"recorder.test", b"PIPELINING", b"SIZE 67108864", b"8BITMIME", b"SMTPUTF8", b"DSN", b"ENHANCEDSTATUSCODES")


@dataclass(frozen=True)
class RecordedMail:
    """A mail that came to its end.

    Attributes:
        mail: the MAIL command as it came, without CRLF.
        recipients: the RCPT commands, likewise.
        wire: what stood between 354 and the end of data, as it came.
    """

    mail: bytes
    recipients: tuple[bytes, ...]
    wire: bytes

    @property
    def content(self) -> bytes:
        """The message, dots unstuffed (RFC 5321 4.5.2)."""
        return (b"\r\n" + self.wire).replace(b"\r\n.", b"\r\n")[2:]


@dataclass
class Recorder:
    """The next hop.

    Attributes:
        ehlo: lines of the reply to EHLO.
        replies: whole replies by command line, or else by verb (``.`` is the end of data), in place of the usual
            ones; of several, one after the other, the last for good. An empty reply closes the connection.
        ends: what it takes for the end of data.
        delay: seconds before each reply.
        mails: mails that came to their end.
        commands: all commands, in order, over all connections.
        dialogues: the same, apart by connection.
    """

    ehlo: Sequence[bytes] = EHLO
    replies: Mapping[bytes, Sequence[bytes]] = field(default_factory=dict)
    ends: Sequence[bytes] = (b"\r\n.\r\n",)
    delay: float = 0.0
    mails: list[RecordedMail] = field(default_factory=list)
    commands: list[bytes] = field(default_factory=list)
    dialogues: list[list[bytes]] = field(default_factory=list)
    port: int = 0
    _used: dict[bytes, int] = field(default_factory=dict)
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def connections(self) -> int:
        """How many connections were made."""
        return len(self.dialogues)

    def disconnect(self) -> None:
        """Close all connections, as a server does that was idle for too long."""
        for writer in self._writers:
            writer.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        self._writers.add(writer)
        try:
            await self._dialogue(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _dialogue(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        mail: bytes = b""
        recipients: list[bytes] = []
        said: list[bytes] = []
        self.dialogues.append(said)
        octets = _Octets(reader, self.ends)
        writer.write(self._reply(b"CONNECT", b"CONNECT", b"220 recorder.test ESMTP\r\n"))
        while True:
            line = await octets.line()
            self.commands.append(line)
            said.append(line)
            verb = line.partition(b" ")[0].upper()
            reply = self._reply(line, verb, self._hello if verb == b"EHLO" else _USUAL.get(verb, b"500 Unknown\r\n"))
            await asyncio.sleep(self.delay)
            writer.write(reply)
            if not reply or verb == b"QUIT" or reply.startswith(b"421"):
                return
            if verb == b"MAIL":
                mail, recipients = line, []
            elif verb == b"RCPT" and reply.startswith(b"2"):
                recipients.append(line)
            elif verb == b"DATA" and reply.startswith(b"354"):
                answer = self._record(RecordedMail(mail, tuple(recipients), await octets.data()))
                writer.write(answer)
                if not answer:
                    return

    def _record(self, mail: RecordedMail) -> bytes:
        """Keep a mail if its final reply says so, or is to be lost; give that reply."""
        answer = self._reply(b".", b".", b"250 2.0.0 Ok: recorded\r\n")
        if answer.startswith(b"2") or not answer:
            self.mails.append(mail)
        return answer

    @property
    def _hello(self) -> bytes:
        return b"".join(b"250-" + word + b"\r\n" for word in self.ehlo[:-1]) + b"250 " + self.ehlo[-1] + b"\r\n"

    def _reply(self, line: bytes, verb: bytes, usual: bytes) -> bytes:
        for key in (line, verb):
            if key in self.replies:
                wanted = self.replies[key]
                count = self._used[key] = self._used.get(key, 0) + 1
                return wanted[min(count, len(wanted)) - 1]
        return usual


class _Octets:
    """What a client sends, as lines and as data."""

    def __init__(self, reader: asyncio.StreamReader, ends: Sequence[bytes]) -> None:
        self._reader = reader
        self._ends = ends
        self._rest = b""

    async def line(self) -> bytes:
        while b"\n" not in self._rest:
            self._rest += await self._more()
        line, _, self._rest = self._rest.partition(b"\n")
        return line.removesuffix(b"\r")

    async def data(self) -> bytes:
        octets = bytearray(b"\r\n" + self._rest)
        searched = 0
        while not (found := [(at, end) for end in self._ends if (at := octets.find(end, searched)) >= 0]):
            searched = max(0, len(octets) - 8)
            octets += await self._more()
        at, end = min(found)
        self._rest = bytes(octets[at + len(end) :])
        return bytes(octets[2 : at + (2 if end.startswith(b"\r\n") else 1)])

    async def _more(self) -> bytes:
        chunk = await self._reader.read(1 << 18)
        if not chunk:
            raise asyncio.IncompleteReadError(b"", None)
        return chunk


_USUAL = {
    b"HELO": b"250 recorder.test\r\n",
    b"MAIL": b"250 2.1.0 Ok\r\n",
    b"RCPT": b"250 2.1.5 Ok\r\n",
    b"DATA": b"354 Go ahead\r\n",
    b"RSET": b"250 2.0.0 Ok\r\n",
    b"NOOP": b"250 2.0.0 Ok\r\n",
    b"QUIT": b"221 2.0.0 Bye\r\n",
    b"XFORWARD": b"250 2.0.0 Ok\r\n",
    b"XCLIENT": b"220 recorder.test ESMTP\r\n",
}


@asynccontextmanager
async def recording(recorder: Recorder | None = None) -> AsyncIterator[Recorder]:
    """Run a recorder on a free port of loopback."""
    recorder = recorder or Recorder()
    server = await asyncio.start_server(recorder.serve, sock=listening_socket(), limit=1 << 20)
    recorder.port = server.sockets[0].getsockname()[1]
    try:
        yield recorder
    finally:
        server.close()
        recorder.disconnect()
        async with asyncio.timeout(5):
            while recorder._writers:  # noqa: ASYNC110 - the ends of connections set no event
                await asyncio.sleep(0)
