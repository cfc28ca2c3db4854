# SPDX-License-Identifier: GPL-3.0-or-later
"""The questions that are put to the context memory, each a function of a connection that only reads.

One is put before every reply, so it is one statement; what its rows give is added up here: a thread has a handful.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from gateway.hold.hold import HoldState
from gateway.ledger.memory_schema import marks
from gateway.ledger.memory_sql import Statement, among, moment
from gateway.policy.memory import Met, Question, Recollection, State

_LAST = 50
"""Replies of a sender that are looked through for what they have sent before; one to several customers is several."""


def _went_out(table: str) -> str:
    """That what was held has been delivered."""
    delivered = f"SELECT 1 FROM holds h WHERE h.id = {table}.hold AND h.state = '{HoldState.DELIVERED.value}'"  # noqa: S608 - our own words
    return f"({table}.hold = '' OR EXISTS ({delivered}))"


# The first column says what a row is, see `_Known`. Each other one has the same type in every part.
_PARTS = f"""
WITH threads AS (SELECT DISTINCT thread FROM memory_names WHERE name = ANY(:names)),
answered AS (SELECT answers FROM memory_sent WHERE thread IN (SELECT thread FROM threads) UNION SELECT :answers)
SELECT 'name' AS part, n.name AS one, n.thread AS other, '' AS sketches,
    n.met AS yes, n.begins AS also, CAST(NULL AS INTEGER) AS level, n.at AS at
    FROM memory_names n WHERE n.thread IN (SELECT thread FROM threads)
UNION ALL SELECT 'ours', s.message, s.answers, s.sketches, s.apologised, NULL, NULL, s.at
    FROM memory_sent s WHERE s.thread IN (SELECT thread FROM threads) AND s.message <> :own AND {_went_out("s")}
UNION ALL SELECT 'theirs', t.message, '', '', t.our_failure, t.resolved, t.level, t.at
    FROM memory_heard t WHERE t.thread IN (SELECT thread FROM threads)
UNION ALL SELECT 'relation', r.relation, '', '', NULL, NULL, NULL, r.at
    FROM memory_relations r WHERE r.relation = ANY(:relations) AND r.message <> :own AND {_went_out("r")}
UNION ALL SELECT 'met', s.message, 'ours', '', NULL, NULL, NULL, s.at
    FROM memory_sent s WHERE s.message IN (SELECT answers FROM answered)
UNION ALL SELECT 'met', t.message, 'theirs', '', NULL, NULL, NULL, t.at
    FROM memory_heard t WHERE t.message IN (SELECT answers FROM answered)
UNION ALL SELECT 'began', m.name, '', '', NULL, NULL, NULL, m.at FROM memory_marks m WHERE m.name = 'began'
"""  # noqa: S608 - our own words
_RECALL = Statement.of(_PARTS)
# Asked only if a rule wants to know.
_LAST_SENT = Statement.of(f"""
SELECT s.message, s.sketches FROM memory_sent s
    WHERE s.sender = :sender AND s.message <> :own AND {_went_out("s")}
    ORDER BY s.at DESC, s.message LIMIT {_LAST}
""")  # noqa: S608 - our own words

_Row = tuple[Any, ...]


@dataclass(slots=True)
class _Known:
    """The rows of an answer, by what they are."""

    name: list[_Row] = field(default_factory=list)
    ours: list[_Row] = field(default_factory=list)
    theirs: list[_Row] = field(default_factory=list)
    relation: list[_Row] = field(default_factory=list)
    met: list[_Row] = field(default_factory=list)
    began: list[_Row] = field(default_factory=list)


def recall(connection: Connection, question: Question) -> Recollection:
    """What is known about a reply before it is sent."""
    asked = {name for strand in question.strands for name in strand.names}
    values = {
        "names": among(connection, asked),
        "relations": among(connection, question.relations),
        "answers": question.answers,
        "own": question.message,
    }
    known = _Known()
    for row in _RECALL.answer(connection, values):
        getattr(known, row[0]).append(row[1:])
    # A message to several has a row in the thread of each.
    ours = {message: (answers, sketches, apologised) for message, answers, sketches, apologised, *_ in known.ours}
    answered = {answers for answers, _, _ in ours.values()} - {""}
    # What is ours goes first.
    met = {message: Met(whose) for message, whose, *_ in sorted(known.met, key=lambda row: row[1], reverse=True)}
    return Recollection(
        began=moment(known.began[0][-1]) if known.began else None,
        relations=frozenset(row[0] for row in known.relation),
        answers=met.get(question.answers, Met.NOT),
        whole=_whole(question, known.name),
        answered=frozenset(each for each in answered if met.get(each) is not Met.OURS),
        apologies=sum(bool(apologised) for _, _, apologised in ours.values()),
        messages=len({row[0] for row in known.theirs}),
        newest=_newest(known.theirs),
        in_thread=_counted(question, (sketches for _, sketches, _ in ours.values())),
        by_sender=_counted(question, _last(connection, question)),
    )


def mark(connection: Connection, name: str) -> datetime | None:
    """When something happened; None if it has not."""
    return connection.execute(select(marks.c.at).where(marks.c.name == name)).scalar()


def _whole(question: Question, names: Sequence[_Row]) -> bool:
    """Whether the threads that the reply belongs to are whole, all of them; not if it belongs to none."""
    own = {strand.own for strand in question.strands}
    others = [row for row in names if row[0] not in own]
    met = {name for name, _, _, met, *_ in others if met}
    referred = {name for strand in question.strands for name in strand.refers_to}
    begun = {thread for _, thread, _, _, begins, *_ in others if begins}
    threads = {thread for _, thread, *_ in names}
    return bool(threads) and referred <= met and len(met) == len(others) and begun == threads


def _newest(theirs: Iterable[_Row]) -> State | None:
    """What the customer's newest message says; None if there is none."""
    last = max(theirs, key=lambda row: (row[-1], row[0]), default=None)
    if last is None:
        return None
    _, _, _, failure, resolved, level, _ = last
    return State(level, _yes_or_no(failure), _yes_or_no(resolved))


def _yes_or_no(value: int | None) -> bool | None:
    """SQLite has numbers for them."""
    return None if value is None else bool(value)


def _last(connection: Connection, question: Question) -> Iterable[str]:
    """The sketches of the sender's last replies."""
    if not question.sender or not question.sketches:
        return ()
    return dict(_LAST_SENT.answer(connection, {"sender": question.sender, "own": question.message})).values()


def _counted(question: Question, kept: Iterable[str]) -> Mapping[str, int]:
    """How many of some replies have each of the question's sketches; none has one twice."""
    asked = frozenset(question.sketches)
    return Counter([sketch for sketch in " ".join(kept).split() if sketch in asked])
