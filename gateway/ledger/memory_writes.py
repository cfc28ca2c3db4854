# SPDX-License-Identifier: GPL-3.0-or-later
"""The transactions that change the context memory, each a function of a connection; the writer commits them.

Any may be run again after it was undone. Two nodes that begin the same thread at the same moment meet at the primary
key of its names: one of them is told so, and runs again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, case, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from gateway.ledger.memory_schema import heard, marks, names, relations, sent, sketches
from gateway.policy.memory import Heard, Sent, Strand


def add_sent(connection: Connection, reply: Sent) -> None:
    """Remember a reply of ours; one that is known already stays what it was, and passed goes before held."""
    question = reply.question
    for strand in question.strands:
        row = {
            "message": question.message,
            "thread": _thread(connection, strand, reply.at),
            "answers": question.answers,
            "sender": question.sender,
            "hold": reply.hold,
            "apologised": reply.apologised,
            "at": reply.at,
        }
        upsert = _insert(connection, sent, row)
        passed = case((sent.c.hold == "", ""), else_=upsert.excluded.hold)
        connection.execute(upsert.on_conflict_do_update(index_elements=["message", "thread"], set_={"hold": passed}))
    for sketch in question.sketches:
        upsert = _insert(connection, sketches, {"message": question.message, "sketch": sketch})
        connection.execute(upsert.on_conflict_do_nothing())
    for relation in question.relations:
        row = {"relation": relation, "hold": reply.hold, "message": question.message, "at": reply.at}
        upsert = _insert(connection, relations, row)
        only = case((relations.c.message == upsert.excluded.message, relations.c.message), else_="")
        kept = {"message": only, "at": upsert.excluded.at}
        connection.execute(upsert.on_conflict_do_update(index_elements=["relation", "hold"], set_=kept))
    connection.execute(_insert(connection, marks, {"name": "began", "at": reply.at}).on_conflict_do_nothing())


def add_heard(connection: Connection, message: Heard, now: datetime) -> None:
    """Remember a customer's message; told again of one, it has what was said last."""
    row = {
        "message": message.message,
        "thread": _thread(connection, message.strand, now),
        "at": message.at,
        "level": message.state.level,
        "our_failure": message.state.our_failure,
        "resolved": message.state.resolved,
    }
    upsert = _insert(connection, heard, row)
    connection.execute(upsert.on_conflict_do_update(index_elements=["message", "thread"], set_=row))
    mark = _insert(connection, marks, {"name": "heard", "at": now})
    connection.execute(mark.on_conflict_do_update(index_elements=["name"], set_={"at": now}))


def forget(connection: Connection, threads_before: datetime, relations_before: datetime) -> int:
    """Forget threads without a message since a moment, and relations since another; how many names there were."""
    gone = connection.execute(delete(names).where(names.c.at < threads_before)).rowcount
    if gone:
        for table in (sent, heard):
            connection.execute(delete(table).where(table.c.thread.not_in(select(names.c.thread))))
        connection.execute(delete(sketches).where(sketches.c.message.not_in(select(sent.c.message))))
    connection.execute(delete(relations).where(relations.c.at < relations_before))
    return gone


def forget_all(connection: Connection) -> None:
    """Forget everything."""
    for table in (names, heard, sent, sketches, relations, marks):
        connection.execute(delete(table))


def _thread(connection: Connection, strand: Strand, at: datetime) -> str:
    """The thread that a message belongs to; threads that it joins become one, and a new name is taken in."""
    asked = select(names).where(names.c.name.in_(strand.names)).order_by(names.c.name).with_for_update()
    known = {row.name: row for row in connection.execute(asked)}
    threads = sorted({row.thread for row in known.values()})
    thread: str = threads[0] if threads else strand.own
    for other in threads[1:]:
        for table in (names, sent, heard):
            connection.execute(update(table).where(table.c.thread == other).values(thread=thread))
    for name in strand.names:
        here = name in (strand.own, strand.topic)
        begins = name == strand.own and strand.begins
        if name not in known:
            connection.execute(insert(names).values(name=name, thread=thread, met=here, begins=begins, at=at))
        elif here and not known[name].met:
            connection.execute(update(names).where(names.c.name == name).values(met=True, begins=begins))
    connection.execute(update(names).where(names.c.thread == thread, names.c.at < at).values(at=at))
    return thread


def _insert(connection: Connection, table: Table, row: Mapping[str, Any]) -> sqlite.Insert | postgresql.Insert:
    """An insert with ON CONFLICT, which both databases spell alike."""
    statement = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    return statement(table).values(**row)
