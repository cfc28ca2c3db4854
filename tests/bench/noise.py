# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that cost others their time: sessions that idle, and sessions that send a message octet by octet.

python -m tests.bench.noise PORT IDLE TRICKLING   ->   a line when all are there; then until it is ended
"""

from __future__ import annotations

import asyncio
import sys

import uvloop

_HEAD = b"EHLO noise\r\nMAIL FROM:<noise@bench.example>\r\nRCPT TO:<noise@bench.example>\r\nDATA\r\n"


async def _trickle(writer: asyncio.StreamWriter) -> None:
    writer.write(_HEAD)
    while True:
        writer.write(b"x")
        await asyncio.sleep(0.1)


async def main(port: int, idle: int, trickling: int) -> None:
    """Make noise until the process is ended."""
    writers = []
    for _ in range(idle + trickling):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await reader.readline()
        writers.append(writer)
    async with asyncio.TaskGroup() as group:
        for writer in writers[:trickling]:
            group.create_task(_trickle(writer))
        sys.stdout.write("ready\n")
        sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
