# SPDX-License-Identifier: GPL-3.0-or-later
"""A next hop that takes any message in small pieces, fair to all: smtp-sink reads a big one to its end meanwhile.

With smtp-sink behind the gateway, a small mail beside floods of 50 MB waits seconds in smtp-sink, with or without the
gateway. For the throughput tables smtp-sink is the right thing; there nobody is compared with a flood.

python -m tests.bench.drain PORT
"""

from __future__ import annotations

import asyncio
import sys
from typing import cast

import uvloop

_END = b"\r\n.\r\n"


class Drain(asyncio.Protocol):
    """One session: every command is good, every message is forgotten."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._unread = b""
        self._in_data = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(b"220 drain.bench ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self._unread += data
        while self._unread and (self._end_of_data() if self._in_data else self._command()):
            pass

    def _end_of_data(self) -> bool:
        """Forget what came, up to the end of the message; False while that is to come."""
        end = self._unread.find(_END)
        if end < 0:
            self._unread = self._unread[-len(_END) + 1 :]
            return False
        self._unread = self._unread[end + len(_END) :]
        self._in_data = False
        self._say(b"250 2.0.0 Ok\r\n")
        return True

    def _command(self) -> bool:
        line, found, rest = self._unread.partition(b"\r\n")
        if not found:
            return False
        self._unread = rest
        match line[:4].upper():
            case b"EHLO":
                self._say(b"250-drain.bench\r\n250-PIPELINING\r\n250 8BITMIME\r\n")
            case b"DATA":
                self._in_data = True
                self._unread = b"\r\n" + self._unread
                self._say(b"354 Go ahead\r\n")
            case b"QUIT":
                self._say(b"221 2.0.0 Bye\r\n")
            case _:
                self._say(b"250 2.0.0 Ok\r\n")
        return True

    def _say(self, reply: bytes) -> None:
        assert self._transport is not None
        self._transport.write(reply)


async def main(port: int) -> None:
    """Take mail until the process is ended."""
    server = await asyncio.get_running_loop().create_server(Drain, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
