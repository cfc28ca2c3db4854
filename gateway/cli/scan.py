# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside scan`: judge mails or rows at hand, without any server."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from gateway.cli.exits import Exit
from gateway.cli.in_force import Bench, bench, installed_judge
from gateway.cli.mail_files import CannotRead, count
from gateway.cli.progress import watched
from gateway.cli.replies import Found, replies
from gateway.policy.context import Context
from gateway.policy.evaluate import RuleFailed
from gateway.policy.finding import Finding
from gateway.policy.teams import Cause
from gateway.verdict.judge import judge
from gateway.verdict.report import as_object, without_shadow
from gateway.verdict.verdict import Action, Verdict


class Format(StrEnum):
    """How to print."""

    JSON = "json"
    TABLE = "table"


class Profile(StrEnum):
    """How bold the rules are."""

    STARTER = "starter"
    STRICT = "strict"


class FailOn(StrEnum):
    """From which action on the exit status says so."""

    NEVER = "never"
    NOTE = "note"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Scanned:
    """A reply with its verdict; None if it passes unjudged, and then why."""

    found: Found
    context: Context
    verdict: Verdict | None
    cause: Cause | None = None


_ORDER = tuple(Action)
_FAILS = {
    FailOn.NEVER: (),
    FailOn.NOTE: (Action.NOTE, Action.HOLD, Action.HOLD_FOR_LEAD),
    FailOn.HOLD: (Action.HOLD, Action.HOLD_FOR_LEAD),
}


_SAID = {
    Action.PASS: "[green]pass[/]",
    Action.NOTE: "[yellow]note[/]",
    Action.HOLD: "[red]hold[/]",
    Action.HOLD_FOR_LEAD: "[red]hold, lead[/]",
}


def scan(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH...",
            help=".eml, mbox, Maildir, a folder of these, .jsonl with id, customer, reply, relation; - for either.",
        ),
    ],
    output: Annotated[
        Format, typer.Option("--format", help="json: one object a line, as scan.schema.json says. table: for people.")
    ] = Format.TABLE,
    everything: Annotated[
        bool, typer.Option("--all", help="Show what rules in shadow see, too, and in the table what passes.")
    ] = False,
    profile: Annotated[
        Profile | None, typer.Option(help="starter: each policy's own mode. strict: its boldest.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="Settings file: its teams, thresholds and policies. Without: one team, starter.")
    ] = None,
    policies: Annotated[Path | None, typer.Option(help="Folder of policies, in place of those in force.")] = None,
    judged: Annotated[
        bool, typer.Option("--judge/--no-judge", help="Ask the learned judge too, where one is installed.")
    ] = True,
    fail_on: Annotated[
        FailOn, typer.Option(help="End with status 1 if anything would be noted, or held.")
    ] = FailOn.NEVER,
) -> None:
    """Judge mails or rows without a server: what would have been held, noted, passed."""
    used = bench(config, policies, _value(profile), installed_judge() if judged else None)
    printer = {Format.JSON: _print_json, Format.TABLE: _print_row}[output]
    counts: Counter[str] = Counter()
    worst = Action.PASS
    try:
        for scanned in _scanned(paths, used):
            counts[_action(scanned)] += 1
            worst = max(worst, scanned.verdict.action if scanned.verdict else Action.PASS, key=_ORDER.index)
            printer(scanned, everything)
    except (CannotRead, RuleFailed) as error:
        typer.echo(f"bedside scan: {error}", err=True)
        raise typer.Exit(Exit.INPUT) from None
    if output is Format.TABLE:
        _print_summary(counts)
    if worst in _FAILS[fail_on]:
        raise typer.Exit(Exit.FOUND)


def _scanned(paths: list[Path], used: Bench) -> Iterator[Scanned]:
    """Every reply with its verdict; a progress bar on standard error while a person looks on."""
    today = datetime.now(UTC).astimezone().date()
    totals = [count(path) for path in paths]
    known = [total for total in totals if total is not None]
    for found in watched(replies(paths), sum(known) if len(known) == len(totals) else None):
        standing = used.standing(found.reply, found.context)
        if isinstance(standing, Cause):
            yield Scanned(found, found.context, None, standing)
            continue
        judgement = used.judgement(standing.reply, standing.context)
        verdict = judge(used.policies, standing.reply, standing.context, standing.stance, today, judgement)
        yield Scanned(replace(found, reply=standing.reply), standing.context, verdict)


def _action(scanned: Scanned) -> str:
    return "unjudged" if scanned.verdict is None else scanned.verdict.action.value


def _value(profile: Profile | None) -> str | None:
    return None if profile is None else profile.value


def _print_json(scanned: Scanned, everything: bool) -> None:
    verdict = scanned.verdict or Verdict(Action.PASS, 0, (), "starter", "")
    shown = verdict if everything else without_shadow(verdict)
    row = as_object(scanned.found.id, scanned.found.reply, scanned.context, shown)
    typer.echo(json.dumps(row, ensure_ascii=False).encode("utf-8", "replace").decode())


def _print_row(scanned: Scanned, everything: bool) -> None:
    verdict = scanned.verdict
    if verdict is None or (verdict.action is Action.PASS and not everything):
        return
    shown = verdict if everything else without_shadow(verdict)
    table = Table(show_header=False, box=None, padding=(0, 1), pad_edge=False)
    table.add_column(width=10)
    table.add_column(overflow="fold")
    table.add_row(_SAID[verdict.action], f"[bold]{_safe(scanned.found.id)}[/]  {verdict.points:g} points")
    for finding in shown.findings:
        table.add_row("", _finding(finding))
    if verdict.capped:
        table.add_row("", f"[dim]at most a note: {escape(verdict.capped)}[/]")
    Console().print(table)


def _finding(finding: Finding) -> str:
    words = f"“{_safe(finding.excerpt)}” " if finding.excerpt else ""
    because = f" [dim]({_safe(finding.because)})[/]" if finding.because else ""
    counted = "" if finding.counted else "[dim]not counted[/] "
    return f"{counted}{words}[cyan]{finding.policy}[/] {finding.mode.value} {finding.points:g}{because}"


def _safe(text: str) -> str:
    """Nothing in a message may steer the terminal."""
    return escape("".join(character if character.isprintable() else " " for character in text))


def _print_summary(counts: Counter[str]) -> None:
    held = counts[Action.HOLD.value] + counts[Action.HOLD_FOR_LEAD.value]
    parts = [f"{held} would be held", f"{counts[Action.NOTE.value]} noted", f"{counts[Action.PASS.value]} pass"]
    if counts["unjudged"]:
        parts.append(f"{counts['unjudged']} are not judged")
    typer.echo(f"{counts.total()} replies: {', '.join(parts)}.")
