# SPDX-License-Identifier: GPL-3.0-or-later
"""Group commit: one thread that writes, and many callers that wait for one fsync.

A commit costs an fsync, and while the disk works other commits queue up. So the thread takes all jobs that are waiting,
runs each in a savepoint of its own, and commits once. A job that fails takes nobody with it. Nothing of this happens on
the event loop.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, NestedTransaction
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from gateway.ports import Unavailable

_T = TypeVar("_T")

_MOST_AT_ONCE = 100
_TRIES = 3


@dataclass(slots=True)
class _Job:
    run: Callable[[Connection], Any]
    done: Future[Any] = field(default_factory=Future)
    tries: int = 0
    result: Any = None


class Writer:
    """The one writer of a ledger in this process.

    Args:
        engine: a transaction of its connections takes the database's write lock at once, where it has one.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    async def write(self, run: Callable[[Connection], _T]) -> _T:
        """Run a job in a transaction; its result, once that is committed.

        The job may run more than once, and may be committed although the caller was cancelled.

        Raises:
            Unavailable: it was not committed, or it is not known whether it was.
        """
        job = _Job(run)
        self._jobs.put(job)
        result: _T = await asyncio.wrap_future(job.done)
        return result

    async def close(self) -> None:
        """Finish the jobs that are waiting, then end the thread."""
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        retry: list[_Job] = []
        while True:
            batch = retry or self._next()
            if not batch:
                return
            started = [job for job in batch if job.tries or job.done.set_running_or_notify_cancel()]
            retry = self._commit(started) if started else []

    def _next(self) -> list[_Job]:
        """All jobs that wait, at least one; none at the end. The end is put back for the next call to find."""
        batch: list[_Job] = []
        while len(batch) < _MOST_AT_ONCE:
            try:
                job = self._jobs.get(block=not batch)
            except queue.Empty:
                break
            if job is None:
                self._jobs.put(None)
                break
            batch.append(job)
        return batch

    def _commit(self, batch: list[_Job]) -> list[_Job]:
        """Run and commit a batch; give the jobs that are to be tried again."""
        succeeded: list[_Job] = []
        again: list[_Job] = []
        try:
            with self._engine.begin() as connection:
                for job in batch:
                    (succeeded if _attempt(job, connection) else again).append(job)
        except SQLAlchemyError as error:
            # Nothing of the batch can be taken for committed, and with the connection lost at COMMIT it may be.
            return _give_up(batch, error)
        for job in succeeded:
            job.done.set_result(job.result)
        return [job for job in again if not job.done.done()]


def _attempt(job: _Job, connection: Connection) -> bool:
    """Run one job in a savepoint. Whether it is done; if not, it has failed or is to be tried again.

    Raises:
        SQLAlchemyError: the transaction as a whole is lost.
    """
    job.tries += 1
    savepoint = connection.begin_nested()
    try:
        job.result = job.run(connection)
        savepoint.commit()
    except Exception as error:  # noqa: BLE001 - whatever it is, the caller who waits for this job gets it
        _undo(savepoint, error)
        if not (isinstance(error, DBAPIError) and job.tries < _TRIES and _passes(error)):
            job.done.set_exception(_translated(error))
        return False
    return True


def _undo(savepoint: NestedTransaction, error: Exception) -> None:
    """Undo one job; if the whole transaction is lost (connection gone, disk full), say so by raising."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        raise error
    savepoint.rollback()


def _passes(error: DBAPIError) -> bool:
    """Whether the same job may well succeed next time: another node was quicker, or stood in the way."""
    return isinstance(error, IntegrityError) or "deadlock" in str(error.orig).lower()


def _translated(error: Exception) -> Exception:
    if not isinstance(error, SQLAlchemyError):
        return error
    unavailable = Unavailable(f"the ledger cannot commit: {_reason(error)}")
    unavailable.__cause__ = error
    return unavailable


def _give_up(batch: list[_Job], error: SQLAlchemyError) -> list[_Job]:
    for job in batch:
        if not job.done.done():
            job.done.set_exception(_translated(error))
    return []


def _reason(error: SQLAlchemyError) -> str:
    """What the database says, without the statement and its values."""
    text = str(error.orig) if isinstance(error, DBAPIError) else type(error).__name__
    return " ".join(text.split())
