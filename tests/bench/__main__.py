# SPDX-License-Identifier: GPL-3.0-or-later
"""`make bench`: measures, checks that everything was judged, and writes gateway/smtp/BENCH.md with its plot.

python -m tests.bench [--quick]
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from tests.bench import measuring, report, systems
from tests.bench.mails import attached, write
from tests.bench.systems import GATEWAYS, System

# Mails of each size by the number of sessions; never fewer mails than sessions.
CELLS = {
    "2 kB": {1: 400, 20: 400, 100: 400},
    "20 kB": {1: 200, 20: 200, 100: 200},
    "1 MB": {1: 20, 20: 20, 100: 100},
    "10 MB": {1: 3, 20: 20},
}
QUICK = {"2 kB": {20: 200}, "20 kB": {20: 100}, "1 MB": {20: 20}}
# The learned judge takes tens of milliseconds, whatever carries the mail: fewer of them say as much.
JUDGED = {"2 kB": 60, "20 kB": 40}
ROUNDS = 3

Cells = Mapping[str, Mapping[int, int]]


def main(cells: Cells, times: int) -> None:
    """Measure all, and write it down."""
    results = report.Results()
    with tempfile.TemporaryDirectory() as name, systems.sink() as sink:
        folder = Path(name)
        files = write(folder)
        _compare(results, sink, files, cells, times, folder)
        _learned(results, sink, files, times, folder)
        _two_workers(results, sink, files["2 kB"], folder)
        _beside_noise(results, files["2 kB"], folder)
        for what in ("nothing", "rules"):
            with systems.gateway(what, sink.port, folder / "watched", "--watch") as system:
                for size in cells:
                    measuring.load(system, files[size], 5, 10)
            results.blocked[system.name] = json.loads((folder / "watched").read_text())["blocked"]
    report.publish(results)


def _compare(
    results: report.Results,
    sink: System,
    files: Mapping[str, Path],
    cells: Cells,
    times: int,
    folder: Path,
) -> None:
    """The tables of throughput and latency."""
    with ExitStack() as stack:
        nothing, rules = (
            stack.enter_context(systems.gateway(what, sink.port, folder / what)) for what in ("nothing", "rules")
        )
        others = [
            stack.enter_context(systems.before_queue(sink.port)),
            stack.enter_context(systems.yardstick(sink.port)),
        ]
        results.idle = {system.name: system.memory() for system in (nothing, rules)}
        results.session = measuring.idle_session(nothing, 500)
        compared = [sink, *others, nothing, rules]
        for system in compared:
            measuring.load(system, files["2 kB"], 20, 200)
        for size, counts in cells.items():
            for number, count in counts.items():
                table = measuring.rounds(compared, files[size], number, count, times)
                results.throughput[size, number] = table
                sys.stderr.write(f"{size}, {number} sessions: {report.line(table)}\n")
        for system in (sink, nothing, rules):
            rate = results.throughput["2 kB", 20][system.name].rate / 2
            results.latency[system.name, "alone"] = measuring.latency(system, files["2 kB"], 20, 200)
            results.latency[system.name, "busy"] = measuring.latency(system, files["2 kB"], rate, int(rate * 4))
    results.judged = _all_judged(rules, folder / "rules")


def _learned(results: report.Results, sink: System, files: Mapping[str, Path], times: int, folder: Path) -> None:
    """What the learned judge costs, beside a yardstick of the same minutes."""
    with systems.gateway("judge", sink.port, folder / "judge") as judge, systems.yardstick(sink.port) as yardstick:
        for system in (judge, yardstick):
            measuring.load(system, files["2 kB"], 5, 20)
        for size, count in JUDGED.items():
            table = measuring.rounds((yardstick, judge), files[size], 20, count, times)
            results.learned[size] = table
            sys.stderr.write(f"{size}, learned judge: {report.line(table)}\n")
    _all_judged(judge, folder / "judge")


def _all_judged(system: System, written: Path) -> int:
    """Fail unless everything that was sent was judged; give how much that was."""
    told = json.loads(written.read_text())
    answered = system.sent if system.name == GATEWAYS["judge"] else 0
    assert told == {**told, "judged": system.sent, "unjudged": 0, "failed": 0, "answered": answered}, (told, system)
    return system.sent


def _two_workers(results: report.Results, sink: System, file: Path, folder: Path) -> None:
    for options in ((), ("--twice",)):
        with systems.gateway("rules", sink.port, folder / "quarter", *options) as system:
            measuring.load(system, file, 20, 100)
            results.quarter.append(measuring.rate_at_a_quarter(system, file, 200))


def _beside_noise(results: report.Results, file: Path, folder: Path) -> None:
    huge = folder / "huge.eml"
    huge.write_bytes(attached(50_000_000))
    with systems.drain() as drain, systems.gateway("nothing", drain.port, folder / "noisy") as system:
        results.quiet = measuring.latency(system, file, 20, 200)
        with measuring.noise(system, 500, 50, huge, 5):
            results.noisy = measuring.latency(system, file, 20, 200)
            results.noisy_hop = measuring.latency(drain, file, 20, 200)


if __name__ == "__main__":
    if "--quick" in sys.argv:
        main(QUICK, 1)
    else:
        main(CELLS, ROUNDS)
