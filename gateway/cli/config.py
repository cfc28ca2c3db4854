# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside config`: check a settings file, and print the reference."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.exits import Exit
from gateway.service.read_settings import BadSettings, read_settings
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
    mode = "observes only" if settings.observe else "holds"
    typer.echo(f"{file}: good. {len(settings.listener)} listener(s), {len(settings.team)} team(s); the gateway {mode}.")


@app.command("reference")
def print_reference() -> None:
    """Print every setting with its default and meaning, as Markdown."""
    typer.echo(reference(), nl=False)
