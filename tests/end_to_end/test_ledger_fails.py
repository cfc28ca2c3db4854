# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger's disk is full, or read-only: flagged mail is put off, clean mail passes, and what was told stays true.

Whole gateways on a small tmpfs that the test mounts; it needs the right to mount.
"""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.hold.hold import HoldState
from gateway.ledger.store import open_ledger
from tests.killed.nodes import Node, settings
from tests.servers.sink import smtp_sink
from tests.servers.swaks import swaks

pytestmark = [pytest.mark.servers, pytest.mark.timeout(150)]

HEAD = b"From: anna@larch.example\nTo: c@customer.example\nSubject: Re: order\nMessage-ID: <%d@larch.example>\n"
FLAGGED = HEAD + b"\nYou should have read the manual.\n"
CLEAN = HEAD + b"\nHere is the page of the manual.\n"
LARGE = (
    HEAD
    + b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nYou should have read the manual.\n"
    + b"--b\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n"
    + (b"QUJD" * 19 + b"\n") * 2000
    + b"\n--b--\n"
)


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True, timeout=10)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a megabyte."""
    path = tmp_path / "disk"
    path.mkdir()
    try:
        mount("-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs", str(path))
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"a tmpfs cannot be mounted here: {error}")
    try:
        yield path
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True, timeout=10)


class Sender:
    """Sends one mail after another to a node, each a new one."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._number = 0

    def __call__(self, mail: bytes) -> str:
        """The final reply to a mail."""
        self._number += 1
        data = mail.replace(b"%d", str(self._number).encode())
        options = ["--from", "anna@larch.example", "--to", "c@customer.example"]
        return swaks(self._node.port, *options, data=data).reply_to(".")


async def started(folder: Path, disk: Path, upstream: int) -> Node:
    """A node whose ledger is on that disk; nobody reviews."""
    node = Node(folder / "node")
    ledger = f'[ledger]\nurl = "sqlite:///{disk}/ledger.db"\nkey = {{ file = "{node.folder}/key" }}\n'
    imap = '[imap]\nserver = "127.0.0.1:1"\ntls = "none"\nlogin = "x"\npassword = { env = "HOME" }\nmaster = "authzid"'
    node.prepare(lambda port: settings(port, upstream, ledger, imap, ""))
    await node.start()
    return node


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        signal.sigtimedwait((), 0.1)


async def held(disk: Path) -> dict[str, HoldState]:
    """All holds; a later mail of so few sentences may have taken an earlier one's place."""
    async with open_ledger(f"sqlite:///{disk}/ledger.db") as ledger:
        assert await ledger.damaged() == ()
        return {hold.id: hold.state for hold in await ledger.listed(HoldState, 1000)}


async def test_a_full_disk(tmp_path: Path, disk: Path) -> None:
    with smtp_sink() as sink:
        node = await started(tmp_path, disk, sink.port)
        try:
            send, told = Sender(node), set()
            while (reply := send(LARGE)).startswith("250"):
                told.add(reply.rpartition(" ")[2])
            assert reply.startswith("451 4.3.0"), reply
            assert told
            assert send(CLEAN).startswith("250"), "clean mail still passes"
            mount("-o", "remount,size=20m", str(disk))
            reply = send(FLAGGED)
            assert "Held for review" in reply
            found = await held(disk)
            assert found.keys() == {*told, reply.rpartition(" ")[2]}, found
        finally:
            node.kill_all()


async def test_a_read_only_disk(tmp_path: Path, disk: Path) -> None:
    async with open_ledger(f"sqlite:///{disk}/ledger.db"):
        pass
    mount("-o", "remount,ro", str(disk))
    with smtp_sink() as sink:
        node = await started(tmp_path, disk, sink.port)
        try:
            send = Sender(node)
            assert send(FLAGGED).startswith("451 4.3.0")
            assert send(CLEAN).startswith("250"), "clean mail still passes"
            mount("-o", "remount,rw", str(disk))
            until(lambda: "Held for review" in send(FLAGGED))
            assert len(await held(disk)) == 1
        finally:
            node.kill_all()
