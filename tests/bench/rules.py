# SPDX-License-Identifier: GPL-3.0-or-later
"""What judging costs after reading, and what loading costs: `python -m tests.bench.rules`.

CPU time, the median over texts that differ, each judged once to be met and then a few times: the first figure is what
a worker pays that has just started, the second what it pays from then on.
"""

from __future__ import annotations

import json
import os
import platform
import random
import re
import statistics
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from gateway.mail.read import from_text, read
from gateway.mail.reply import Reply
from gateway.mail.state import customer_state
from gateway.policy.context import Context
from gateway.policy.load import Loaded, load
from gateway.policy.policies import Policies
from gateway.policy.source import SourceFile
from gateway.service.policy_cache import PolicyCache, cache_folder
from gateway.service.policy_files import shipped_folder, source_files
from gateway.verdict.judge import judge
from gateway.verdict.stance import Stance
from tests.bench.mails import plain, thread

PAGE = Path(__file__).parents[2] / "gateway" / "policy" / "SPEED.md"
CORPUS = Path(__file__).parents[2] / "policies" / "corpus"
TODAY = date(2026, 12, 1)
PHRASES = 10_000


@dataclass(frozen=True, slots=True)
class Case:
    """A reply with what is known of its customer."""

    reply: Reply
    context: Context


def case(reply: Reply) -> Case:
    """A reply as a gateway sees it."""
    state = customer_state(reply.customer) if reply.customer else None
    level, ours = (state.level, state.our_failure) if state else (None, None)
    return Case(reply, Context(customer=reply.customer, inbound_level=level, our_failure=ours))


def texts(octets: int, count: int) -> Iterator[Case]:
    """Texts of this length that all differ: replies by the authors to work on, one after the other."""
    authors = tomllib.loads((CORPUS / "split.toml").read_text(encoding="utf-8"))["authors"]["work"]
    files = [path for name in authors if (path := CORPUS / "train" / f"{name}.jsonl").is_file()]
    rows = [json.loads(line) for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    random.Random(1).shuffle(rows)  # noqa: S311 - the same order each time
    at = 0
    for _ in range(count):
        text, customer = "", rows[at].get("customer")
        while len(text) < octets:
            text += rows[at]["reply"] + "\n\n"
            at = (at + 1) % len(rows)
        yield case(from_text(text[:octets], customer))


def microseconds(policies: Policies, cases: Sequence[Case], again: int = 5) -> tuple[float, float]:
    """CPU time to judge a text, the median: the first time that it is met, and at its best from then on."""
    firsts, bests = [], []
    for each in cases:
        took = []
        for _ in range(again + 1):
            begun = time.process_time_ns()
            judge(policies, each.reply, each.context, Stance(), TODAY)
            took.append((time.process_time_ns() - begun) / 1000)
        firsts.append(took[0])
        bests.append(min(took[1:]))
    return statistics.median(firsts), statistics.median(bests)


def with_phrases(files: Sequence[SourceFile], shipped: Policies) -> Loaded:
    """What ships and many phrases of its own words on top."""
    examples = [each for policy in shipped.policies for each in policy.examples.passed]
    words = [word for each in examples for word in re.findall(r"[a-z]{3,}", each.reply.lower())]
    draw = random.Random(7)  # noqa: S311 - the same phrases each time
    rows = "".join(f"      - '{' '.join(draw.choices(words, k=draw.choice((2, 3, 4))))}'\n" for _ in range(PHRASES))
    head = "id: own/phrases\ntitle: Own phrases\nmessage: Found.\nrules:\n  - name: many\n    phrases:\n"
    tail = 'examples: {found: ["Sample."], passed: ["Another."]}\n'
    return load([*files, SourceFile("own/phrases.yaml", head + rows + tail)])


def loading(files: Sequence[SourceFile]) -> tuple[float, float]:
    """CPU seconds to load what ships, with nothing kept and from what is kept."""
    with tempfile.TemporaryDirectory() as name:
        cache = PolicyCache(cache_folder({"CACHE_DIRECTORY": f"{name}/kept"}))
        took = []
        for _ in range(2):
            begun = time.process_time()
            loaded = load(files, None, cache.recall)
            if loaded.prepared is not None:
                cache.keep(loaded.prepared)
            took.append(time.process_time() - begun)
    return took[0], took[1]


def table() -> str:
    """All figures in Markdown."""
    files = source_files(shipped_folder())
    cold, warm = loading(files)
    shipped = load(files).policies
    kinds: list[tuple[str, list[Case]]] = [
        ("the bench's mail of 2 kB", [case(read(plain()))]),
        ("the bench's mail of 20 kB, multipart", [case(read(thread()))]),
        ("2 kB of authored text, each another", list(texts(2000, 100))),
        ("20 kB of authored text, each another", list(texts(20_000, 8))),
    ]
    rows = ["| judged with what ships | first met, µs | from then on, µs |", "| --- | --- | --- |"]
    alone = {name: microseconds(shipped, cases) for name, cases in kinds}
    rows += [f"| {name} | {first:.0f} | {best:.0f} |" for name, (first, best) in alone.items()]
    more = with_phrases(files, shipped).policies
    rows += ["", f"| and {PHRASES:,} phrases on top | from then on, µs | as often as without |", "| --- | --- | --- |"]
    for name, cases in kinds[:3]:
        best = microseconds(more, cases)[1]
        rows.append(f"| {name} | {best:.0f} | {best / alone[name][1]:.2f} |")
    rows += ["", "| loading what ships | CPU seconds |", "| --- | --- |"]
    rows += [f"| nothing kept | {cold:.2f} |", f"| from what is kept | {warm:.2f} |"]
    return "\n".join(rows)


def main() -> None:
    """Measure, print and write it down."""
    busy = f"load {os.getloadavg()[0]:.1f}"
    machine = f"{platform.machine()}, {os.cpu_count()} cores, {busy}, Python {platform.python_version()}"
    text = table()
    page = (
        f"# What judging costs\n\nWritten by `make bench` on {datetime.now(UTC):%Y-%m-%d} ({machine}). CPU time after "
        "reading, the median over the texts; a process that has just started compiles patterns as they are first "
        f"needed.\n\n{text}\n"
    )
    PAGE.write_text(page, encoding="utf-8")
    print(text)  # noqa: T201 - a table for a person


if __name__ == "__main__":
    main()
