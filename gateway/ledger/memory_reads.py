# SPDX-License-Identifier: GPL-3.0-or-later
"""The questions that are put to the context memory, each a function of a connection that only reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, exists, func, or_, select

from gateway.hold.hold import HoldState
from gateway.ledger.memory_schema import heard, marks, names, relations, sent, sketches
from gateway.ledger.schema import holds
from gateway.policy.memory import Met, Question, Recollection, State

_LAST = 50
"""Replies of a sender that are looked through for what they have sent before."""


def recall(connection: Connection, question: Question) -> Recollection:
    """What is known about a reply before it is sent."""
    threads, whole = _threads(connection, question)
    ours = _ours(connection, question, threads) if threads else {}
    messages, newest = _theirs(connection, threads) if threads else (0, None)
    return Recollection(
        began=mark(connection, "began"),
        relations=_known(connection, question),
        answers=_met(connection, question.answers),
        whole=whole,
        answered=_without_ours(connection, {answers for answers, _ in ours.values() if answers}),
        apologies=sum(bool(apologised) for _, apologised in ours.values()),
        messages=messages,
        newest=newest,
        in_thread=_counted(connection, question, ours),
        by_sender=_counted(connection, question, _last(connection, question)),
    )


def mark(connection: Connection, name: str) -> datetime | None:
    """When something happened; None if it has not."""
    return connection.execute(select(marks.c.at).where(marks.c.name == name)).scalar()


def _threads(connection: Connection, question: Question) -> tuple[set[str], bool]:
    """The threads that the reply belongs to, and whether all of them are whole."""
    asked = {name for strand in question.strands for name in strand.names}
    rows = connection.execute(select(names.c.name, names.c.thread, names.c.met).where(names.c.name.in_(asked))).all()
    threads = {row.thread for row in rows}
    if not threads:
        return threads, False
    referred = {name for strand in question.strands for name in strand.refers_to}
    if not referred <= {row.name for row in rows if row.met}:
        return threads, False
    own = {strand.own for strand in question.strands}
    inside = select(names.c.thread, names.c.met, names.c.begins).where(
        names.c.thread.in_(threads), names.c.name.not_in(own)
    )
    found = connection.execute(inside).all()
    return threads, all(row.met for row in found) and {row.thread for row in found if row.begins} == threads


def _went_out(table: Table) -> ColumnElement[bool]:
    """That what was held has been delivered."""
    delivered = exists().where(holds.c.id == table.c.hold, holds.c.state == HoldState.DELIVERED)
    return or_(table.c.hold == "", delivered)


def _ours(connection: Connection, question: Question, threads: Iterable[str]) -> Mapping[str, tuple[str, bool | None]]:
    """Our earlier replies in the threads: what each answers, and whether it apologised."""
    asked = select(sent.c.message, sent.c.answers, sent.c.apologised).where(
        sent.c.thread.in_(threads), sent.c.message != question.message, _went_out(sent)
    )
    return {row.message: (row.answers, row.apologised) for row in connection.execute(asked)}


def _theirs(connection: Connection, threads: Iterable[str]) -> tuple[int, State | None]:
    """How many messages the customer has sent in the threads, and what the newest says."""
    asked = select(heard).where(heard.c.thread.in_(threads)).order_by(heard.c.at.desc(), heard.c.message.desc())
    newest = connection.execute(asked.limit(1)).first()
    if newest is None:
        return 0, None
    count = select(func.count(heard.c.message.distinct())).where(heard.c.thread.in_(threads))
    return connection.execute(count).scalar_one(), State(newest.level, newest.our_failure, newest.resolved)


def _known(connection: Connection, question: Question) -> frozenset[str]:
    asked = select(relations.c.relation).where(
        relations.c.relation.in_(question.relations), relations.c.message != question.message, _went_out(relations)
    )
    return frozenset(connection.execute(asked).scalars())


def _met(connection: Connection, message: str) -> Met:
    if not message:
        return Met.NOT
    for table, met in ((sent, Met.OURS), (heard, Met.THEIRS)):
        if connection.execute(select(table.c.message).where(table.c.message == message).limit(1)).first():
            return met
    return Met.NOT


def _without_ours(connection: Connection, answered: set[str]) -> frozenset[str]:
    """Those messages that are not our own."""
    if not answered:
        return frozenset()
    return frozenset(
        answered.difference(connection.execute(select(sent.c.message).where(sent.c.message.in_(answered))).scalars())
    )


def _last(connection: Connection, question: Question) -> Iterable[str]:
    """The last replies of the sender."""
    asked = (
        select(sent.c.message)
        .where(sent.c.sender == question.sender, sent.c.message != question.message, _went_out(sent))
        .group_by(sent.c.message)
        .order_by(func.max(sent.c.at).desc(), sent.c.message)
        .limit(_LAST)
    )
    return connection.execute(asked).scalars().all()


def _counted(connection: Connection, question: Question, messages: Iterable[str]) -> Mapping[str, int]:
    """How many of these messages have each of the question's sketches."""
    among = tuple(messages)
    if not among or not question.sketches:
        return {}
    asked = (
        select(sketches.c.sketch, func.count().label("number"))
        .where(sketches.c.message.in_(among), sketches.c.sketch.in_(question.sketches))
        .group_by(sketches.c.sketch)
    )
    return {row.sketch: row.number for row in connection.execute(asked)}
