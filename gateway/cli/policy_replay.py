# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside policy replay`: what an edit of the policies would have done to mails of the past."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from gateway.cli.exits import Exit
from gateway.cli.in_force import Bench, bench, loaded
from gateway.cli.mail_files import CannotRead
from gateway.cli.replay_report import Change, Tally, html, text
from gateway.cli.replies import Found, replies
from gateway.policy.evaluate import RuleFailed
from gateway.policy.load import is_policy_file, load
from gateway.policy.policies import Policies
from gateway.policy.source import SourceFile
from gateway.service.policy_files import shipped_folder
from gateway.verdict.judge import judge
from gateway.verdict.report import without_shadow


@dataclass(frozen=True, slots=True)
class _Sides:
    """The policies tried, and those they are compared with."""

    tried: Policies
    against: Policies


def replay(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="mbox, Maildir, .eml, folders, .jsonl")],
    policies: Annotated[Path | None, typer.Option(help="The edited folder; that of --config, or what ships.")] = None,
    against: Annotated[
        str | None, typer.Option(help="Compare with another folder, or with a git revision of the edited one.")
    ] = None,
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only mails sent since.")] = None,
    config: Annotated[Path | None, typer.Option(help="Settings file: its teams, thresholds and policies.")] = None,
    profile: Annotated[str | None, typer.Option(help="starter or strict.")] = None,
    report: Annotated[Path | None, typer.Option("--html", help="Write a report with pictures to this file.")] = None,
) -> None:
    """Judge mails of the past: what would be held and noted, and what an edit changes, with the mails listed."""
    used = bench(config, policies, profile)
    sides = _Sides(used.policies, _against(against, used))
    tally = Tally()
    try:
        for found in _watched(replies(paths)):
            if since is None or found.at is None or found.at.date() >= since.date():
                _judge(found, used, sides, tally)
    except (CannotRead, RuleFailed) as error:
        typer.echo(f"bedside policy replay: {error}", err=True)
        raise typer.Exit(Exit.INPUT) from None
    typer.echo(text(tally))
    if report is not None:
        report.write_text(html(tally, sides.tried.digest, sides.against.digest), encoding="utf-8")
        typer.echo(f"The report is in {report}.")


def _judge(found: Found, used: Bench, sides: _Sides, tally: Tally) -> None:
    standing = used.team(found.reply, found.context)
    if standing is None:
        tally.unjudged += 1
        return
    stance, context = standing
    today = datetime.now(UTC).astimezone().date()
    after = without_shadow(judge(sides.tried, found.reply, context, stance, today))
    before = after
    if sides.against is not sides.tried:
        before = without_shadow(judge(sides.against, found.reply, context, stance, today))
    day: date | None = None if found.at is None else found.at.date()
    tally.add(Change(found.id, day, context.team or "(one team)", found.reply.subject, before, after))


def _against(named: str | None, used: Bench) -> Policies:
    if named is None:
        shipped = shipped_folder().resolve()
        return used.policies if used.folder.resolve() == shipped else loaded(shipped).policies
    if Path(named).is_dir():
        return loaded(Path(named)).policies
    return load(_of_revision(used.folder.resolve(), named)).policies


def _of_revision(folder: Path, revision: str) -> list[SourceFile]:
    """The policy files of a folder as they were at a git revision."""
    names = _git(folder, "ls-tree", "-r", "--name-only", "-z", revision, "--", ".").split("\0")
    files = [SourceFile(name, _git(folder, "show", f"{revision}:./{name}")) for name in names if is_policy_file(name)]
    if not files:
        typer.echo(f"bedside policy replay: {revision}: no policies in {folder} at that revision", err=True)
        raise typer.Exit(Exit.INPUT)
    return files


def _git(folder: Path, *arguments: str) -> str:
    git = shutil.which("git")
    if git is None:
        typer.echo("bedside policy replay: git is not installed; give --against a folder", err=True)
        raise typer.Exit(Exit.UNAVAILABLE)
    if arguments[0] == "ls-tree" and arguments[4].startswith("-"):
        raise typer.BadParameter("a revision does not begin with a hyphen")
    done = subprocess.run([git, "-C", str(folder), *arguments], capture_output=True, check=False)  # noqa: S603 - no shell
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        typer.echo(f"bedside policy replay: neither a folder nor a git revision: {said[0] if said else ''}", err=True)
        raise typer.Exit(Exit.INPUT)
    return done.stdout.decode("utf-8", "replace")


def _watched(found: Iterator[Found]) -> Iterator[Found]:
    """The same, with a progress bar on standard error while a person looks on."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.completed:.0f} judged"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None)
        for each in found:
            yield each
            progress.advance(task)
