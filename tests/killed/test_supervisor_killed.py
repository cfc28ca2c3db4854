# SPDX-License-Identifier: GPL-3.0-or-later
"""A supervisor that is killed leaves its port to the next start at once, whatever its workers still have to finish."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.killed.nodes import Node, settings
from tests.servers.recorder import recording

pytestmark = pytest.mark.servers


async def test_the_next_start_has_the_port_while_the_old_workers_finish(tmp_path: Path) -> None:
    async with recording() as upstream:
        node = Node(tmp_path)
        ledger = f'[ledger]\nurl = "sqlite:///{tmp_path}/ledger.db"\nkey = {{ file = "{tmp_path}/key" }}\n'
        imap = (
            '[imap]\nserver = "127.0.0.1:1"\ntls = "none"\nlogin = "x"\npassword = { env = "HOME" }\nmaster = "authzid"'
        )
        node.prepare(lambda port: settings(port, upstream.port, ledger, imap, "").replace("drain = 6", "drain = 50"))
        try:
            await node.start()
            sessions = [await _begun(node.port) for _ in range(8)]
            node.kill_supervisor()
            await node.start()
            assert "cannot listen" not in node.log
            for reader, writer in sessions:
                writer.write(b"Here is the page of the manual.\r\n.\r\n")
                assert (await reader.readline()).startswith(b"250"), "what had begun was finished"
                writer.close()
        finally:
            node.kill_all()


async def _begun(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A session in the middle of its data."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await reader.readline()
    for line in (b"HELO client", b"MAIL FROM:<anna@larch.example>", b"RCPT TO:<c@customer.example>", b"DATA"):
        writer.write(line + b"\r\n")
        assert (await reader.readline())[:1] in b"23"
    writer.write(b"From: anna@larch.example\r\nSubject: Re: order\r\n\r\n")
    return reader, writer
