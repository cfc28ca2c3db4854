# SPDX-License-Identifier: GPL-3.0-or-later
"""An open-loop client: mails leave at their time, whether or not earlier ones are done, as real clients' mails do.

smtp-source waits for each answer before it sends on, and so never sees a queue grow. Here a mail's time counts from
when it should have begun. The client runs on uvloop in a process of its own.

    python -m tests.bench.latency PORT FILE MAILS_PER_SECOND COUNT   ->   times in ms, as JSON
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from time import perf_counter

import uvloop

from tests.bench.mails import RECIPIENT, SENDER


async def _expect(reader: asyncio.StreamReader, code: bytes) -> None:
    while True:
        line = await reader.readline()
        if line[3:4] != b"-":
            break
    assert line.startswith(code), line


async def _send(port: int, wire: bytes, due: float) -> float:
    """Send one mail on a connection of its own; give the seconds since it was due."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await _expect(reader, b"220")
    for command, code in (
        (b"EHLO bench.example", b"250"),
        (b"MAIL FROM:<" + SENDER.encode() + b">", b"250"),
        (b"RCPT TO:<" + RECIPIENT.encode() + b">", b"250"),
        (b"DATA", b"354"),
    ):
        writer.write(command + b"\r\n")
        await _expect(reader, code)
    writer.write(wire)
    await _expect(reader, b"250")
    took = perf_counter() - due
    writer.write(b"QUIT\r\n")
    await _expect(reader, b"221")
    writer.close()
    return took


async def main(port: int, wire: bytes, rate: float, count: int) -> list[float]:
    """Send `count` mails at an even rate; give all times in milliseconds, in no order."""
    times: list[float] = []

    async def one(due: float) -> None:
        times.append(1000 * await _send(port, wire, due))

    async with asyncio.TaskGroup() as group:
        start = perf_counter() + 0.05
        for number in range(count):
            due = start + number / rate
            await asyncio.sleep(max(0.0, due - perf_counter()))
            group.create_task(one(due))
    return times


if __name__ == "__main__":
    mail = Path(sys.argv[2]).read_bytes().replace(b"\n", b"\r\n") + b".\r\n"
    measured = uvloop.run(main(int(sys.argv[1]), mail, float(sys.argv[3]), int(sys.argv[4])))
    sys.stdout.write(json.dumps(measured))
