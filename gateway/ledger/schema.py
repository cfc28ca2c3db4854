# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables. Columns are what the ledger searches by; everything else of a hold is in `holds.body`.

Kept apart on purpose: octets (`contents`, gone some days after the end), facts (`holds`, `findings`, `history`, kept
for the set retention). With encryption at rest, bodies and octets are sealed; columns name nobody but mailboxes.
A change here needs a migration in `gateway/ledger/migrations/versions`; a test compares the two.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    TypeDecorator,
)

metadata = MetaData()


class Utc(TypeDecorator[datetime]):
    """An aware moment, kept as UTC without a zone, so that every database compares it alike."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's
        """To the database."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - likewise
        """From the database."""
        return None if value is None else value.replace(tzinfo=UTC)


_number = BigInteger().with_variant(Integer(), "sqlite")

holds = Table(
    "holds",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("decision", String(16)),
    Column("decided_by", String(16)),
    Column("team", Text, nullable=False),
    Column("created", Utc, nullable=False),
    Column("ended", Utc),
    Column("purged", Boolean, nullable=False),
    # When something is to be done about it by itself: `gateway.hold.states.due_at`.
    Column("due", Utc),
    # Digests, so that a sealed ledger does not tell who wrote to whom.
    Column("sender", String(64), nullable=False),
    Column("message_key", String(64), nullable=False),
    Column("lease_owner", String(64)),
    Column("lease_until", Utc),
    Column("body", LargeBinary, nullable=False),
    Index("holds_due", "due"),
    Index("holds_sender", "sender", "state"),
    Index("holds_message", "message_key", "state"),
    Index("holds_ended", "purged", "ended"),
)

# Mailboxes in which a hold shows; a row a place, until the octets are purged.
places = Table(
    "places",
    metadata,
    Column("mailbox", Text, primary_key=True),
    Column("hold", ForeignKey("holds.id", ondelete="CASCADE"), primary_key=True),
    Index("places_hold", "hold"),
)

# The hold that a key leads to: one key for each transaction that a hold came in.
keys = Table(
    "keys",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("hold", ForeignKey("holds.id", ondelete="CASCADE"), nullable=False),
    Index("keys_hold", "hold"),
)

contents = Table(
    "contents",
    metadata,
    Column("hold", ForeignKey("holds.id", ondelete="CASCADE"), primary_key=True),
    Column("part", SmallInteger, primary_key=True),
    Column("octets", LargeBinary, nullable=False),
)

# How the authored text of a superseded hold differs from the better version; purged with the octets.
differences = Table(
    "differences",
    metadata,
    Column("hold", ForeignKey("holds.id", ondelete="CASCADE"), primary_key=True),
    Column("text", LargeBinary, nullable=False),
)

history = Table(
    "history",
    metadata,
    Column("number", _number, primary_key=True, autoincrement=True),
    Column("hold", ForeignKey("holds.id", ondelete="CASCADE"), nullable=False),
    Column("at", Utc, nullable=False),
    Column("what", String(32), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("detail", Text, nullable=False),
    Index("history_hold", "hold"),
    Index("history_what", "what", "at"),
)

# What the rules found, without a word of the text: the base of statistics. `fine` marks a finding as wrong.
findings = Table(
    "findings",
    metadata,
    Column("hold", ForeignKey("holds.id", ondelete="CASCADE"), primary_key=True),
    Column("number", SmallInteger, primary_key=True),
    Column("policy", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("family", Text),
    Column("mode", String(16), nullable=False),
    Column("points", Float, nullable=False),
    Column("counted", Boolean, nullable=False),
    Column("fine", Utc),
    Index("findings_rule", "policy", "rule"),
)

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("until", Utc, nullable=False),
)

# Counts by day (`gateway.ports.Count`): they know teams and rules, and nobody's name.
counts = Table(
    "counts",
    metadata,
    Column("day", Date, primary_key=True),
    Column("team", Text, primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("amount", BigInteger, nullable=False),
)
