# SPDX-License-Identifier: GPL-3.0-or-later
"""What every client was told, held against what is in the ledger, what upstream took, and what lies in the folders."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from gateway.hold.folders import Folders
from gateway.hold.hold import Decision, Hold, HoldState, Outcome
from gateway.ledger.store import SqlLedger, open_ledger
from gateway.policy.finding import To
from gateway.ports import Unavailable
from tests.imap.ways import agents
from tests.killed.people import AGENTS, Mail
from tests.killed.site import Site
from tests.killed.witness import taken

F = Folders()
_ALL = 1_000_000
_AN_ATTEMPT = timedelta(seconds=30)
Copies = Counter[tuple[str, str]]


@dataclass(frozen=True)
class Found:
    """What there is in the end.

    Attributes:
        holds: by id.
        attempts: by id of a hold, how many attempts to release were begun.
        copies: what upstream took, by digest and recipient.
    """

    holds: Mapping[str, Hold]
    attempts: Mapping[str, int]
    copies: Copies


async def settled(site: Site, seconds: float) -> Found:
    """Wait until nothing is open but what is unknown, and every card lies in Done; what was put off need not wait."""
    async with open_ledger(site.ledger) as ledger:
        waiting = await _waiting(site, ledger)
        end = asyncio.get_running_loop().time() + seconds
        while waiting:
            assert asyncio.get_running_loop().time() < end, waiting
            await asyncio.sleep(0.3)  # what happens happens in other processes
            waiting = await _waiting(site, ledger)
        assert await ledger.damaged() == ()
        holds = {hold.id: hold for hold in await ledger.listed(HoldState, _ALL)}
        attempts = {
            hold_id: sum(event.what == "attempt" for event in await ledger.history(hold_id)) for hold_id in holds
        }
    copies = Counter((mail.digest, recipient) for mail in taken(site.upstream.file) for recipient in mail.recipients)
    return Found(holds, attempts, copies)


async def _waiting(site: Site, ledger: SqlLedger) -> str:
    """What is not over yet; what upstream put off is made due at once."""
    now = datetime.now(UTC)
    holds = await ledger.listed([HoldState.HELD, HoldState.RELEASING], _ALL)
    under_way = [hold for hold in holds if _under_way(hold, now)]
    for hold in [hold for hold in holds if hold not in under_way]:
        if hold.state is HoldState.RELEASING and hold.next_attempt is not None and hold.next_attempt > now:
            await ledger.update(hold, _an_hour_later(hold, now))
    left = [hold for hold in holds if hold.state is HoldState.HELD or hold.pending or hold.next_attempt]
    left += under_way
    return f"open: {left[:3]}" if left else await _misplaced(site, ledger)


def _under_way(hold: Hold, now: datetime) -> bool:
    """Whether an attempt may still be under way: it says unknown from before the end is sent until it is answered."""
    return any(d.outcome is Outcome.UNKNOWN and d.at is not None and now - d.at < _AN_ATTEMPT for d in hold.deliveries)


def _an_hour_later(hold: Hold, now: datetime) -> Hold:
    """As if all its outcomes were an hour old, so that waits are over."""
    deliveries = tuple(replace(d, at=d.at and d.at - timedelta(hours=1)) for d in hold.deliveries)
    return replace(hold, next_attempt=now, deliveries=deliveries)


async def _misplaced(site: Site, ledger: SqlLedger) -> str:
    """Cards that do not lie where they belong, one a hold; and notices that are left. Answers may lie in INBOX."""
    places: Counter[tuple[str, str]] = Counter()
    try:
        async with agents(site.imap) as mailboxes:
            for name in AGENTS:
                async with mailboxes.open(name) as box:
                    cards = [card for card in await box.cards([*F.of(To.AGENT), F.inbox]) if not card.deleted]
                    tokens = [(card.token.split("."), card.folder) for card in cards]
                    places.update((token[0], folder) for token, folder in tokens if not token[1].startswith("x"))
    except Unavailable as error:
        return str(error)
    wanted = {(hold.id, _place(hold)): 1 for hold in await ledger.listed(HoldState, _ALL)}
    surplus, missing = places - Counter(wanted), Counter(wanted) - places
    return f"surplus: {surplus}, missing: {missing}" if surplus or missing else ""


def _place(hold: Hold) -> str:
    if hold.ended:
        return F.done
    return F.release_as_fine if hold.decision is Decision.RELEASE_AS_FINE else F.release


def check(site: Site, found: Found) -> str:
    """Fail unless all is as every client was told; else what there was, on one line."""
    by_digest = {mail.digest: mail for mail in site.mails}
    assert {digest for digest, _ in found.copies} <= by_digest.keys(), "altered on the way to upstream"
    assert {hold.digest for hold in found.holds.values()} <= by_digest.keys(), "altered in the ledger"
    for mail in site.mails:
        _check_told(mail, found)
    for hold in found.holds.values():
        _check_hold(hold, found)
    return _said(site, found)


def _check_told(mail: Mail, found: Found) -> None:
    assert mail.told, "never told 250"
    if mail.flagged:
        hold_id = mail.told.rpartition(" ")[2]
        assert hold_id in found.holds, f"lost: {mail.told}"
        assert found.holds[hold_id].digest == mail.digest
        return
    for recipient in mail.recipients:
        copies = found.copies[mail.digest, recipient]
        assert 1 <= copies <= 1 + mail.lost, f"{copies} copies of a mail that passed, {mail.lost} replies lost"


def _check_hold(hold: Hold, found: Found) -> None:
    for delivery in hold.deliveries:
        copies = found.copies[hold.digest, delivery.recipient.address]
        told = f"{hold.id}, {hold.state}, {delivery.outcome}: {copies} copies, {found.attempts[hold.id]} attempts"
        match hold.state:
            case HoldState.DISCARDED:
                assert copies == 0, told
            case HoldState.DELIVERED:
                # More than one only by as many replies as were lost; the last was not.
                assert 1 <= copies <= found.attempts[hold.id], told
            case HoldState.RELEASING:
                assert delivery.outcome in (Outcome.UNKNOWN, Outcome.DELIVERED), told
                assert copies <= 1, told
            case _:
                raise AssertionError(told)


def _said(site: Site, found: Found) -> str:
    states = Counter(str(hold.state) for hold in found.holds.values())
    unknown = Counter(
        bool(found.copies[hold.digest, d.recipient.address])
        for hold in found.holds.values()
        for d in hold.deliveries
        if d.outcome is Outcome.UNKNOWN
    )
    held = {hold.digest for hold in found.holds.values()}
    second = Counter("released" if digest in held else "passed" for (digest, _), n in found.copies.items() if n > 1)
    lost = sum(mail.lost for mail in site.mails)
    return (
        f"{len(site.mails)} mails told 250, {lost} replies lost to clients; holds: {dict(states)}; "
        f"recipients unknown: {unknown[True]} with their copy, {unknown[False]} without; "
        f"recipients with a second copy: {dict(second)}"
    )


def report(text: str) -> None:
    """Say something that is seen in the test's output."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
