# SPDX-License-Identifier: GPL-3.0-or-later
"""The transactions that change the ledger, each a function of a connection; the writer commits them.

Any of them may be run again after it was undone, so none has an effect outside the database.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, delete, insert, or_, select, update

from gateway.hold import states
from gateway.hold.event import Event
from gateway.hold.forget import forget
from gateway.hold.hold import Decision, Hold, HoldState, Part
from gateway.ledger import rows
from gateway.ledger.schema import contents, differences, findings, history, holds, keys, leases, places
from gateway.ledger.sealing import Seal


def add(connection: Connection, seal: Seal, hold: Hold, content: bytes, *, retry_window: timedelta) -> Hold:
    """Add a hold; or give the one that this message already has, or join it as a further part."""
    known = _with_key(connection, seal, hold.key)
    if known is not None:
        if known.ended is None or hold.created - known.ended <= retry_window:
            return known
        connection.execute(delete(keys).where(keys.c.key == hold.key))
    twin = _twin(connection, seal, hold)
    if twin is None:
        return _insert(connection, seal, hold, content)
    if hold.state is HoldState.NOTED:
        return twin
    part = Part(hold.key, hold.envelope, hold.size, hold.digest)
    joined = states.join(twin, part)
    event = Event(twin.id, hold.created, "joined", "gateway", f"{len(part.envelope.recipients)} more recipients")
    stored = change(connection, seal, twin, joined, event)
    if stored is None:
        return _insert(connection, seal, hold, content)
    connection.execute(insert(keys).values(key=hold.key, hold=stored.id))
    connection.execute(insert(contents).values(hold=stored.id, part=len(stored.more), octets=seal.close(content)))
    return stored


def change(connection: Connection, seal: Seal, before: Hold, after: Hold, event: Event | None) -> Hold | None:
    """Replace a hold by its next value; None if it is not what it was."""
    stored = replace(after, version=before.version + 1)
    matched = connection.execute(
        update(holds)
        .where(holds.c.id == before.id, holds.c.version == before.version)
        .values(**rows.columns(stored, seal))
    )
    if matched.rowcount != 1:
        return None
    if before.places() != after.places() or before.purged != after.purged:
        connection.execute(delete(places).where(places.c.hold == stored.id))
        _add_places(connection, stored)
    if before.decision != after.decision and Decision.RELEASE_AS_FINE in (before.decision, after.decision):
        fine = event.at if event and after.decision is Decision.RELEASE_AS_FINE else None
        connection.execute(update(findings).where(findings.c.hold == stored.id, findings.c.counted).values(fine=fine))
    if event is not None:
        record(connection, event)
    return stored


def record(connection: Connection, event: Event) -> None:
    """Add an entry to the history."""
    connection.execute(
        insert(history).values(hold=event.hold, at=event.at, what=event.what, actor=event.actor, detail=event.detail)
    )


def claim(connection: Connection, hold_id: str, owner: str, now: datetime, until: datetime) -> bool:
    """Take or prolong a hold's lease; whether it was free, run out, or this owner's."""
    free = or_(holds.c.lease_until.is_(None), holds.c.lease_until <= now, holds.c.lease_owner == owner)
    taken = connection.execute(
        update(holds).where(and_(holds.c.id == hold_id, free)).values(lease_owner=owner, lease_until=until)
    )
    return taken.rowcount == 1


def lease(connection: Connection, name: str, owner: str, now: datetime, until: datetime) -> bool:
    """Take or prolong a lease by name; whether it was free, run out, or this owner's."""
    free = or_(leases.c.until <= now, leases.c.owner == owner)
    taken = connection.execute(update(leases).where(leases.c.name == name, free).values(owner=owner, until=until))
    if taken.rowcount == 1:
        return True
    if connection.execute(select(leases.c.name).where(leases.c.name == name)).first() is not None:
        return False
    connection.execute(insert(leases).values(name=name, owner=owner, until=until))
    return True


def yield_lease(connection: Connection, name: str, owner: str) -> None:
    """Give a lease up."""
    connection.execute(delete(leases).where(leases.c.name == name, leases.c.owner == owner))


def purge(connection: Connection, seal: Seal, now: datetime, ended_before: datetime, *, most: int) -> int:
    """Take away the octets of holds that ended before then, at most so many; give how many there were."""
    over = holds.c.ended < ended_before
    found = connection.execute(select(holds.c.body).where(holds.c.purged.is_(False), over).limit(most)).all()
    for row in found:
        hold = rows.hold_of(row, seal)
        if change(connection, seal, hold, forget(hold), Event(hold.id, now, "purged", "gateway")) is not None:
            connection.execute(delete(contents).where(contents.c.hold == hold.id))
            connection.execute(delete(differences).where(differences.c.hold == hold.id))
    return len(found)


def drop_facts(connection: Connection, ended_before: datetime, *, most: int) -> int:
    """Take away the facts of purged holds that ended before then, at most so many; give how many there were."""
    old = select(holds.c.id).where(holds.c.purged.is_(True), holds.c.ended < ended_before).limit(most)
    found = [row.id for row in connection.execute(old)]
    if found:
        connection.execute(delete(holds).where(holds.c.id.in_(found)))
    return len(found)


def keep_difference(connection: Connection, seal: Seal, hold_id: str, text: str) -> None:
    """Keep how a superseded hold differs from its better version."""
    connection.execute(delete(differences).where(differences.c.hold == hold_id))
    sealed = seal.close(text.encode("utf-8", "surrogateescape"))
    connection.execute(insert(differences).values(hold=hold_id, text=sealed))


def _insert(connection: Connection, seal: Seal, hold: Hold, content: bytes) -> Hold:
    connection.execute(insert(holds).values(**rows.columns(hold, seal)))
    connection.execute(insert(keys).values(key=hold.key, hold=hold.id))
    connection.execute(insert(contents).values(hold=hold.id, part=0, octets=seal.close(content)))
    _add_places(connection, hold)
    found = list(rows.finding_rows(hold))
    if found:
        connection.execute(insert(findings), found)
    record(connection, Event(hold.id, hold.created, str(hold.state), "gateway", str(hold.verdict.action)))
    return hold


def _add_places(connection: Connection, hold: Hold) -> None:
    wanted = rows.place_rows(hold)
    if wanted:
        connection.execute(insert(places), wanted)


def _with_key(connection: Connection, seal: Seal, key: str) -> Hold | None:
    row = connection.execute(
        select(holds.c.body).join(keys, keys.c.hold == holds.c.id).where(keys.c.key == key)
    ).first()
    return None if row is None else rows.hold_of(row, seal)


def _twin(connection: Connection, seal: Seal, hold: Hold) -> Hold | None:
    """The hold of another transaction of the same mailing that nobody has decided about."""
    if not hold.message_key:
        return None
    same = and_(holds.c.message_key == hold.message_key, holds.c.state == hold.state, holds.c.purged.is_(False))
    for row in connection.execute(select(holds.c.body).where(same).with_for_update()):
        twin = rows.hold_of(row, seal)
        if (twin.team, twin.mailbox, twin.to, twin.message_id) == (hold.team, hold.mailbox, hold.to, hold.message_id):
            return twin
    return None
