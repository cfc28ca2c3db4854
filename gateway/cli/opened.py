# SPDX-License-Identifier: GPL-3.0-or-later
"""What the commands about holds have in common: settings, the ledger they name, and clear errors."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import typer

from gateway.cli.exits import Exit
from gateway.ledger.engine import BadUrl
from gateway.ledger.migrate import TooNew
from gateway.ledger.store import SqlLedger
from gateway.ports import Unavailable
from gateway.service.build_ledger import opening
from gateway.service.read_settings import BadSettings, read_settings
from gateway.service.settings import Settings

_T = TypeVar("_T")

ConfigOption = Annotated[
    Path, typer.Option("--config", help="The settings file.", envvar="BEDSIDE_CONFIG", show_default=True)
]
DEFAULT_CONFIG = Path("/etc/bedside/bedside.toml")


def settings_of(config: Path) -> Settings:
    """Read the settings, or end the command with what is wrong with them."""
    try:
        return read_settings(config)
    except BadSettings as error:
        fail(str(error), Exit.CONFIG)


def with_ledger(config: Path, ask: Callable[[SqlLedger], Awaitable[_T]]) -> _T:
    """Open the ledger that the settings name, ask, and close it; or end the command with one line."""

    async def run() -> _T:
        async with opening(settings.ledger) as ledger:
            return await ask(ledger)

    settings = settings_of(config)
    try:
        return asyncio.run(run())
    except (BadUrl, LookupError, ValueError, TooNew) as error:
        fail(str(error), Exit.CONFIG)
    except Unavailable as error:
        fail(str(error), Exit.UNAVAILABLE)


def fail(message: str, status: Exit) -> NoReturn:
    """End the command."""
    typer.echo(message, err=True)
    raise typer.Exit(status)
