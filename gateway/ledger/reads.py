# SPDX-License-Identifier: GPL-3.0-or-later
"""The questions that are put to the ledger, each a function of a connection that only reads."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

from gateway.hold.event import Event
from gateway.hold.hold import Hold, HoldState
from gateway.ledger import rows
from gateway.ledger.schema import contents, differences, history, holds, places
from gateway.ledger.sealing import Seal, Unsealable
from gateway.ports import Need

_OPEN = (HoldState.HELD, HoldState.RELEASING)

# No attempt is ever put off for so long: where one is, the clock was set back.
_FARTHEST = timedelta(days=1)


def find(connection: Connection, seal: Seal, hold_id: str) -> Hold | None:
    """The hold with this id."""
    return next(iter(_holds(connection, seal, holds.c.id == hold_id)), None)


def in_mailbox(connection: Connection, seal: Seal, mailbox: str) -> tuple[Hold, ...]:
    """Holds that show in a mailbox."""
    there = select(places.c.hold).where(places.c.mailbox == mailbox)
    return _holds(connection, seal, holds.c.id.in_(there))


def needs(connection: Connection) -> dict[str, Need]:
    """Mailboxes in which holds show, and why they need looking after."""
    open_ = func.sum(case((holds.c.state.in_(_OPEN), 1), else_=0))
    asked = (
        select(places.c.mailbox, open_, func.sum(holds.c.version), func.count())
        .join(holds, holds.c.id == places.c.hold)
        .group_by(places.c.mailbox)
    )
    # Versions only grow and a hold that leaves takes one away from the count: the sum alone could stay the same.
    return {
        mailbox: Need(open=int(number), stamp=hash((int(versions), int(count))))
        for mailbox, number, versions, count in connection.execute(asked)
    }


def due(connection: Connection, seal: Seal, now: datetime, *, most: int) -> tuple[Hold, ...]:
    """Holds about which something is to be done, the oldest first."""
    set_back = and_(holds.c.state == HoldState.RELEASING, holds.c.due > now + _FARTHEST)
    return _holds(connection, seal, or_(holds.c.due <= now, set_back), most=most)


def open_from(connection: Connection, seal: Seal, sender: str) -> tuple[Hold, ...]:
    """Holds of a sender that nobody has decided about."""
    mine = and_(holds.c.sender == rows.address_digest(sender), holds.c.state == HoldState.HELD)
    return _holds(connection, seal, mine)


def listed(connection: Connection, seal: Seal, states: Iterable[HoldState], *, most: int) -> tuple[Hold, ...]:
    """Holds in these states, the newest first."""
    asked = select(holds.c.body).where(holds.c.state.in_(tuple(states))).order_by(holds.c.created.desc()).limit(most)
    return tuple(rows.hold_of(row, seal) for row in connection.execute(asked))


def octets(connection: Connection, seal: Seal, hold_id: str, part: int) -> bytes:
    """The octets of one part of a hold.

    Raises:
        LookupError: they are not there.
    """
    row = connection.execute(
        select(contents.c.octets).where(contents.c.hold == hold_id, contents.c.part == part)
    ).first()
    if row is None:
        raise LookupError(f"no octets of part {part} of hold {hold_id}")
    return seal.open(row.octets)


def difference(connection: Connection, seal: Seal, hold_id: str) -> str | None:
    """How a superseded hold differs from its better version."""
    row = connection.execute(select(differences.c.text).where(differences.c.hold == hold_id)).first()
    return None if row is None else seal.open(row.text).decode("utf-8", "surrogateescape")


def damaged(connection: Connection, seal: Seal) -> tuple[str, ...]:
    """What in the ledger cannot be read or is not what it was, a line each."""
    lines = []
    if connection.dialect.name == "sqlite":
        said = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
        lines += [f"database: {line}" for line in said if line != "ok"]
    for hold_id in connection.execute(select(holds.c.id)).scalars().all():
        try:
            hold = find(connection, seal, hold_id)
            lines += [] if hold is None or hold.purged else _damaged_parts(connection, seal, hold)
        except Unsealable as error:
            lines.append(f"{hold_id}: {error}")
    return tuple(lines)


def _damaged_parts(connection: Connection, seal: Seal, hold: Hold) -> list[str]:
    lines = []
    for number, part in enumerate(hold.parts):
        try:
            kept = hashlib.sha256(octets(connection, seal, hold.id, number)).hexdigest()
        except (LookupError, Unsealable) as error:
            lines.append(f"{hold.id}: {error}")
            continue
        if kept != part.digest:
            lines.append(f"{hold.id}: the octets of part {number} are not those that were held")
    return lines


def history_of(connection: Connection, hold_id: str) -> tuple[Event, ...]:
    """All entries of a hold's history, the oldest first."""
    asked = select(history).where(history.c.hold == hold_id).order_by(history.c.number)
    return tuple(Event(row.hold, row.at, row.what, row.actor, row.detail) for row in connection.execute(asked))


def _holds(
    connection: Connection, seal: Seal, where: ColumnElement[bool], *, most: int | None = None
) -> tuple[Hold, ...]:
    asked = select(holds.c.body).where(where).order_by(holds.c.due, holds.c.created).limit(most)
    return tuple(rows.hold_of(row, seal) for row in connection.execute(asked))
