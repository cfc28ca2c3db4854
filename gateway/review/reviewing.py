# SPDX-License-Identifier: GPL-3.0-or-later
"""One look at a mailbox: read the folders, tell cards from what is none, and mend what differs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from gateway.hold.desk import Found
from gateway.hold.event import Event
from gateway.hold.folders import Meaning
from gateway.hold.hold import Hold
from gateway.hold.notes import collect
from gateway.hold.seen import SeenCard
from gateway.hold.steps import Reason
from gateway.hold.token import Role, Token, prove
from gateway.policy.finding import To
from gateway.ports import Ledger, Mailbox
from gateway.review.faces import Faces
from gateway.review.mending import Mender, Office
from gateway.review.strays import Stray, answer_strays

_CARDS = {Role.AGENT: To.AGENT, Role.LEAD: To.LEAD}
_DECISIVE = frozenset({Meaning.RELEASE, Meaning.RELEASE_AS_FINE, Meaning.DISCARD})

# Cards that are put in one look; then the folders are read again, so that a flood of holds delays no decision.
_MOST_PUT = 50


class Reviewing:
    """Looks at mailboxes.

    Args:
        ledger: what is held.
        faces: makes cards and notices.
        office: folders, secret, ladders.
        now: gives the time, UTC.
    """

    def __init__(self, ledger: Ledger, faces: Faces, office: Office, now: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._faces = faces
        self._office = office
        self._now = now

    @property
    def grace(self) -> timedelta:
        """Time in which a release can be taken back."""
        return self._office.desk.grace

    def folders(self, holds: Sequence[Hold], mailbox: str) -> tuple[str, ...]:
        """The folders that holds need in a mailbox, parents first."""
        roles = {role for hold in holds for place, role in hold.places() if place == mailbox}
        return tuple(name for role in To if role in roles for name in self._office.desk.folders.of(role))

    async def holds(self, mailbox: str) -> tuple[Hold, ...]:
        """What shows in a mailbox."""
        return await self._ledger.in_mailbox(mailbox)

    async def look(self, box: Mailbox, mailbox: str) -> bool:
        """Look once, and mend what differs. Whether anything did, so that another look is worth it.

        Raises:
            Unavailable: the mailbox or the ledger cannot serve; what was done until then is done.
        """
        holds = await self._ledger.in_mailbox(mailbox)
        folders = self.folders(holds, mailbox)
        found, strays = self._sort(await box.cards(folders), {hold.id for hold in holds}, mailbox)
        notes = collect(holds, self._office.notes_a_day, self._office.zone)
        for before, after in notes.changes:
            await self._ledger.update(before, after, Event(before.id, self._now(), "notes collected", "gateway"))
        if notes.changes:
            return True
        mender = Mender(self._ledger, self._faces, self._office, self._now, box, mailbox)
        changed = False
        left = _MOST_PUT
        for hold in [hold for hold in holds if hold.id not in notes.hidden]:
            for role in [role for place, role in hold.places() if place == mailbox]:
                done = await mender.mend(hold, role, found[hold.id, role])
                changed = changed or done
                left -= done
            if left <= 0:
                break
        return await answer_strays(box, self._faces, self._office.secret, mailbox, strays, self._now()) or changed

    def _sort(
        self, cards: Sequence[SeenCard], known: set[str], mailbox: str
    ) -> tuple[Mapping[tuple[str, To], list[Found]], list[Stray]]:
        """Cards by hold and role, and what lies in a decision folder without being one."""
        found: defaultdict[tuple[str, To], list[Found]] = defaultdict(list)
        strays: list[Stray] = []
        for card in cards:
            place = self._office.desk.folders.meaning(card.folder)
            if place is None:
                continue
            meaning, role = place
            token = prove(self._office.secret, mailbox, card.token) if card.token else None
            if token is not None and token.role in _CARDS and token.hold in known:
                found[token.hold, _CARDS[token.role]].append(Found(card, token, meaning, role))
            elif meaning in _DECISIVE and not card.deleted:
                strays.append(Stray(card, _stray_reason(card, token), meaning))
        return found, strays


def _stray_reason(card: SeenCard, token: Token | None) -> Reason:
    if not card.token:
        return Reason.NOT_A_CARD
    if token is None:
        return Reason.FORGED
    return Reason.PURGED if token.role in _CARDS else Reason.NOTICE_MOVED
