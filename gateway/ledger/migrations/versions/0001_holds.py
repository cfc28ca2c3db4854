# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds, their octets, history, findings and leases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "holds",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=True),
        sa.Column("decided_by", sa.String(length=16), nullable=True),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("ended", sa.DateTime(), nullable=True),
        sa.Column("purged", sa.Boolean(), nullable=False),
        sa.Column("due", sa.DateTime(), nullable=True),
        sa.Column("sender", sa.String(length=64), nullable=False),
        sa.Column("message_key", sa.String(length=64), nullable=False),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("holds_due", "holds", ["due"])
    op.create_index("holds_ended", "holds", ["purged", "ended"])
    op.create_index("holds_message", "holds", ["message_key", "state"])
    op.create_index("holds_sender", "holds", ["sender", "state"])

    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "contents",
        sa.Column("hold", sa.String(length=32), nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("octets", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["hold"], ["holds.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("hold", "part"),
    )
    op.create_table(
        "differences",
        sa.Column("hold", sa.String(length=32), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["hold"], ["holds.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("hold"),
    )
    op.create_table(
        "findings",
        sa.Column("hold", sa.String(length=32), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=True),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("points", sa.Float(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("fine", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["hold"], ["holds.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("hold", "number"),
    )
    op.create_index("findings_rule", "findings", ["policy", "rule"])

    op.create_table(
        "history",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("hold", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["hold"], ["holds.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("history_hold", "history", ["hold"])
    op.create_index("history_what", "history", ["what", "at"])

    op.create_table(
        "keys",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("hold", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["hold"], ["holds.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("keys_hold", "keys", ["hold"])

    op.create_table(
        "places",
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("hold", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["hold"], ["holds.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("mailbox", "hold"),
    )
    op.create_index("places_hold", "places", ["hold"])
