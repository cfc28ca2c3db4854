# SPDX-License-Identifier: GPL-3.0-or-later
"""The transactions that change the context memory, each a function of a connection; the writer commits them.

Any may be run again after it was undone. Two nodes that begin the same thread at the same moment meet at the primary
key of its names: one of them is told so, and runs again. What is written of many replies is sorted by its keys, so that
two nodes lock it in the same order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from gateway.ledger.memory_schema import heard, marks, names, relations, sent
from gateway.ledger.memory_sql import Statement, among, at
from gateway.policy.memory import Heard, Sent, Strand

_FRESH = timedelta(hours=1)
"""A thread's date is moved on only if it is older than that: it is forgotten by the day, and has many rows."""

_KNOWN = Statement.of("SELECT name, thread, met FROM memory_names WHERE name = ANY(:names) ORDER BY name FOR UPDATE")
_NAME = Statement.of(
    "INSERT INTO memory_names (name, thread, met, begins, at) VALUES (:name, :thread, :met, :begins, :at)"
)
_MEET = Statement.of("UPDATE memory_names SET met = :met, begins = :begins WHERE name = :name")
_TOUCH = Statement.of("UPDATE memory_names SET at = :at WHERE thread = :thread AND at < :before")
_SENT = Statement.of("""
INSERT INTO memory_sent (message, thread, answers, sender, hold, apologised, sketches, at)
VALUES (:message, :thread, :answers, :sender, :hold, :apologised, :sketches, :at)
ON CONFLICT (message, thread) DO UPDATE SET hold = CASE WHEN memory_sent.hold = '' THEN '' ELSE excluded.hold END
""")
_RELATED = Statement.of("""
INSERT INTO memory_relations (relation, hold, message, at) VALUES (:relation, :hold, :message, :at)
ON CONFLICT (relation, hold) DO UPDATE SET at = excluded.at,
    message = CASE WHEN memory_relations.message = excluded.message THEN excluded.message ELSE '' END
""")
_BEGAN = Statement.of("INSERT INTO memory_marks (name, at) VALUES ('began', :at) ON CONFLICT DO NOTHING")


def add_sent(connection: Connection, replies: Sequence[Sent]) -> None:
    """Remember replies of ours; one that is known already stays what it was, and passed goes before held."""
    threads = _Threads.of(connection, [strand for reply in replies for strand in reply.question.strands])
    placed = [
        (reply, threads.take(strand, reply.at), at(connection, reply.at))
        for reply in replies
        for strand in reply.question.strands
    ]
    threads.write()
    rows = [
        {
            "message": reply.question.message,
            "thread": threads.now(thread),
            "answers": reply.question.answers,
            "sender": reply.question.sender,
            "hold": reply.hold,
            "apologised": reply.apologised,
            "sketches": " ".join(reply.question.sketches),
            "at": moment,
        }
        for reply, thread, moment in placed
    ]
    _SENT.each(connection, sorted(rows, key=lambda row: (row["message"], row["thread"])))
    related = [
        {"relation": relation, "hold": reply.hold, "message": reply.question.message, "at": at(connection, reply.at)}
        for reply in replies
        for relation in reply.question.relations
    ]
    _RELATED.each(connection, sorted(related, key=lambda row: (row["relation"], row["hold"])))
    _BEGAN.each(connection, [{"at": at(connection, reply.at)} for reply in replies[:1]])


def add_heard(connection: Connection, message: Heard, now: datetime) -> None:
    """Remember a customer's message; told again of one, it has what was said last."""
    said = {
        "at": message.at,
        "level": message.state.level,
        "our_failure": message.state.our_failure,
        "resolved": message.state.resolved,
    }
    threads = _Threads.of(connection, [message.strand])
    thread = threads.take(message.strand, now)
    threads.write()
    row = {"message": message.message, "thread": thread, **said}
    upsert = _insert(connection, heard)
    last = {name: upsert.excluded[name] for name in said}
    connection.execute(upsert.on_conflict_do_update(index_elements=["message", "thread"], set_=last), row)
    mark = _insert(connection, marks)
    newer = {"at": mark.excluded.at}
    connection.execute(mark.on_conflict_do_update(index_elements=["name"], set_=newer), {"name": "heard", "at": now})


