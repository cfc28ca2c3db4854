# SPDX-License-Identifier: GPL-3.0-or-later
"""The context memory."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _hash(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=32), nullable=False)


def _at() -> sa.Column[object]:
    return sa.Column("at", sa.DateTime(), nullable=False)


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "memory_names",
        _hash("name"),
        _hash("thread"),
        sa.Column("met", sa.Boolean(), nullable=False),
        sa.Column("begins", sa.Boolean(), nullable=False),
        _at(),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_index("memory_names_thread", "memory_names", ["thread"])
    op.create_index("memory_names_at", "memory_names", ["at"])

    op.create_table(
        "memory_heard",
        _hash("message"),
        _hash("thread"),
        _at(),
        sa.Column("level", sa.SmallInteger(), nullable=True),
        sa.Column("our_failure", sa.Boolean(), nullable=True),
        sa.Column("resolved", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("message", "thread"),
    )
    op.create_index("memory_heard_thread", "memory_heard", ["thread"])

    op.create_table(
        "memory_sent",
        _hash("message"),
        _hash("thread"),
        _hash("answers"),
        _hash("sender"),
        _hash("hold"),
        sa.Column("apologised", sa.Boolean(), nullable=True),
        sa.Column("sketches", sa.Text(), nullable=False),
        _at(),
        sa.PrimaryKeyConstraint("message", "thread"),
    )
    op.create_index("memory_sent_thread", "memory_sent", ["thread"])
    op.create_index("memory_sent_sender", "memory_sent", ["sender", "at"])

    op.create_table(
        "memory_relations",
        _hash("relation"),
        _hash("hold"),
        _hash("message"),
        _at(),
        sa.PrimaryKeyConstraint("relation", "hold"),
    )
    op.create_index("memory_relations_at", "memory_relations", ["at"])

    op.create_table("memory_marks", _hash("name"), _at(), sa.PrimaryKeyConstraint("name"))
