# SPDX-License-Identifier: GPL-3.0-or-later
"""The transactions that change the context memory, each a function of a connection; the writer commits them.

Any may be run again after it was undone. Two nodes that begin the same thread at the same moment meet at the primary
key of its names: one of them is told so, and runs again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, bindparam, case, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from gateway.ledger.memory_schema import heard, marks, names, relations, sent
from gateway.policy.memory import Heard, Sent, Strand

# Made once: to build a statement costs as much as to run it.
_KNOWN = (
    select(names.c.name, names.c.thread, names.c.met)
    .where(names.c.name.in_(bindparam("names", expanding=True)))
    .order_by(names.c.name)
    .with_for_update()
)
_MEET = update(names).where(names.c.name == bindparam("known")).values(met=True, begins=bindparam("first"))
_TOUCH = (
    update(names).where(names.c.thread == bindparam("of"), names.c.at < bindparam("now")).values(at=bindparam("now"))
)


def add_sent(connection: Connection, reply: Sent) -> None:
    """Remember a reply of ours; one that is known already stays what it was, and passed goes before held."""
    question = reply.question
    rows = [
        {
            "message": question.message,
            "thread": _thread(connection, strand, reply.at),
            "answers": question.answers,
            "sender": question.sender,
            "hold": reply.hold,
            "apologised": reply.apologised,
            "sketches": " ".join(question.sketches),
            "at": reply.at,
        }
        for strand in question.strands
    ]
    upsert = _insert(connection, sent)
    passed = case((sent.c.hold == "", ""), else_=upsert.excluded.hold)
    connection.execute(upsert.on_conflict_do_update(index_elements=["message", "thread"], set_={"hold": passed}), rows)
    _relate(connection, reply)
    connection.execute(_insert(connection, marks).on_conflict_do_nothing(), {"name": "began", "at": reply.at})


def _relate(connection: Connection, reply: Sent) -> None:
    upsert = _insert(connection, relations)
    only = case((relations.c.message == upsert.excluded.message, relations.c.message), else_="")
    kept = {"message": only, "at": upsert.excluded.at}
    rows = [
        {"relation": relation, "hold": reply.hold, "message": reply.question.message, "at": reply.at}
        for relation in reply.question.relations
    ]
    connection.execute(upsert.on_conflict_do_update(index_elements=["relation", "hold"], set_=kept), rows)


def add_heard(connection: Connection, message: Heard, now: datetime) -> None:
    """Remember a customer's message; told again of one, it has what was said last."""
    said = {
        "at": message.at,
        "level": message.state.level,
        "our_failure": message.state.our_failure,
        "resolved": message.state.resolved,
    }
    row = {"message": message.message, "thread": _thread(connection, message.strand, now), **said}
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


def _thread(connection: Connection, strand: Strand, at: datetime) -> str:
    """The thread that a message belongs to; threads that it joins become one, and a new name is taken in."""
    known = {row.name: row for row in connection.execute(_KNOWN, {"names": strand.names})}
    threads = sorted({row.thread for row in known.values()})
    thread: str = threads[0] if threads else strand.own
    for other in threads[1:]:
        for table in (names, sent, heard):
            connection.execute(update(table).where(table.c.thread == other).values(thread=thread))
    fresh: list[dict[str, Any]] = []
    for name in strand.names:
        here = name in (strand.own, strand.topic)
        begins = name == strand.own and strand.begins
        if name not in known:
            fresh.append({"name": name, "thread": thread, "met": here, "begins": begins, "at": at})
        elif here and not known[name].met:
            connection.execute(_MEET, {"known": name, "first": begins})
    if fresh:
        connection.execute(insert(names), fresh)
    if known:
        connection.execute(_TOUCH, {"of": thread, "now": at})
    return thread


def _insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert with ON CONFLICT, which both databases spell alike."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
