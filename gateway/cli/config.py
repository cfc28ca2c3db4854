# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside config`: check a settings file, and print the reference."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.exits import Exit
from gateway.service.policy_files import shipped_folder, source_files
from gateway.service.read_settings import BadSettings, read_settings
from gateway.service.settings import Settings
from gateway.service.settings_reference import reference

app = typer.Typer(help="Check the settings file, or print what can be set.", no_args_is_help=True)


@app.command()
def check(file: Annotated[Path, typer.Argument(help="The settings file, usually /etc/bedside/bedside.toml.")]) -> None:
    """Check FILE and name every mistake in it. Nothing is started, and no server is asked (that is `doctor`)."""
    try:
        settings = read_settings(file)
    except BadSettings as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(Exit.CONFIG) from None
    for line in _doubts(settings, datetime.now(UTC).astimezone().date()):
        typer.echo(f"warning: {file}: {line}")
    mode = "observes only" if settings.observe else "holds"
    typer.echo(f"{file}: good. {len(settings.listener)} listener(s), {len(settings.team)} team(s); the gateway {mode}.")


@app.command("reference")
def print_reference() -> None:
    """Print every setting with its default and meaning, as Markdown."""
    typer.echo(reference(), nl=False)


def _doubts(settings: Settings, today: date) -> Iterator[str]:
    """What is well written and yet does nothing: modes and mutes of no policy, mutes that are over."""
    try:
        files = source_files(settings.policies.folder or shipped_folder())
    except OSError as error:
        yield f"policies.folder: {settings.policies.folder}: {error.strerror}"
        return
    known = [file.path.removesuffix(".yaml") for file in files if not file.path.startswith(("words/", "acts/"))]
    for number, team in enumerate(settings.team, start=1):
        for policy in team.modes:
            yield from _unknown(f"team[{number}].modes", policy, known)
    for number, mute in enumerate(settings.mute, start=1):
        yield from _unknown(f"mute[{number}].policy", mute.policy.partition("#")[0], known)
        if mute.until < today:
            yield f"mute[{number}]: ended on {mute.until}; what it silenced counts again, so it can go"


def _unknown(where: str, policy: str, known: list[str]) -> Iterator[str]:
    if policy.endswith("/*"):
        if not any(each.startswith(policy[:-1]) for each in known):
            yield f"{where}: there is no policy in {policy}"
    elif policy not in known:
        near = get_close_matches(policy, known, 1, 0.6)
        yield f"{where}: there is no policy {policy}" + (f"; did you mean {near[0]}?" if near else "")
