# SPDX-License-Identifier: GPL-3.0-or-later
"""The measurements: systems one after the other, round by round, and the median of the rounds."""

from __future__ import annotations

import contextlib
import json
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.mails import RECIPIENT, SENDER
from tests.bench.quarter import held_to
from tests.bench.systems import System
from tests.servers.sink import smtp_source


@dataclass(frozen=True)
class Throughput:
    """One cell of the table: medians over the rounds.

    Attributes:
        cpu: CPU seconds per 1,000 messages.
        rate: messages per second.
        memory: octets right after the load.
    """

    cpu: float
    rate: float
    memory: float


@dataclass(frozen=True)
class Latency:
    """Percentiles in milliseconds."""

    p50: float
    p99: float


def load(system: System, file: Path, sessions: int, count: int) -> Throughput:
    """One round of smtp-source."""
    before, began = system.cpu(), time.perf_counter()
    options = ("-s", str(sessions), "-m", str(count), "-f", SENDER, "-t", RECIPIENT, "-F", str(file))
    smtp_source(system.port, *options, seconds=300)
    took = time.perf_counter() - began
    system.sent += count
    return Throughput(1000 * (system.cpu() - before) / count, count / took, system.memory())


def rounds(systems: Sequence[System], file: Path, sessions: int, count: int, times: int) -> dict[str, Throughput]:
    """All systems in turn, as often as told; the median of each figure."""
    seen: dict[str, list[Throughput]] = {system.name: [] for system in systems}
    for turn in range(times):
        for system in systems if turn % 2 == 0 else reversed(systems):
            seen[system.name].append(load(system, file, sessions, count))
    return {name: _median(cells) for name, cells in seen.items()}


def _median(cells: Sequence[Throughput]) -> Throughput:
    return Throughput(
        statistics.median(cell.cpu for cell in cells),
        statistics.median(cell.rate for cell in cells),
        statistics.median(cell.memory for cell in cells),
    )


def latency(system: System, file: Path, rate: float, count: int) -> Latency:
    """The open-loop client's percentiles."""
    command = [sys.executable, "-m", "tests.bench.latency", str(system.port), str(file), str(rate), str(count)]
    done = subprocess.run(command, check=True, capture_output=True, timeout=300)
    times = sorted(json.loads(done.stdout))
    system.sent += count
    return Latency(times[len(times) // 2], times[len(times) * 99 // 100])


def rate_at_a_quarter(system: System, file: Path, count: int) -> float:
    """Mails per second at 20 sessions with each worker held to a quarter of a core; 0 where that cannot be had."""
    with contextlib.ExitStack() as stack:
        if not all(stack.enter_context(held_to(0.25, pid)) for pid in system.workers):
            return 0.0
        return statistics.median(load(system, file, 20, count).rate for _ in range(3))


@contextlib.contextmanager
def noise(system: System, idle: int, trickling: int, huge: Path, flooding: int) -> Iterator[None]:
    """Idle and trickling sessions, and some that send huge mails without a pause, while the block runs."""
    command = [sys.executable, "-m", "tests.bench.noise", str(system.port), str(idle), str(trickling)]
    source = ["smtp-source", "-s", str(flooding), "-m", "10000", "-f", SENDER, "-t", RECIPIENT, "-F", str(huge)]
    with contextlib.ExitStack() as stack:
        for words in (command, [*source, f"inet:127.0.0.1:{system.port}"]):
            process = stack.enter_context(subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL))
            stack.callback(process.kill)
            if words is command:
                assert process.stdout is not None
                assert process.stdout.readline() == b"ready\n"
        yield


def idle_session(system: System, count: int) -> float:
    """Octets of memory that one idle session costs."""
    before = system.memory()
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            sock = stack.enter_context(socket.create_connection(("127.0.0.1", system.port), 10))
            sock.recv(100)
            sock.sendall(b"EHLO bench.example\r\n")
            sock.recv(1000)
        return (system.memory() - before) / count


def ratios(table: Mapping[str, Throughput]) -> dict[str, float]:
    """CPU of each system as a ratio to the yardstick's."""
    return {name: cell.cpu / table["yardstick"].cpu for name, cell in table.items()}
