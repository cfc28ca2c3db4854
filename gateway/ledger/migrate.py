# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring a ledger's schema up to what this program needs, whoever opens it first."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text

_LOCK = 0x6265_6473
"""Number of the advisory lock under which one node at a time migrates on PostgreSQL: "beds"."""


class TooNew(Exception):  # noqa: N818 - a condition, named as such
    """The ledger was made by a later version of the program."""


def migrate(engine: Engine) -> None:
    """Take all steps that are missing, in one transaction, while everybody else waits.

    Raises:
        TooNew: the ledger is ahead of this program.
        sqlalchemy.exc.SQLAlchemyError: the database cannot be used.
    """
    config = Config()
    config.set_main_option("script_location", "gateway.ledger:migrations")
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        if _revision(connection) == ScriptDirectory.from_config(config).get_current_head():
            return
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise TooNew("this ledger was made by a later version of Bedside; upgrade Bedside") from error


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
