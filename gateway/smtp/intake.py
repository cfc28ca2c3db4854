# SPDX-License-Identifier: GPL-3.0-or-later
"""Taking in what follows DATA (RFC 5321 4.1.1.4, 4.5.2).

Octets come in chunks cut anywhere. Only CRLF.CRLF ends the data; what stands behind it is the client's next command.
A chunk is searched once for a dot at the beginning of a line: in most mail there is none but the last.

Line ends that are not CRLF are where two servers may disagree on where a message ends, and so on whose mail comes next
(the attack is called SMTP smuggling). They are refused, unless the listener passes them; what any server could take
for the end of the data is refused always.

What is too big for memory goes to disk in batches, written by a thread, for a busy disk would stop the loop.

A message with a fault is read to its end all the same, for only then does the client listen.
"""

from __future__ import annotations

import asyncio
import re
from io import IncrementalNewlineDecoder

from gateway.mail.server_reply import ServerReply
from gateway.smtp.census import Census
from gateway.smtp.message import MemoryMessage, SpooledMessage
from gateway.smtp.values import BareNewlines, Limits

TOO_BIG = ServerReply.of(552, "5.3.4 Message is bigger than this server takes")
NO_SPACE = ServerReply.of(452, "4.3.1 Not enough room for the message just now; please try again")
BARE = ServerReply.of(550, "5.5.2 Message has CR or LF outside CRLF (RFC 5321 2.3.8)")
DISPUTED_END = ServerReply.of(550, "5.5.2 Message has a line end that some servers take for its end")
LONG_LINE = ServerReply.of(550, "5.5.2 Message has a line that is too long")

# How much is written to disk at a time.
_BATCH = 512 << 10
_END = b"\r\n.\r\n"
_DISPUTED = re.compile(rb"[\r\n]\x00*\.\x00*[\r\n]")


class Intake:
    """One message on its way in.

    Attributes:
        fault: why it will be refused; None while there is no reason.
        size: octets taken in so far.
    """

    def __init__(self, limits: Limits, bare_newlines: BareNewlines, census: Census) -> None:
        self.fault: ServerReply | None = None
        self.size = 0
        self._limits = limits
        self._bare_newlines = bare_newlines
        self._census = census
        self._carry = b"\r\n"  # as if a line had just ended
        self._to_skip = 2
        self._parts: list[bytes] = []
        self._in_memory = 0
        self._spool: SpooledMessage | None = None
        self._for_disk = False
        self._dotted = False
        self._bare = False
        self._tail = b""
        self._line = 0

    def feed(self, chunk: bytes) -> bytes | None:
        """Take octets in.

        Args:
            chunk: the next ones, at least one.

        Returns:
            What stands behind the end of the data, once that was seen; None before.
        """
        octets = self._carry + chunk
        dot = octets.find(b"\r\n.")
        end = dot
        if dot >= 0 and octets[dot + 3 : dot + 5] != b"\r\n":
            end = octets.find(_END, dot)
        if end >= 0:
            self._take(octets[: end + 2], dotted=dot != end)
            return octets[end + 5 :]
        held_back = next((n for n in (4, 3, 2, 1) if octets.endswith(_END[:n])), 0)
        self._carry = octets[len(octets) - held_back :]
        self._take(octets[: len(octets) - held_back], dotted=0 <= dot < len(octets) - held_back)
        return None

    @property
    def is_for_disk(self) -> bool:
        """Whether the message is more than is kept in memory: `spool` has to be called before `finish`."""
        return self._for_disk and bool(self._parts)

    @property
    def is_overfull(self) -> bool:
        """Whether so much waits for the disk that `spool` should be called now."""
        return self._for_disk and (self._in_memory >= _BATCH or self._census.memory_is_short)

    async def spool(self) -> None:
        """Write what waits for the disk to it, in a thread: a disk that is busy makes its writers wait."""
        parts, self._parts = self._parts, []
        octets, self._in_memory = self._in_memory, 0
        try:
            await asyncio.to_thread(self._write, parts)
        except OSError:
            self._refuse(NO_SPACE)
        finally:
            self._census.memory(-octets)

    def finish(self) -> MemoryMessage | SpooledMessage:
        """The message; call it once, after the end and without a fault, and close what it gives."""
        if self._spool is not None:
            spool, self._spool = self._spool, None
            return spool
        content = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        return MemoryMessage(content, dotted=self._dotted)

    def free(self) -> None:
        """Give back what is held in memory or on disk, but for what `finish` gave."""
        self._census.memory(-self._in_memory)
        self._in_memory = 0
        self._parts = []
        if self._spool is not None:
            self._spool.close()
            self._spool = None

    def _take(self, part: bytes, *, dotted: bool) -> None:
        if self.fault is None:
            self._inspect(part)
        if dotted:
            part = part.replace(b"\r\n.", b"\r\n")
            self._dotted = True
        if self._to_skip and part:
            part = part[self._to_skip :]
            self._to_skip = 0
        self.size += len(part)
        if self.size > self._limits.message_size:
            self._refuse(TOO_BIG)
        if self.fault is None and part:
            self._keep(part)

    def _inspect(self, part: bytes) -> None:
        """Look at line ends. A part never ends between CR and LF, so that each can be looked at by itself."""
        newlines = IncrementalNewlineDecoder(None, translate=False)
        newlines.decode(str(part, "latin-1"), final=True)
        if newlines.newlines not in (None, "\r\n"):
            self._bare = True
            if self._bare_newlines is BareNewlines.REFUSE:
                self._refuse(BARE)
        if (self._bare or b"\x00" in part) and _DISPUTED.search(self._tail + part):
            self._refuse(DISPUTED_END)
        self._tail = part[-64:]
        if self._limits.line_length is not None:
            self._measure(part, self._limits.line_length)

    def _measure(self, part: bytes, limit: int) -> None:
        first, *others = part.split(b"\r\n")
        longest = max(self._line + len(first), *(len(line) for line in others), 0)
        self._line = len(others[-1]) if others else self._line + len(first)
        if longest + 2 > limit:
            self._refuse(LONG_LINE)

    def _keep(self, part: bytes) -> None:
        if self.size > self._limits.spool_above or self._census.memory_is_short:
            self._for_disk = True
        self._parts.append(part)
        self._in_memory += len(part)
        self._census.memory(len(part))

    def _write(self, parts: list[bytes]) -> None:
        if self._spool is None:
            self._spool = SpooledMessage(self._limits.spool_folder)
        for part in parts:
            self._spool.append(part)

    def _refuse(self, reply: ServerReply) -> None:
        if self.fault is None:
            self.fault = reply
            self.free()
