# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: one module a command, each listed here."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway import __version__
from gateway.cli import config, demo, doctor, holds, judge, ledger, policy, read, scan, serve

app = typer.Typer(
    name="bedside",
    help="An empathy gateway for outgoing support mail.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


app.add_typer(config.app, name="config")
app.add_typer(policy.app, name="policy")
app.add_typer(judge.app, name="judge")
app.add_typer(holds.app, name="holds")
app.add_typer(ledger.app, name="ledger")
app.command()(serve.serve)
app.command()(demo.demo)
app.command()(doctor.doctor)
app.command()(read.read)
app.command()(scan.scan)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"bedside {__version__}")
        raise typer.Exit


@app.callback()
def bedside(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """An empathy gateway for outgoing support mail."""


def main() -> None:
    """Entry point of the command `bedside`."""
    app()
