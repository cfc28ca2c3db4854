# SPDX-License-Identifier: GPL-3.0-or-later
"""Reconciling against folders that are plain lists: steps are carried out as the keeper does, without io."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

from gateway.hold import states
from gateway.hold.desk import Desk, Found
from gateway.hold.folders import Folders, Meaning
from gateway.hold.hold import Hold, Showing
from gateway.hold.reconcile import reconcile
from gateway.hold.seen import SeenCard
from gateway.hold.steps import (
    Answer,
    Change,
    Display,
    NoteShown,
    PutCard,
    PutNotice,
    Reason,
    RemoveCard,
    RemoveNotice,
    Step,
)
from gateway.hold.token import Role, Token
from gateway.policy.finding import To
from tests.hold.holds import Clock, a_hold, rungs

FOLDERS = Folders()
_ROLES = {To.AGENT: Role.AGENT, To.LEAD: Role.LEAD}


@dataclass
class Table:
    """A hold, one reviewer's folders, and what they were told.

    Attributes:
        hold: as the ledger has it.
        role: whose folders.
        cards: what lies in them.
        inbox: numbers of the notices that stand.
        answers: what they were told.
        crash: stop after so many folder actions, before the ledger is written; None never.
    """

    hold: Hold = field(default_factory=a_hold)
    role: To = To.AGENT
    desk: Desk = field(default_factory=lambda: Desk(grace=timedelta(seconds=10)))
    clock: Clock = field(default_factory=Clock)
    cards: list[Found] = field(default_factory=list)
    inbox: set[int] = field(default_factory=set)
    answers: list[Reason] = field(default_factory=list)
    uid: int = 0
    crash: bool = False

    def steps(self) -> tuple[Step, ...]:
        return reconcile(self.hold, self.role, self.cards, self.desk, self.clock(), rungs(self.hold.to, self.clock()))

    def once(self) -> bool:
        """One look; whether anything was to do."""
        steps = self.steps()
        showing = self.hold.showing(self.role)
        for step in steps:
            if isinstance(step, Change | Answer):
                self._decide(step)
                return True
            showing = self._show(step, showing)
        if self.crash:
            self.crash = False
            return True
        self.hold = states.shown(self.hold, showing) if showing != self.hold.showing(self.role) else self.hold
        return bool(steps)

    def _show(self, step: Display, showing: Showing) -> Showing:
        match step:
            case PutCard(folder=folder):
                self.put(folder, self.hold.revision)
                return replace(showing, card=self.hold.revision)
            case NoteShown():
                return replace(showing, card=self.hold.revision)
            case PutNotice(number=number):
                self.inbox.add(number)
                return replace(showing, notice=number, standing=True)
            case RemoveNotice(number=number):
                self.inbox.discard(number)
                return replace(showing, notice=max(number, showing.notice), standing=False)
            case RemoveCard(card=card):
                self.cards = [f for f in self.cards if f.card != card]
                return showing

    def settle(self) -> None:
        for _ in range(12):
            if not self.once():
                return
        raise AssertionError("reconciling does not come to rest")

    def _decide(self, step: Change | Answer) -> None:
        if isinstance(step, Answer):
            self.answers.append(step.reason)
        self.hold = step.after

    # --- the reviewer's hands ------------------------------------------------------------------------------------

    def put(self, folder: str, revision: int, *, deleted: bool = False) -> None:
        place = FOLDERS.meaning(folder)
        assert place is not None
        self.uid += 1
        token = Token(self.hold.id, _ROLES[self.role], revision)
        self.cards.append(Found(SeenCard(folder, self.uid, "", deleted), token, *place))

    def name(self, meaning: Meaning) -> str:
        return FOLDERS.name(meaning, self.role)

    def move(self, meaning: Meaning) -> None:
        (card,) = self.cards
        self.cards.clear()
        self.put(self.name(meaning), card.token.revision)

    def where(self) -> set[Meaning]:
        return {f.meaning for f in self.cards}
