# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside ledger`: back the ledger up, check it, purge it, make a key for it."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.exits import Exit
from gateway.cli.opened import DEFAULT_CONFIG, ConfigOption, fail, settings_of, with_ledger
from gateway.ledger.engine import BadUrl, backup_sqlite, parse
from gateway.ledger.sealing import new_key
from gateway.ledger.store import SqlLedger
from gateway.service.build_memory import forget

app = typer.Typer(help="Back up, check and purge the ledger in which held mail is kept.", no_args_is_help=True)


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(help="File to write; it must not exist.")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Copy a SQLite ledger, consistently, while the gateway runs. For PostgreSQL, use pg_dump."""
    try:
        url = parse(settings_of(config).ledger.url)
    except BadUrl as error:
        fail(str(error), Exit.CONFIG)
    if url.get_backend_name() != "sqlite" or url.database is None:
        fail("this ledger is on PostgreSQL: back it up with pg_dump", Exit.USAGE)
    if target.exists():
        fail(f"{target} is there already", Exit.INPUT)
    target.touch(0o600)
    try:
        backup_sqlite(url.database, str(target))
    except sqlite3.Error as error:
        target.unlink()
        fail(f"{url.database}: {error}", Exit.UNAVAILABLE)
    typer.echo(f"{target}: {target.stat().st_size} octets")


@app.command()
def check(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Read every hold and every octet, and say which are damaged, or sealed with another key."""
    damaged = with_ledger(config, lambda ledger: ledger.damaged())
    for line in damaged:
        typer.echo(line)
    if damaged:
        raise typer.Exit(Exit.FOUND)
    typer.echo("The ledger is whole.")


@app.command()
def purge(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Purge now what is past its time: messages, facts, and what the memory is to forget.

    The keeper does the same every hour.
    """
    settings = settings_of(config)
    kept = settings.ledger
    now = datetime.now(UTC)
    messages, facts = now - timedelta(days=kept.keep_messages), now - timedelta(days=kept.keep_facts)

    async def ask(ledger: SqlLedger) -> int:
        await forget(settings.memory, ledger.memory)
        return await ledger.purge(now, messages, facts)

    typer.echo(f"{with_ledger(config, ask)} messages purged")


@app.command()
def key() -> None:
    """Print a fresh key for ledger.encryption_key; put it into a file that only the gateway can read."""
    typer.echo(new_key())
