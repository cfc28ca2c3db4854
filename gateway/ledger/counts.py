# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts by day, added up by many processes: each brings what it has counted since it last came."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from gateway.ledger.schema import counts
from gateway.ports import Count


def add(connection: Connection, amounts: Mapping[Count, int]) -> None:
    """Add amounts to what is there (both databases spell ON CONFLICT alike)."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    for count, amount in amounts.items():
        row = insert(counts).values(day=count.day, team=count.team, kind=count.kind, name=count.name, amount=amount)
        connection.execute(
            row.on_conflict_do_update(
                index_elements=[counts.c.day, counts.c.team, counts.c.kind, counts.c.name],
                set_={"amount": counts.c.amount + row.excluded.amount},
            )
        )


def since(connection: Connection, day: date) -> Mapping[Count, int]:
    """All counts from a day on."""
    rows = connection.execute(select(counts).where(counts.c.day >= day))
    return {Count(row.day, row.team, row.kind, row.name): row.amount for row in rows}
