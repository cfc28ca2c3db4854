# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside policy stats`: how often each rule fired, and what became of it. No person is counted."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.exits import Exit
from gateway.hold.hold import Decision, Hold, HoldState
from gateway.ports import Count, Unavailable
from gateway.service.build_ledger import opening
from gateway.service.read_settings import BadSettings, read_settings
from gateway.service.settings import Settings

_MOST = 100_000
_RULE_KINDS = ("hold", "note", "shadow", "not_counted")


def stats(
    config: Annotated[Path, typer.Option(help="Settings file: which ledger.")],
    days: Annotated[int, typer.Option(help="How far to look back.", min=1)] = 30,
) -> None:
    """Per rule: how often it held, noted, saw something in shadow; how many holds were released, released as fine."""
    since = datetime.now(UTC).date() - timedelta(days=days)
    try:
        settings = read_settings(config)
        counts, holds = asyncio.run(_ask(settings, since))
    except (BadSettings, LookupError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(Exit.CONFIG) from None
    except Unavailable as error:
        typer.echo(f"bedside policy stats: {str(error).splitlines()[0]}", err=True)
        raise typer.Exit(Exit.UNAVAILABLE) from None
    recent = [hold for hold in holds if hold.created.date() >= since]
    if not counts and not recent:
        typer.echo(f"Nothing was counted since {since}. Counts appear seconds after the first mail was judged.")
        return
    for line in table(counts, recent):
        typer.echo(line)


async def _ask(settings: Settings, since: date) -> tuple[Mapping[Count, int], tuple[Hold, ...]]:
    async with opening(settings.ledger) as ledger:
        return await ledger.counts_since(since), await ledger.listed(tuple(HoldState), _MOST)


def table(counts: Mapping[Count, int], holds: Iterable[Hold]) -> list[str]:
    """The figures, a line a rule, the most frequent first; then what was done and what passed unjudged."""
    by_rule: dict[str, Counter[str]] = defaultdict(Counter)
    rest: Counter[str] = Counter()
    for count, amount in counts.items():
        if count.kind in _RULE_KINDS:
            by_rule[count.name][count.kind] += amount
        else:
            rest[f"{count.kind} {count.name}"] += amount
    for hold in holds:
        if hold.state is not HoldState.NOTED and hold.decision is not None:
            for rule in {f"{each.policy}#{each.rule}" for each in hold.verdict.findings if each.counted}:
                by_rule[rule][hold.decision.value] += 1
    lines = [f"{'rule':<48}{'hold':>7}{'note':>7}{'shadow':>8}{'released':>10}{'as fine':>9}{'discarded':>11}"]
    for rule, numbers in sorted(by_rule.items(), key=lambda item: (-item[1].total(), item[0])):
        ended = [numbers[each.value] for each in (Decision.RELEASE, Decision.RELEASE_AS_FINE, Decision.DISCARD)]
        lines.append(
            f"{rule:<48}{numbers['hold']:>7}{numbers['note']:>7}{numbers['shadow']:>8}"
            f"{ended[0]:>10}{ended[1]:>9}{ended[2]:>11}"
        )
    return lines + [f"{amount:>8}  {what}" for what, amount in sorted(rest.items())]
