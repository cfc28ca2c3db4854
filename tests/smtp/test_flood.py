# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that send far ahead, and then hang up in the middle of it: on both loops, without an error of ours."""

from __future__ import annotations

import asyncio
import gc
import logging

import pytest
import uvloop

from gateway.smtp.values import Limits
from tests.servers.recorder import recording
from tests.smtp.client import client, until
from tests.smtp.gateway import gateway

RUNNERS = {"asyncio": asyncio.run, "uvloop": uvloop.run}


@pytest.mark.parametrize("loop", list(RUNNERS))
@pytest.mark.parametrize("way", ["resets", "closes"])
def test_a_client_that_floods_and_goes_away_is_no_error_of_ours(
    loop: str, way: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def flood() -> None:
        limits = Limits(junk=10**9, commands_per_minute=10**9)
        async with recording() as recorder, gateway(recorder.port, limits=limits) as gate:
            async with client(gate.port) as wire:
                await wire.ask(b"EHLO c")
                wire._writer.write(b"EHLO c\r\n" * 30_000)
                await asyncio.sleep(0.1)
                if way == "resets":
                    wire.reset()
                else:
                    wire.shut()
            await until(lambda: gate.server.sessions == 0, 20)
            assert gate.server.reception.counters.failures == 0
            async with client(gate.port) as other:
                assert (await other.ask(b"NOOP")).startswith(b"250 ")

    with caplog.at_level(logging.WARNING):
        RUNNERS[loop](flood())
        gc.collect()
    assert caplog.text == ""
