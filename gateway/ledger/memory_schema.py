# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of the context memory: keyed hashes (`gateway.policy.letter`), numbers and dates, nothing else.

A thread is a set of names; whatever names one of them belongs to it, so the order in which mail comes does not matter.
All names of a thread have the date of its newest message, and a thread is forgotten whole.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, SmallInteger, String, Table, Text

from gateway.ledger.schema import Utc, metadata

_HASH = 32

# `met`: whether a message of this name was met, or only spoken of; `begins`: whether that message begins a thread.
names = Table(
    "memory_names",
    metadata,
    Column("name", String(_HASH), primary_key=True),
    Column("thread", String(_HASH), nullable=False),
    Column("met", Boolean, nullable=False),
    Column("begins", Boolean, nullable=False),
    Column("at", Utc, nullable=False),
    Index("memory_names_thread", "thread"),
    Index("memory_names_at", "at"),
)

heard = Table(
    "memory_heard",
    metadata,
    Column("message", String(_HASH), primary_key=True),
    Column("thread", String(_HASH), primary_key=True),
    Column("at", Utc, nullable=False),
    Column("level", SmallInteger),
    Column("our_failure", Boolean),
    Column("resolved", Boolean),
    Index("memory_heard_thread", "thread"),
)

# `hold`: what was held counts as sent once that hold is delivered; empty for what passed.
# `sketches`: their hashes, a blank between two; a row each would cost more than all the rest of a reply.
sent = Table(
    "memory_sent",
    metadata,
    Column("message", String(_HASH), primary_key=True),
    Column("thread", String(_HASH), primary_key=True),
    Column("answers", String(_HASH), nullable=False),
    Column("sender", String(_HASH), nullable=False),
    Column("hold", String(_HASH), nullable=False),
    Column("apologised", Boolean),
    Column("sketches", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Index("memory_sent_thread", "thread"),
    Index("memory_sent_sender", "sender", "at"),
)

# `message`: the only one sent under this relation; empty once there were several.
relations = Table(
    "memory_relations",
    metadata,
    Column("relation", String(_HASH), primary_key=True),
    Column("hold", String(_HASH), primary_key=True),
    Column("message", String(_HASH), nullable=False),
    Column("at", Utc, nullable=False),
    Index("memory_relations_at", "at"),
)

# Moments by name: ``began``, when the first reply was remembered; ``heard``, when the feed last kept something.
marks = Table(
    "memory_marks",
    metadata,
    Column("name", String(_HASH), primary_key=True),
    Column("at", Utc, nullable=False),
)
