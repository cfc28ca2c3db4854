# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside serve`: run the gateway."""

from __future__ import annotations

import typer

from gateway.cli.exits import Exit
from gateway.cli.opened import DEFAULT_CONFIG, ConfigOption
from gateway.service.read_settings import BadSettings, read_settings
from gateway.service.serve import serve as run
from gateway.service.sockets import CannotListen


def serve(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Run the gateway until SIGTERM: a supervisor, the workers that screen mail, and the keeper of what is held.

    SIGTERM lets it finish what it has begun. SIGHUP, or a changed policy file or certificate, reloads without
    dropping a connection. Logs go to standard error. deploy/bedside.toml is a settings file to start from.
    """
    try:
        run(read_settings(config), config)
    except BadSettings as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(Exit.CONFIG) from None
    except CannotListen as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(Exit.UNAVAILABLE) from None