def forget(connection: Connection, threads_before: datetime, relations_before: datetime) -> int:
    """Forget threads without a message since a moment, and relations since another; how many names there were."""
    gone = connection.execute(delete(names).where(names.c.at < threads_before)).rowcount
    if gone:
        for table in (sent, heard):
            connection.execute(delete(table).where(table.c.thread.not_in(select(names.c.thread))))
    connection.execute(delete(relations).where(relations.c.at < relations_before))
    return gone


def forget_all(connection: Connection) -> None:
    """Forget everything."""
    for table in (names, heard, sent, relations, marks):
        connection.execute(delete(table))


@dataclass(slots=True)
class _Threads:
    """The threads that some messages belong to, and what is to be written of them.

    Attributes:
        known: by each name its thread, and whether a message of that name was met.
        fresh: names to be taken in.
        met: names that are known, and of which a message is met now.
        joined: by each thread that became part of another one, that one.
        touched: by each thread that was there, the moment of its newest message.
    """

    connection: Connection
    known: dict[str, tuple[str, bool]]
    fresh: dict[str, dict[str, Any]] = field(default_factory=dict)
    met: dict[str, dict[str, Any]] = field(default_factory=dict)
    joined: dict[str, str] = field(default_factory=dict)
    touched: dict[str, datetime] = field(default_factory=dict)

    @classmethod
    def of(cls, connection: Connection, strands: Iterable[Strand]) -> _Threads:
        """With what is known of these messages."""
        asked = {name for strand in strands for name in strand.names}
        rows = _KNOWN.rows(connection, {"names": among(connection, sorted(asked))})
        return cls(connection, {name: (thread, bool(met)) for name, thread, met in rows})

    def now(self, thread: str) -> str:
        """What a thread is part of by now, or the thread itself."""
        while thread in self.joined:
            thread = self.joined[thread]
        return thread

    def take(self, strand: Strand, moment: datetime) -> str:
        """Take a message in: the thread that it belongs to; threads that it joins become one."""
        threads = sorted({self.now(self.known[name][0]) for name in strand.names if name in self.known})
        thread = threads[0] if threads else strand.own
        for other in threads[1:]:
            self.joined[other] = thread
        if threads:
            self.touched[thread] = max(moment, *(self.touched.get(each, moment) for each in threads))
        for name in strand.names:
            here = name in (strand.own, strand.topic)
            begins = name == strand.own and strand.begins
            if name not in self.known:
                self.fresh[name] = {"name": name, "thread": thread, "met": here, "begins": begins, "at": moment}
                self.known[name] = (thread, here)
            elif here and not self.known[name][1]:
                self._meet(name, begins=begins)
        return thread

    def _meet(self, name: str, *, begins: bool) -> None:
        self.known[name] = (self.known[name][0], True)
        row = self.fresh.get(name)
        if row is not None:
            row.update(met=True, begins=begins)
        else:
            self.met[name] = {"name": name, "met": True, "begins": begins}

    def write(self) -> None:
        """Write all that. Threads are joined first: what is fresh goes to those that are left."""
        for other in self.joined:
            for table in (names, sent, heard):
                moved = update(table).where(table.c.thread == other).values(thread=self.now(other))
                self.connection.execute(moved)
        fresh = [
            {**row, "thread": self.now(row["thread"]), "at": at(self.connection, row["at"])}
            for _, row in sorted(self.fresh.items())
        ]
        _NAME.each(self.connection, fresh)
        _MEET.each(self.connection, [row for _, row in sorted(self.met.items())])
        _TOUCH.each(
            self.connection, [self._touch(thread) for thread in sorted(self.touched) if thread not in self.joined]
        )

    def _touch(self, thread: str) -> Mapping[str, Any]:
        newest = self.touched[thread]
        return {"thread": thread, "at": at(self.connection, newest), "before": at(self.connection, newest - _FRESH)}


def _insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert with ON CONFLICT, which both databases spell alike."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
