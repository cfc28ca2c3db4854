# SPDX-License-Identifier: GPL-3.0-or-later
"""Between holds and rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row

from gateway.hold.due import due_at
from gateway.hold.hold import Hold
from gateway.ledger.encoding import from_json, to_json
from gateway.ledger.sealing import Seal, Unsealable


def columns(hold: Hold, seal: Seal) -> Mapping[str, Any]:
    """All columns of a hold's row but its lease."""
    return {
        "id": hold.id,
        "version": hold.version,
        "state": hold.state,
        "decision": hold.decision,
        "decided_by": hold.decided_by,
        "team": hold.team,
        "created": hold.created,
        "ended": hold.ended,
        "purged": hold.purged,
        "due": due_at(hold),
        "sender": address_digest(hold.envelope.sender.address),
        "message_key": hold.message_key,
        "body": seal.close(to_json(hold)),
    }


def hold_of(row: Row[Any], seal: Seal) -> Hold:
    """The hold in a row with `body`.

    Raises:
        Unsealable: it cannot be read with the keys at hand.
    """
    try:
        return from_json(seal.open(row.body))
    except ValueError as error:
        raise Unsealable("a hold in the ledger is damaged: `bedside ledger check` names it") from error


def finding_rows(hold: Hold) -> Iterable[Mapping[str, Any]]:
    """Rows for what the rules found."""
    for number, finding in enumerate(hold.verdict.findings):
        yield {
            "hold": hold.id,
            "number": number,
            "policy": finding.policy,
            "rule": finding.rule,
            "family": finding.family,
            "mode": finding.mode,
            "points": finding.points,
            "counted": finding.counted,
        }


def place_rows(hold: Hold) -> list[Mapping[str, Any]]:
    """Rows for the mailboxes in which it shows; none once its octets are gone."""
    if hold.purged:
        return []
    return [{"hold": hold.id, "mailbox": mailbox} for mailbox in {mailbox for mailbox, _ in hold.places()}]


def address_digest(address: str) -> str:
    """What a sender is searched by: nobody's address can be read from it."""
    return hashlib.sha256(b"bedside sender\0" + address.lower().encode("utf-8", "surrogateescape")).hexdigest()
