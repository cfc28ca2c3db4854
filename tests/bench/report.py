# SPDX-License-Identifier: GPL-3.0-or-later
"""What was measured, as a page: tables, and a plot of the CPU."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.measuring import Latency, Throughput, ratios

FOLDER = Path(__file__).parents[2] / "gateway" / "smtp"
_COLOURS = ("#9e9e9e", "#c98a3a", "#b04a4a", "#3a7ca5", "#2f5d50")


@dataclass
class Results:
    """All figures of a run.

    Attributes:
        throughput: by size and number of sessions, then by system.
        latency: by system, and ``alone`` (20 mails a second) or ``busy`` (half of what it can).
        idle: octets of memory before the first mail, by gateway.
        session: octets that an idle session costs.
        blocked: seconds for which a gateway's loop was blocked at most, by gateway.
        quiet: latency of the gateway that judges nothing, with nobody else there.
        noisy: the same beside 500 idle sessions, 50 that trickle, and 5 that send 50 MB without a pause.
        noisy_hop: the same mails straight to the next hop, beside the same noise.
        learned: the gateway with the learned judge, and the yardstick, by size, at 20 sessions.
        quarter: mails per second of one worker and of two, each held to a quarter of a core; 0 if it could not be.
        judged: mails that went through the gateway with rules, all of them judged.
    """

    throughput: dict[tuple[str, int], dict[str, Throughput]] = field(default_factory=dict)
    latency: dict[tuple[str, str], Latency] = field(default_factory=dict)
    idle: dict[str, int] = field(default_factory=dict)
    session: float = 0.0
    blocked: dict[str, float] = field(default_factory=dict)
    judged: int = 0
    quiet: Latency = field(default_factory=lambda: Latency(0, 0))
    noisy: Latency = field(default_factory=lambda: Latency(0, 0))
    noisy_hop: Latency = field(default_factory=lambda: Latency(0, 0))
    learned: dict[str, dict[str, Throughput]] = field(default_factory=dict)
    quarter: list[float] = field(default_factory=list)


def line(table: Mapping[str, Throughput]) -> str:
    """One table in one line, for whoever waits."""
    return "; ".join(f"{name} {cell.cpu:.2f} s ({ratio:.2f})" for (name, cell), ratio in _with_ratio(table))


def _with_ratio(table: Mapping[str, Throughput]) -> list[tuple[tuple[str, Throughput], float]]:
    return list(zip(table.items(), ratios(table).values(), strict=True))


def publish(results: Results) -> None:
    """Write the page and its plot, and print the page."""
    page = _page(results)
    (FOLDER / "BENCH.md").write_text(page)
    (FOLDER / "bench.svg").write_text(_plot(results))
    sys.stdout.write(page)


def _page(results: Results) -> str:
    parts = [
        "# What the SMTP path costs\n",
        "Written by `make bench`; see tests/bench for what is measured and how. Medians of interleaved rounds.\n",
        f"Machine: {_machine()}. {datetime.now(UTC):%d %B %Y}.\n",
        f"All {results.judged} mails through the gateway with rules were judged; the run fails otherwise.\n",
        "![CPU seconds per 1,000 mails](bench.svg)\n",
    ]
    for (size, sessions), table in results.throughput.items():
        parts.append(f"## {size}, {sessions} session{'s' if sessions > 1 else ''}\n")
        rows = [
            "| system | CPU s per 1,000 | to the yardstick | mails/s | memory, MB |",
            "| --- | ---: | ---: | ---: | ---: |",
        ]
        rows += [
            f"| {name} | {cell.cpu:.2f} | {ratio:.2f} | {cell.rate:.0f} | {cell.memory / 1e6:.0f} |"
            for (name, cell), ratio in _with_ratio(table)
        ]
        parts.append("\n".join(rows) + "\n")
    return "\n".join((*parts, _learned(results), _two_workers(results), _latencies(results), _memory(results)))


def _learned(results: Results) -> str:
    rows = [
        "## With the learned judge too, 20 sessions\n",
        "Rules, the judge's process asked for every mail, and its CPU counted; every mail was answered for.\n",
        "| size | system | CPU s per 1,000 | to the yardstick | mails/s | memory, MB |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    rows += [
        f"| {size} | {name} | {cell.cpu:.2f} | {ratio:.2f} | {cell.rate:.0f} | {cell.memory / 1e6:.0f} |"
        for size, table in results.learned.items()
        for (name, cell), ratio in _with_ratio(table)
    ]
    return "\n".join(rows) + "\n"


def _two_workers(results: Results) -> str:
    one, two = results.quarter
    if not one or not two:
        return "## Two workers\n\nNot measured: this host does not let a process be held to a part of a core.\n"
    return (
        "## Two workers\n\nEach held to a quarter of a core by a control group, all shipped rules, 2 kB, 20 sessions:"
        f" one carries {one:.0f} mails a second, two carry {two:.0f}, {two / one:.2f} times as many.\n"
    )


def _latencies(results: Results) -> str:
    rows = ["## Latency, 2 kB, from connect to the final reply, open loop\n"]
    rows += ["| system | 20 mails/s: p50, p99 (ms) | half of its own most: p50, p99 (ms) |", "| --- | ---: | ---: |"]
    for name in dict.fromkeys(name for name, _ in results.latency):
        alone, busy = results.latency[name, "alone"], results.latency[name, "busy"]
        rows.append(f"| {name} | {alone.p50:.1f}, {alone.p99:.1f} | {busy.p50:.1f}, {busy.p99:.1f} |")
    quiet, noisy, hop = results.quiet, results.noisy, results.noisy_hop
    rows.append(
        "\nBeside 500 idle sessions, 50 that send an octet every 100 ms, and 5 that send 50 MB without a pause, all on"
        f" these cores, the gateway that judges nothing takes {noisy.p50:.1f}, {noisy.p99:.1f} ms; alone, in the same"
        f" run, {quiet.p50:.1f}, {quiet.p99:.1f} ms; straight to the next hop beside the same noise, {hop.p50:.1f},"
        f" {hop.p99:.1f} ms."
    )
    return "\n".join(rows) + "\n"


def _memory(results: Results) -> str:
    rows = ["## Memory and the loop\n", "| gateway | idle, MB | loop blocked at most, ms |", "| --- | ---: | ---: |"]
    rows += [
        f"| {name} | {octets / 1e6:.0f} | {1000 * results.blocked[name]:.1f} |" for name, octets in results.idle.items()
    ]
    return "\n".join(rows) + f"\n\nAn idle session costs {results.session / 1000:.1f} kB.\n"


def _machine() -> str:
    model = next(
        (
            row.partition(":")[2].strip()
            for row in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in row
        ),
        platform.machine(),
    )
    kernel, python = platform.release(), platform.python_version()
    busy = os.getloadavg()[0]
    return (
        f"{model}, {os.cpu_count()} cores, Linux {kernel}, Python {python}, loopback;"
        f" load average {busy:.1f} at the end"
    )


def _plot(results: Results) -> str:
    """CPU of each system at 20 sessions, as a ratio to the yardstick, by size."""
    sizes = [size for size, sessions in results.throughput if sessions == 20]
    width, bar, top = 160 * len(sizes) + 60, 22, 180
    shapes = []
    for column, size in enumerate(sizes):
        for index, (name, ratio) in enumerate(ratios(results.throughput[size, 20]).items()):
            height = min(ratio, 1.2) * 140
            x = 50 + column * 160 + index * (bar + 3)
            shapes.append(
                f'<rect x="{x}" y="{top - height:.1f}" width="{bar}" height="{height:.1f}" fill="{_COLOURS[index]}">'
                f"<title>{name}: {ratio:.2f}</title></rect>"
                f'<text x="{x + bar / 2}" y="{top - height - 4:.1f}" text-anchor="middle">{ratio:.2f}</text>'
            )
        shapes.append(f'<text x="{50 + column * 160 + 60}" y="{top + 16}" text-anchor="middle">{size}</text>')
    names = list(next(iter(results.throughput.values())))
    for index, name in enumerate(names):
        y = top + 40 + index * 16
        shapes.append(
            f'<rect x="50" y="{y - 9}" width="10" height="10" fill="{_COLOURS[index]}"/>'
            f'<text x="66" y="{y}">{name}</text>'
        )
    body = "\n".join(shapes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{top + 50 + 16 * len(names)}" '
        f'font-family="sans-serif" font-size="11">\n<rect width="100%" height="100%" fill="white"/>\n'
        f'<text x="50" y="16">CPU per mail at 20 sessions, yardstick = 1</text>\n{body}\n</svg>\n'
    )
