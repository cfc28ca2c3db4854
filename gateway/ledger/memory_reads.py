# SPDX-License-Identifier: GPL-3.0-or-later
"""The questions that are put to the context memory, each a function of a connection that only reads.

One is put before every reply, so there are few statements, made once, and what they give is added up here: a thread has
a handful of rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Table,
    bindparam,
    exists,
    literal,
    or_,
    select,
    union_all,
)

from gateway.hold.hold import HoldState
from gateway.ledger.memory_schema import heard, marks, names, relations, sent
from gateway.ledger.schema import Utc, holds
from gateway.policy.memory import Met, Question, Recollection, State

_LAST = 50
"""Replies of a sender that are looked through for what they have sent before; one to several customers is several."""


def _went_out(table: Table) -> ColumnElement[bool]:
    """That what was held has been delivered."""
    delivered = exists().where(holds.c.id == table.c.hold, holds.c.state == HoldState.DELIVERED)
    return or_(table.c.hold == "", delivered)


def _among(name: str) -> BindParameter[Any]:
    return bindparam(name, expanding=True)


_THREADS = select(names.c.name, names.c.thread, names.c.met, names.c.begins).where(
    names.c.thread.in_(select(names.c.thread).where(names.c.name.in_(_among("names"))))
)
_OURS = select(sent.c.message, sent.c.answers, sent.c.apologised, sent.c.sketches).where(
    sent.c.thread.in_(_among("threads")), sent.c.message != bindparam("own"), _went_out(sent)
)
_THEIRS = select(heard).where(heard.c.thread.in_(_among("threads"))).order_by(heard.c.at, heard.c.message)
_LAST_SENT = (
    select(sent.c.message, sent.c.sketches)
    .where(sent.c.sender == bindparam("sender"), sent.c.message != bindparam("own"), _went_out(sent))
    .order_by(sent.c.at.desc(), sent.c.message)
    .limit(_LAST)
)
_RELATED = union_all(
    select(relations.c.relation.label("name"), literal(None, Utc()).label("at")).where(
        relations.c.relation.in_(_among("relations")), relations.c.message != bindparam("own"), _went_out(relations)
    ),
    select(marks.c.name, marks.c.at).where(marks.c.name == "began"),
)
_MET = union_all(
    select(literal(Met.OURS.value).label("met"), sent.c.message).where(sent.c.message.in_(_among("messages"))),
    select(literal(Met.THEIRS.value), heard.c.message).where(heard.c.message.in_(_among("messages"))),
)


@dataclass(frozen=True, slots=True)
class _Ours:
    """A reply of ours, as it is kept."""

    answers: str
    apologised: bool | None
    sketches: str


def recall(connection: Connection, question: Question) -> Recollection:
    """What is known about a reply before it is sent."""
    threads, whole = _threads(connection, question)
    ours = _ours(connection, question, threads) if threads else {}
    theirs = connection.execute(_THEIRS, {"threads": threads}).all() if threads else []
    answered = {reply.answers for reply in ours.values()} - {""}
    met = _met(connection, {question.answers, *answered} - {""})
    known = {row.name: row.at for row in connection.execute(_RELATED, _about(question))}
    return Recollection(
        began=known.get("began"),
        relations=frozenset(known).intersection(question.relations),
        answers=met.get(question.answers, Met.NOT),
        whole=whole,
        answered=frozenset(each for each in answered if met.get(each) is not Met.OURS),
        apologies=sum(bool(reply.apologised) for reply in ours.values()),
        messages=len({row.message for row in theirs}),
        newest=State(theirs[-1].level, theirs[-1].our_failure, theirs[-1].resolved) if theirs else None,
        in_thread=_counted(question, [reply.sketches for reply in ours.values()]),
        by_sender=_counted(question, _last(connection, question)),
    )


def mark(connection: Connection, name: str) -> datetime | None:
    """When something happened; None if it has not."""
    return connection.execute(select(marks.c.at).where(marks.c.name == name)).scalar()


def _about(question: Question) -> dict[str, object]:
    return {"own": question.message, "sender": question.sender, "relations": question.relations}


def _threads(connection: Connection, question: Question) -> tuple[frozenset[str], bool]:
    """The threads that the reply belongs to, and whether all of them are whole."""
    asked = {name for strand in question.strands for name in strand.names}
    rows = connection.execute(_THREADS, {"names": asked}).all()
    threads = frozenset(row.thread for row in rows)
    if not threads:
        return threads, False
    own = {strand.own for strand in question.strands}
    others = [row for row in rows if row.name not in own]
    met = {row.name for row in others if row.met}
    referred = {name for strand in question.strands for name in strand.refers_to}
    begun = {row.thread for row in others if row.begins}
    return threads, referred <= met and len(met) == len(others) and begun == threads


def _ours(connection: Connection, question: Question, threads: Iterable[str]) -> Mapping[str, _Ours]:
    """Our earlier replies in the threads."""
    rows = connection.execute(_OURS, {"threads": threads, **_about(question)})
    return {row.message: _Ours(row.answers, row.apologised, row.sketches) for row in rows}


def _last(connection: Connection, question: Question) -> Iterable[str]:
    """The sketches of the sender's last replies."""
    return {row.message: row.sketches for row in connection.execute(_LAST_SENT, _about(question))}.values()


def _met(connection: Connection, messages: Iterable[str]) -> Mapping[str, Met]:
    """Whose the messages are that were met; ours goes first."""
    if not messages:
        return {}
    rows = connection.execute(_MET, {"messages": messages})
    return {row.message: Met(row.met) for row in sorted(rows, key=lambda row: row.met, reverse=True)}


def _counted(question: Question, kept: Iterable[str]) -> Mapping[str, int]:
    """How many of some replies have each of the question's sketches."""
    asked = frozenset(question.sketches)
    return Counter(sketch for sketches in kept for sketch in asked.intersection(sketches.split()))
