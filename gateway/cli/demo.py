# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside demo`: the whole road on embedded parts."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from gateway.cli.exits import Exit


def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Leave it running for your own mail client, until ^C.")] = False,
) -> None:
    """Show the main job, with nothing to install or configure: mails go in, some are held, a reviewer decides.

    Everything is embedded and gone afterwards: a SQLite ledger in a temporary folder, an IMAP server in memory, an
    SMTP server that keeps what it gets. Exit status 0 means that all of it happened, and that every byte arrived.
    """
    console = Console()
    try:
        from gateway.demo.run import show  # noqa: PLC0415 - needs the extra "demo", which a server need not have
    except ModuleNotFoundError as error:
        console.print(f"The demo needs {error.name}, which is not installed: pip install 'bedside\\[demo]'")
        raise typer.Exit(Exit.UNAVAILABLE) from None
    if not show(console, keep_running=keep):
        raise typer.Exit(Exit.FOUND)
