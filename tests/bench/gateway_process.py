# SPDX-License-Identifier: GPL-3.0-or-later
"""The gateway as the bench runs it: one worker's SMTP path, judging nothing or with all rules that ship.

    python -m tests.bench.gateway_process LISTEN_PORT UPSTREAM_PORT nothing|rules REPORT [--watch]

On SIGTERM it drains and writes a JSON report: how many mails it judged, and for how long its loop was blocked at most.
"""

from __future__ import annotations

import asyncio
import gc
import json
import signal
import socket
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import uvloop

from gateway.mail.envelope import Envelope
from gateway.mail.limits import Limits as ReadingLimits
from gateway.mail.server_reply import ServerReply
from gateway.policy.teams import Team
from gateway.ports import Message, Screener, Transaction
from gateway.screening.holding import Holding
from gateway.screening.judging import Judging, Jurisdiction
from gateway.screening.screening import Carriage, OnTrouble, Screening
from gateway.screening.superseding import Superseding
from gateway.screening.tally import Tally
from gateway.service.build_ledger import LedgerSoon
from gateway.service.policy_files import policies_of
from gateway.smtp.census import Census
from gateway.smtp.pool import Pool
from gateway.smtp.reception import Reception
from gateway.smtp.route import SubmissionRoute
from gateway.smtp.server import serve
from gateway.smtp.values import Limits, Listener, UpstreamAddress
from gateway.verdict.stance import Stance

_TICK = 0.002


class Nothing:
    """Judges nothing."""

    async def screen(self, _envelope: Envelope, message: Message, transaction: Transaction) -> ServerReply:
        return await transaction.deliver(message)


def _now() -> datetime:
    return datetime.now(UTC)


def rules(address: UpstreamAddress, tally: Tally) -> Screening:
    """Everything that a worker does with a message of a team that is observed."""
    policies = policies_of(None, None)
    assert policies is not None
    team = Team(name="bench", members=("*@support.bench.example",))
    judging = Judging(
        jurisdiction=Jurisdiction([team], {"bench": Stance()}, observed=frozenset({"bench"})),
        policies=policies,
        limits=ReadingLimits(),
        today=lambda: _now().date(),
    )
    ledger = LedgerSoon()  # never opened, for an observed team holds nothing
    holding = Holding(ledger.hold, SubmissionRoute(address, None, _now), {}, b"bench", _now)
    carriage = Carriage({}, OnTrouble.PASS, OnTrouble.PASS)
    return Screening(judging, holding, tally, carriage, Superseding(ledger, _now), time.monotonic)


async def main(port: int, upstream: int, what: str) -> dict[str, float]:
    """Serve until SIGTERM; give the report."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    address = UpstreamAddress("127.0.0.1", upstream, "gateway.bench")
    tally = Tally(lambda: _now().date())
    screener: Screener = rules(address, tally) if what == "rules" else Nothing()
    limits = Limits(sessions=2000, message_size=80 << 20)
    pool = Pool(address)
    sock = socket.socket()
    sock.bind(("127.0.0.1", port))
    gc.collect()
    gc.freeze()
    server = await serve(Reception(Listener("bench", "gateway.bench"), limits, pool, screener, Census(limits)), [sock])
    blocked = await _watch(stop)
    await server.drain(5)
    await pool.close()
    counts: Counter[str] = Counter()
    for count, times in tally.take().items():
        counts[count.kind] += times
    judged = {"judged": counts["carried_out"], "unjudged": counts["unjudged"], "failed": counts["failed"]}
    return {**judged, "blocked": blocked}


async def _watch(stop: asyncio.Event) -> float:
    """Wait for the end; give the longest time that the loop was blocked, in seconds."""
    worst = 0.0
    if "--watch" not in sys.argv:
        await stop.wait()
        return worst
    while not stop.is_set():
        before = time.perf_counter()
        await asyncio.sleep(_TICK)
        worst = max(worst, time.perf_counter() - before - _TICK)
    return worst


if __name__ == "__main__":
    figures = uvloop.run(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
    Path(sys.argv[4]).write_text(json.dumps(figures))
