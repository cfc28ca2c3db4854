# SPDX-License-Identifier: GPL-3.0-or-later
"""The statements of the context memory that run for every reply, as text for the driver.

They are run thousands of times an hour, and to have them rendered each time would cost ten times what the database does
for them. Written once for both databases: ``:name`` stands for a value, ``= ANY(:name)`` for one of a list, and whether
a time is text or a timestamp is settled here as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

_AMONG = re.compile(r"= ANY\(:(\w+)\)")
_VALUE = re.compile(r"(?<!:):(\w+)")
_SQLITE_TIME = "%Y-%m-%d %H:%M:%S.%f"


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement in both spellings."""

    sqlite: str
    postgresql: str

    @classmethod
    def of(cls, text: str) -> Statement:
        """From the common spelling."""
        sqlite = _AMONG.sub(r"IN (SELECT value FROM json_each(:\1))", text)
        return cls(sqlite.replace(" FOR UPDATE", ""), _VALUE.sub(r"%(\1)s", text))

    def rows(self, connection: Connection, values: dict[str, Any]) -> Sequence[tuple[Any, ...]]:
        """Run it; its rows as the driver gives them."""
        return connection.exec_driver_sql(self._spelt(connection), values).cursor.fetchall()

    def answer(self, connection: Connection, values: dict[str, Any]) -> Sequence[tuple[Any, ...]]:
        """Likewise, straight by the driver, for a connection on which nothing else is asked.

        Raises:
            DBAPIError: it was not answered.
        """
        try:
            cursor = connection.connection.cursor()
            cursor.execute(self._spelt(connection), values)
            return cursor.fetchall()
        except connection.dialect.loaded_dbapi.Error as error:
            raise DBAPIError("the memory's question", None, error) from error

    def each(self, connection: Connection, values: Sequence[Mapping[str, Any]]) -> None:
        """Run it with each of these, if there are any."""
        if values:
            connection.exec_driver_sql(self._spelt(connection), [*values])

    def _spelt(self, connection: Connection) -> str:
        return self.sqlite if on_sqlite(connection) else self.postgresql


def on_sqlite(connection: Connection) -> bool:
    """Whether this is SQLite; else it is PostgreSQL."""
    return connection.dialect.name == "sqlite"


def among(connection: Connection, values: Iterable[str]) -> str | list[str]:
    """A list, as the driver takes it."""
    return json.dumps([*values]) if on_sqlite(connection) else [*values]


def at(connection: Connection, moment: datetime) -> str | datetime:
    """A moment, as the driver takes it: what `gateway.ledger.schema.Utc` makes of it."""
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    return utc.strftime(_SQLITE_TIME) if on_sqlite(connection) else utc


def moment(value: str | datetime | None) -> datetime | None:
    """A moment, from what the driver gives."""
    if value is None:
        return None
    return (datetime.fromisoformat(value) if isinstance(value, str) else value).replace(tzinfo=UTC)
