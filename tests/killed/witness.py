# SPDX-License-Identifier: GPL-3.0-or-later
"""A next hop to be killed: it writes down what it takes before it says so, and says on its output what it is told.

python -m tests.killed.witness PORT FILE SEED

Each line of the file is a mail that it took, as JSON: the digest of its octets, its recipients. A line without an end
was cut off by a kill, before anybody was told 250.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from tests.servers.recorder import RecordedMail, Recorder

_PUT_OFF = 0.05


@dataclass
class Witness(Recorder):
    """A recorder that keeps no mail in memory.

    Attributes:
        file: where mails are written down.
        chance: now and then it asks to be tried again.
    """

    file: BinaryIO = field(default=sys.stdout.buffer)
    chance: random.Random = field(default_factory=random.Random)

    def _record(self, mail: RecordedMail) -> bytes:
        if self.chance.random() < _PUT_OFF:
            return b"451 4.3.0 Later\r\n"
        digest = hashlib.sha256(mail.content).hexdigest()
        taken = {"digest": digest, "recipients": [_address(line) for line in mail.recipients]}
        self.file.write(json.dumps(taken).encode() + b"\n")
        return b"250 2.0.0 Ok: witnessed\r\n"

    def _reply(self, line: bytes, verb: bytes, usual: bytes) -> bytes:
        sys.stdout.write(verb.decode("ascii", "replace") + "\n")
        sys.stdout.flush()
        return super()._reply(line, verb, usual)


@dataclass(frozen=True)
class Taken:
    """A mail that was taken."""

    digest: str
    recipients: tuple[str, ...]


def taken(path: Path) -> list[Taken]:
    """What a witness has written down over all its lives."""
    lines = [line for line in path.read_bytes().split(b"\n") if line.endswith(b"}")]
    return [Taken(mail["digest"], tuple(mail["recipients"])) for mail in map(json.loads, lines)]


def _address(line: bytes) -> str:
    return line.partition(b"<")[2].partition(b">")[0].decode()


async def main(port: int, path: Path, seed: int) -> None:
    """Serve until killed."""
    with path.open("ab", buffering=0) as file:
        file.write(b"\n")  # ends a line that a kill has cut off
        witness = Witness(file=file, chance=random.Random(seed))  # noqa: S311 - repeatable
        server = await asyncio.start_server(witness.serve, "127.0.0.1", port, limit=1 << 20)
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
