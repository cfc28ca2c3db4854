# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside policy replay`: what an edit of the policies would have done to mails of the past."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.exits import Exit
from gateway.cli.imap_folders import imap_folder, is_imap, opened
from gateway.cli.in_force import Bench, bench, installed_judge, loaded
from gateway.cli.mail_files import CannotRead, count
from gateway.cli.progress import watched
from gateway.cli.replay_report import Change, Tally, html, text
from gateway.cli.replies import Found, from_mail, replies
from gateway.judge.local import LocalJudge
from gateway.policy.evaluate import RuleFailed
from gateway.policy.load import is_policy_file, load
from gateway.policy.policies import Policies
from gateway.policy.source import SourceFile
from gateway.policy.teams import Cause
from gateway.service.policy_files import shipped_folder
from gateway.verdict.judge import judge
from gateway.verdict.report import without_shadow


@dataclass(frozen=True, slots=True)
class _Sides:
    """The policies tried, and those they are compared with."""

    tried: Policies
    against: Policies


def replay(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="mbox, Maildir, .eml, folders of these, .jsonl; imaps://user@host/folder; or, with --config, "
            "imap:mailbox/folder by the gateway's own login.",
        ),
    ],
    policies: Annotated[Path | None, typer.Option(help="The edited folder; that of --config, or what ships.")] = None,
    against: Annotated[
        str | None,
        typer.Option(help="Compare with this folder, or git revision of the edited one; else with what ships."),
    ] = None,
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only mails sent since.")] = None,
    config: Annotated[Path | None, typer.Option(help="Settings file: its teams, thresholds and policies.")] = None,
    profile: Annotated[str | None, typer.Option(help="starter or strict.")] = None,
    judged: Annotated[
        bool, typer.Option("--judge/--no-judge", help="Ask the learned judge too; some 30 ms of CPU a mail.")
    ] = False,
    report: Annotated[Path | None, typer.Option("--html", help="Write a report with pictures to this file.")] = None,
    password_file: Annotated[
        Path | None, typer.Option(help="File with the password of an imaps:// address; else you are asked for it.")
    ] = None,
) -> None:
    """Judge mails of the past: what would be held and noted, and what an edit changes, with the mails listed.

    Nothing is changed or marked as read. A password may also stand in the environment, in BEDSIDE_IMAP_PASSWORD.
    """
    used = bench(config, policies, profile, _judge_wanted() if judged else None)
    sides = _Sides(used.policies, _against(against, used))
    day = None if since is None else since.date()
    tally = Tally()
    try:
        with ExitStack() as stack:
            batches = [_batch(source, used, day, password_file, stack) for source in sources]
            for found in watched(_all(batches), _total(batches)):
                if day is None or found.at is None or found.at.date() >= day:
                    _judge(found, used, sides, tally)
    except (CannotRead, RuleFailed) as error:
        typer.echo(f"bedside policy replay: {error}", err=True)
        raise typer.Exit(Exit.INPUT) from None
    typer.echo(text(tally))
    if report is not None:
        _write(report, html(tally, sides.tried.digest, sides.against.digest))


@dataclass(frozen=True, slots=True)
class _Batch:
    """The replies of one source; `total` is None where nobody knows how many before they are read."""

    total: int | None
    found: Iterable[Found]


def _batch(source: str, used: Bench, since: date | None, password_file: Path | None, stack: ExitStack) -> _Batch:
    if not is_imap(source):
        return _Batch(count(Path(source)), replies([Path(source)]))
    folder = imap_folder(source, used.imap, lambda whose: _password(whose, password_file))
    total, mails = stack.enter_context(opened(folder, since))
    return _Batch(total, (from_mail(mail.id, mail.content) for mail in mails))


def _password(whose: str, file: Path | None) -> str:
    """From the file, the environment, or whoever sits there.

    Raises:
        CannotRead: the file cannot be read.
    """
    if file is not None:
        try:
            return file.read_text(encoding="utf-8").removesuffix("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise CannotRead(f"{file}: {getattr(error, 'strerror', None) or error}") from None
    given = os.environ.get("BEDSIDE_IMAP_PASSWORD")
    return given if given is not None else str(typer.prompt(f"Password of {whose}", hide_input=True, err=True))


def _all(batches: Iterable[_Batch]) -> Iterator[Found]:
    for batch in batches:
        yield from batch.found


def _total(batches: Iterable[_Batch]) -> int | None:
    known = [batch.total for batch in batches]
    return None if None in known else sum(each for each in known if each is not None)


def _judge_wanted() -> LocalJudge:
    judge = installed_judge()
    if judge is None:
        typer.echo("bedside policy replay: no learned judge is installed (pip install 'bedside[judge]')", err=True)
        raise typer.Exit(Exit.UNAVAILABLE)
    return judge


def _write(report: Path, page: str) -> None:
    try:
        report.write_text(page, encoding="utf-8")
    except OSError as error:
        typer.echo(f"bedside policy replay: {report}: {error.strerror}", err=True)
        raise typer.Exit(Exit.INPUT) from None
    typer.echo(f"The report is in {report}.")


def _judge(found: Found, used: Bench, sides: _Sides, tally: Tally) -> None:
    standing = used.standing(found.reply, found.context)
    if isinstance(standing, Cause):
        tally.unjudged[standing.value] += 1
        return
    today = datetime.now(UTC).astimezone().date()
    reply, context, stance = standing.reply, standing.context, standing.stance
    judgement = used.judgement(reply, context)
    after = without_shadow(judge(sides.tried, reply, context, stance, today, judgement))
    before = after
    if sides.against is not sides.tried:
        before = without_shadow(judge(sides.against, reply, context, stance, today, judgement))
    day = None if found.at is None else found.at.date()
    tally.add(Change(found.id, day, context.team or "(one team)", reply.subject, before, after))


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
