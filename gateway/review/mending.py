# SPDX-License-Identifier: GPL-3.0-or-later
"""Carrying out what reconciling asks for, for one hold after another in one mailbox.

The order within a step is always the folder first, then the ledger: if we die in between, the next look finds the card
by its token and only writes down that it is there. Decisions are the other way round by nature: the card is where its
reviewer put it, and the ledger follows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo

import structlog

from gateway.hold import states
from gateway.hold.card_seal import FETCHED, altered
from gateway.hold.desk import Desk, Found
from gateway.hold.event import Event
from gateway.hold.hold import Hold, Showing
from gateway.hold.ladder import Ladder
from gateway.hold.reconcile import edited, reconcile
from gateway.hold.seen import SeenCard
from gateway.hold.steps import (
    Answer,
    Change,
    Display,
    NoteShown,
    PutCard,
    PutNotice,
    RemoveCard,
    RemoveNotice,
    Step,
)
from gateway.hold.token import Role, Token
from gateway.policy.finding import To
from gateway.ports import Ledger, Mailbox
from gateway.review.faces import Faces

_log = structlog.get_logger()

_CARD_ROLE = {To.AGENT: Role.AGENT, To.LEAD: Role.LEAD}
_NOTICE_ROLE = {To.AGENT: Role.NOTICE, To.LEAD: Role.LEAD_NOTICE}
_MOST_CHANGES = 8


@dataclass(frozen=True, slots=True)
class Office:
    """What reviewing goes by.

    Attributes:
        desk: folders, grace, notices.
        secret: what tokens are made with.
        ladders: by team, for holds that have to wait again.
        notes_a_day: cards "for next time" that one person gets in a day; the last of them collects the further ones.
    """

    desk: Desk
    secret: bytes
    ladders: Mapping[str, Ladder] = field(default_factory=dict)
    notes_a_day: int = 3

    def zone(self, team: str) -> tzinfo:
        """The team's time zone."""
        return self.ladder(team).hours.zone

    def ladder(self, team: str) -> Ladder:
        """The team's ladder; the usual one for a team that is no longer configured."""
        return self.ladders.get(team, Ladder())


class Mender:
    """Carries out the steps for one hold after another in one mailbox."""

    def __init__(
        self,
        ledger: Ledger,
        faces: Faces,
        office: Office,
        now: Callable[[], datetime],
        box: Mailbox,
        mailbox: str,
    ) -> None:
        self._ledger = ledger
        self._faces = faces
        self._office = office
        self._now = now
        self._box = box
        self._mailbox = mailbox

    async def mend(self, hold: Hold, role: To, found: Sequence[Found]) -> bool:
        """Do what one hold and its cards ask for. Whether that was anything."""
        for number in range(_MOST_CHANGES):
            steps = self._steps(hold, role, found)
            if not steps:
                return number > 0
            decided = next((step for step in steps if isinstance(step, Change | Answer)), None)
            if decided is None:
                await self._display(hold, role, [step for step in steps if not isinstance(step, Change | Answer)])
                return True
            if isinstance(decided, Change) and await self._edited(decided.trusting):
                decided = edited(hold, role, self._now())
            after = await self._decide(hold, decided)
            if after is None:
                return True  # somebody else was quicker: look again
            hold = after
        return True

    def _steps(self, hold: Hold, role: To, found: Sequence[Found]) -> tuple[Step, ...]:
        now = self._now()
        rungs = self._office.ladder(hold.team).rungs(hold.to, now)
        return reconcile(hold, role, found, self._office.desk, now, rungs)

    async def _edited(self, card: SeenCard | None) -> bool:
        """Whether a card that decides something no longer says what we wrote."""
        if card is None:
            return False
        return await asyncio.to_thread(altered, await self._box.content(card, FETCHED))

    async def _decide(self, hold: Hold, step: Change | Answer) -> Hold | None:
        if isinstance(step, Answer):
            token = self._token(hold, Role.ANSWER, hold.revision)
            content = self._faces.answer(hold, step.role, step.reason, token, self._now())
            await self._box.append(self._office.desk.folders.inbox, content, token)
        after = await self._ledger.update(hold, step.after, step.event)
        if after is not None and step.event is not None:
            _log.info("review", hold=hold.id, what=step.event.what, by=step.event.actor)
        return after

    async def _display(self, hold: Hold, role: To, steps: Sequence[Display]) -> None:
        showing = hold.showing(role)
        for step in steps:
            showing = await self._show(hold, role, step, showing)
        if showing != hold.showing(role):
            put = any(isinstance(step, PutCard) for step in steps)
            event = Event(hold.id, self._now(), "card", "gateway", f"for {role}") if put else None
            await self._ledger.update(hold, states.shown(hold, showing), event)

    async def _show(self, hold: Hold, role: To, step: Display, showing: Showing) -> Showing:
        """Carry out one step; give what is shown then."""
        inbox = self._office.desk.folders.inbox
        match step:
            case PutCard(folder=folder):
                await self._put_card(hold, role, folder)
                return replace(showing, card=hold.revision)
            case NoteShown():
                return replace(showing, card=hold.revision)
            case PutNotice(number=number):
                token = self._token(hold, _NOTICE_ROLE[role], number)
                await self._box.append(inbox, self._faces.notice(hold, role, token, self._now()), token)
                return replace(showing, notice=number, standing=True)
            case RemoveNotice(number=number):
                notice = await self._box.find(inbox, self._token(hold, _NOTICE_ROLE[role], number))
                if notice is not None:
                    await self._box.remove(notice)
                return replace(showing, notice=max(number, showing.notice), standing=False)
            case RemoveCard(card=card):
                await self._box.remove(card)
                return showing

    async def _put_card(self, hold: Hold, role: To, folder: str) -> None:
        token = self._token(hold, _CARD_ROLE[role], hold.revision)
        content = await self._ledger.content(hold.id)
        # A card is made from the whole message, which may be large: not on the loop.
        card = await asyncio.to_thread(self._faces.card, hold, role, content, token, self._now())
        await self._box.append(folder, card, token)

    def _token(self, hold: Hold, role: Role, revision: int) -> str:
        return Token(hold.id, role, revision).sign(self._office.secret, self._mailbox)
