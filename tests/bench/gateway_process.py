# SPDX-License-Identifier: GPL-3.0-or-later
"""The gateway as the bench runs it: the SMTP path of its workers, judging nothing, with all rules, with the judge too.

    python -m tests.bench.gateway_process LISTEN_PORT UPSTREAM_PORT nothing|rules|judge REPORT [--watch] [--twice]

On SIGTERM it drains and writes a JSON report: how many mails it judged, how many the learned judge answered for, and
for how long its loop was blocked at most. With ``--twice`` a second worker accepts on the same socket.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import uvloop

from gateway.judge.client import SocketJudge
from gateway.mail.envelope import Envelope
from gateway.mail.limits import Limits as ReadingLimits
from gateway.mail.server_reply import ServerReply
from gateway.policy.policies import Policies
from gateway.policy.teams import Team
from gateway.ports import Judgement, Message, Screener, Transaction
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
_JUDGE = "import sys, pathlib, gateway.service.judge as j; j.run_judge(pathlib.Path(sys.argv[1]), 1000)"


class Nothing:
    """Judges nothing."""

    async def screen(self, _envelope: Envelope, message: Message, transaction: Transaction) -> ServerReply:
        return await transaction.deliver(message)


def _now() -> datetime:
    return datetime.now(UTC)


class Asking:
    """The judge process, and how often it answered."""

    def __init__(self, path: Path) -> None:
        self.answered = 0
        self._judge = SocketJudge(path, 60.0)

    async def judge(self, customer: str | None, authored: str, spans: Sequence[tuple[int, int]]) -> Judgement:
        answer = await self._judge.judge(customer, authored, spans)
        self.answered += 1
        return answer


@contextmanager
def judging_process() -> Iterator[Path]:
    """A judge process in our process group, so that its CPU counts as ours; gives its socket once it answers."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "judge"
        process = subprocess.Popen([sys.executable, "-c", _JUDGE, str(path)])
        try:
            while not path.exists():
                assert process.poll() is None, "the judge process ended"
                time.sleep(0.05)
            yield path
        finally:
            process.terminate()
            process.wait()


def rules(address: UpstreamAddress, tally: Tally, policies: Policies, judge: Asking | None) -> Screening:
    """Everything that a worker does with a message of a team that is observed."""
    team = Team(name="bench", members=("*@support.bench.example",))
    judging = Judging(
        jurisdiction=Jurisdiction([team], {"bench": Stance()}, observed=frozenset({"bench"})),
        policies=policies,
        limits=ReadingLimits(),
        today=lambda: _now().date(),
        judge=judge,
    )
    ledger = LedgerSoon()  # never opened, for an observed team holds nothing
    holding = Holding(ledger.hold, SubmissionRoute(address, None, _now), {}, b"bench", _now)
    carriage = Carriage({}, OnTrouble.PASS, OnTrouble.PASS)
    return Screening(judging, holding, tally, carriage, Superseding(ledger, _now), time.monotonic)


async def main(sock: socket.socket, upstream: int, policies: Policies | None, judge: Asking | None) -> dict[str, float]:
    """Serve until SIGTERM; give the report."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    address = UpstreamAddress("127.0.0.1", upstream, "gateway.bench")
    tally = Tally(lambda: _now().date())
    screener: Screener = Nothing() if policies is None else rules(address, tally, policies, judge)
    limits = Limits(sessions=2000, message_size=80 << 20)
    pool = Pool(address)
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
    return {**judged, "blocked": blocked, "answered": judge.answered if judge else 0}


def serve_all(port: int, upstream: int, what: str, judge: Asking | None) -> dict[str, float]:
    """Run one worker, or two that accept on one socket; give the report of the first."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", port))
    policies = None if what == "nothing" else policies_of(None, None)
    sock.listen(1024)
    second = os.fork() if "--twice" in sys.argv else None
    figures = uvloop.run(main(sock, upstream, policies, judge))
    if second == 0:
        sys.exit()
    if second is not None:
        os.kill(second, signal.SIGTERM)
        os.waitpid(second, 0)
    return figures


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
    sys.setswitchinterval(0.001)  # as workers do
    if sys.argv[3] == "judge":
        with judging_process() as judge_socket:
            report = serve_all(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], Asking(judge_socket))
    else:
        report = serve_all(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], None)
    Path(sys.argv[4]).write_text(json.dumps(report))
