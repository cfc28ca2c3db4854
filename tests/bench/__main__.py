# SPDX-License-Identifier: GPL-3.0-or-later
"""`make bench`: measures, checks that everything was judged, and writes gateway/smtp/BENCH.md with its plot.

python -m tests.bench [--quick]
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.bench import measuring, report, systems
from tests.bench.mails import attached, write
from tests.bench.systems import System

SIZES = {"2 kB": 400, "20 kB": 250, "1 MB": 30, "10 MB": 4}
SESSIONS = (1, 20, 100)
WHAT = ("nothing", "rules")


def main(*, quick: bool) -> None:
    """Measure all, and write it down."""
    sizes = dict(list(SIZES.items())[:3]) if quick else SIZES
    results = report.Results()
    with tempfile.TemporaryDirectory() as name, systems.sink() as sink:
        folder = Path(name)
        files = write(folder)
        with ExitStack() as stack:
            gateways = [stack.enter_context(systems.gateway(what, sink.port, folder / what)) for what in WHAT]
            others = [
                stack.enter_context(systems.before_queue(sink.port)),
                stack.enter_context(systems.yardstick(sink.port)),
            ]
            results.idle = {system.name: system.memory() for system in gateways}
            results.session = measuring.idle_session(gateways[0], 500)
            sent = _throughput(results, [sink, *others, *gateways], files, sizes, quick=quick)
            sent += _latency(results, [sink, *gateways], files["2 kB"])
        judged = json.loads((folder / "rules").read_text())
        assert judged == {**judged, "judged": sent, "unjudged": 0, "failed": 0}, (judged, sent)
        results.judged = sent
        with systems.gateway("nothing", sink.port, folder / "noisy") as system:
            huge = folder / "huge.eml"
            huge.write_bytes(attached(50_000_000))
            results.quiet = measuring.latency(system, files["2 kB"], 20, 200)
            with measuring.noise(system, 500, 50, huge, 5):
                results.noisy = measuring.latency(system, files["2 kB"], 20, 200)
        for what in WHAT:
            with systems.gateway(what, sink.port, folder / "watched", "--watch") as system:
                for size in sizes:
                    measuring.load(system, files[size], 5, 10)
            results.blocked[system.name] = json.loads((folder / "watched").read_text())["blocked"]
    report.publish(results)


def _throughput(
    results: report.Results,
    compared: Sequence[System],
    files: Mapping[str, Path],
    sizes: Mapping[str, int],
    *,
    quick: bool,
) -> int:
    """All cells of the table; give how many mails each system has had."""
    times = 1 if quick else 3
    for system in compared:
        measuring.load(system, files["2 kB"], 20, 200)
    sent = 200
    for size, count in sizes.items():
        for sessions in (20,) if quick else SESSIONS:
            table = results.throughput[size, sessions] = measuring.rounds(compared, files[size], sessions, count, times)
            sent += times * count
            sys.stderr.write(f"{size}, {sessions} sessions: {report.line(table)}\n")
    return sent


def _latency(results: report.Results, compared: Sequence[System], file: Path) -> int:
    """The open-loop client's figures; give how many mails the last system has had."""
    sent = 0
    for system in compared:
        rate = results.throughput["2 kB", 20][system.name].rate / 2
        count = int(rate * 4)
        results.latency[system.name, "alone"] = measuring.latency(system, file, 20, 200)
        results.latency[system.name, "busy"] = measuring.latency(system, file, rate, count)
        sent = 200 + count
    return sent


if __name__ == "__main__":
    main(quick="--quick" in sys.argv)
