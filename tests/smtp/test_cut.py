# SPDX-License-Identifier: GPL-3.0-or-later
"""Cut by ourselves at any octet, as when a worker must stop now: what the client was told is true."""

from __future__ import annotations

import pytest

from tests.servers.recorder import Recorder, recording
from tests.smtp.client import connected
from tests.smtp.gateway import gateway

SAID = (
    b"EHLO c\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net>\r\nDATA\r\n"
    b"Subject: x\r\n\r\n..text\r\n.\r\nMAIL FROM:<c@example.org>\r\n"
)
TOLD = b"250 "


async def cut_after(recorder: Recorder, octets: int) -> bytes:
    """Say so much, be cut, and give all that was answered to it."""
    async with gateway(recorder.port) as gate, connected(gate.port) as wire:
        said = await wire.reply()
        await wire.send(SAID[:octets])
        for line in SAID[:octets].split(b"\r\n")[:-1]:
            # Every whole command up to DATA has been dealt with; what comes then is cut somewhere in its middle.
            if line.startswith((b"EHLO", b"MAIL FROM:<a", b"RCPT", b"DATA")):
                said += await wire.reply()
        await gate.server.drain(0)
        assert gate.server.sessions == 0
        return said + await wire.rest()


@pytest.mark.parametrize("first", range(8))
async def test_what_was_told_is_true_wherever_a_session_is_cut(first: int, caplog: pytest.LogCaptureFixture) -> None:
    for octets in range(first, len(SAID) + 1, 8):
        async with recording() as recorder:
            said = await cut_after(recorder, octets)
            final = said.partition(b"354 ")[2].partition(b"\r\n")[2]
            assert len(recorder.mails) <= 1, octets
            if final.startswith(TOLD):
                assert [mail.wire for mail in recorder.mails] == [b"Subject: x\r\n\r\n..text\r\n"], octets
            if octets < len(SAID) - len(b"\nMAIL FROM:<c@example.org>\r\n"):
                assert recorder.mails == [], octets
    assert "Traceback" not in caplog.text
