# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections to the two databases that a ledger can live in.

SQLite, on one host: WAL, so that readers do not wait for the writer, and synchronous FULL, so that what is committed
survives a power cut. A write transaction takes the lock at its begin, because one that reads first and wants to write
later can be refused half way. PostgreSQL, for several: as it comes, with keepalives so that a dead peer is noticed.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

_BUSY_SECONDS = 5.0


class BadUrl(ValueError):  # noqa: N818 - reads as what is the matter
    """This names no ledger; the text is for the administrator."""


def parse(url: str, password: str | None = None) -> URL:
    """Read the URL of a ledger.

    Raises:
        BadUrl: it names no SQLite file and no PostgreSQL database.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise BadUrl('write "sqlite:////path/to/ledger.db" or "postgresql://user@host/name"') from None
    match parsed.get_backend_name():
        case "sqlite":
            if not parsed.database or parsed.database == ":memory:":
                raise BadUrl("a ledger in memory is lost with the process; name a file: sqlite:////path/to/ledger.db")
            return parsed.set(drivername="sqlite+pysqlite")
        case "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
            return parsed.set(password=password) if password is not None else parsed
        case other:
            raise BadUrl(f"{other} is not among the databases that a ledger can live in: sqlite, postgresql")


def writing_engine(url: URL) -> Engine:
    """An engine whose transactions write, for one thread.

    Raises:
        BadUrl: the driver for it is not installed.
    """
    return _sqlite(url, begin="BEGIN IMMEDIATE", pragmas=()) if _is_sqlite(url) else _postgresql(url)


def reading_engine(url: URL) -> Engine:
    """An engine that only reads, for several threads.

    Raises:
        BadUrl: the driver for it is not installed.
    """
    return _sqlite(url, begin="BEGIN", pragmas=("query_only=ON",)) if _is_sqlite(url) else _postgresql(url)


def make_private(url: URL) -> None:
    """Make the file of a SQLite ledger, if it is not there, so that only its owner can read it.

    Raises:
        OSError: it cannot be made there.
    """
    if _is_sqlite(url) and url.database:
        os.close(os.open(Path(url.database), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _sqlite(url: URL, *, begin: str, pragmas: tuple[str, ...]) -> Engine:
    engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS}, pool_size=2, max_overflow=0)

    @event.listens_for(engine, "connect")
    def connect(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        # The driver begins transactions by its own rules; we begin them ourselves, below.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", *pragmas):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _postgresql(url: URL) -> Engine:
    arguments = {
        "connect_timeout": 5,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20_000,
        "application_name": "bedside",
    }
    try:
        return create_engine(url, connect_args=arguments, pool_size=2, max_overflow=0, pool_pre_ping=True)
    except (ImportError, NoSuchModuleError):
        raise BadUrl("PostgreSQL needs the driver psycopg: pip install 'bedside[postgresql]'") from None


def backup_sqlite(source: str, target: str) -> None:
    """Copy a SQLite database that is in use, consistently, to a new file.

    Raises:
        sqlite3.Error: it could not be read or written.
    """
    with sqlite3.connect(f"file:{source}?mode=ro", uri=True) as from_, sqlite3.connect(target) as to:
        from_.backup(to)
    from_.close()
    to.close()
