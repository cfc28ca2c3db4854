# SPDX-License-Identifier: GPL-3.0-or-later
r"""Reconciling: what the ledger says and what the folders show, and the steps that mend the difference. No io.

The only facts are the hold as the ledger has it, and the cards that lie in one mailbox at one moment. Nothing is
remembered between two looks, so a crash, a lost connection or a changed UIDVALIDITY costs a delay and nothing else.

How a folder full of cards is read:

* A card counts only if its token is proven, it belongs to this mailbox and role, and it shows the *present revision* of
  the hold. An older one shows something that is no longer so: it is removed once the present one is in its place.
  So when a release comes back refused, the card that still lies in *Release* is not taken for a second decision.
* A client that moves by COPY and \Deleted leaves the card in both folders until it expunges. So a copy with \Deleted
  counts only where there is no other; and a copy in a decision folder goes before one that stayed behind.
* Copies that contradict each other (*Release* and *Discard*) decide nothing.
* A card that is in none of the folders was moved or deleted. It is put back once; after that its reviewer is taken to
  know what they do, and the deadline runs. A release within its grace is taken back: what is held can still be sent.

At most one change of the ledger is asked for at a time; after it, reconcile again with the hold as it then is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.hold import states
from gateway.hold.desk import Desk, Found
from gateway.hold.display import card_steps, notice_steps
from gateway.hold.event import Event
from gateway.hold.folders import Meaning
from gateway.hold.hold import Actor, Decision, Hold, HoldState
from gateway.hold.ladder import Rungs
from gateway.hold.states import Move
from gateway.hold.steps import Answer, Change, Reason, Step
from gateway.policy.finding import To

_RELEASES = frozenset({Meaning.RELEASE, Meaning.RELEASE_AS_FINE})
_DECISIONS = {
    Meaning.RELEASE: Decision.RELEASE,
    Meaning.RELEASE_AS_FINE: Decision.RELEASE_AS_FINE,
    Meaning.DISCARD: Decision.DISCARD,
}
_OVER = {HoldState.DELIVERED: Reason.ALREADY_SENT, HoldState.RETURNED: Reason.ALREADY_RETURNED}
_ACTORS = {To.AGENT: Actor.AGENT, To.LEAD: Actor.LEAD}


def reconcile(
    hold: Hold, role: To, found: Sequence[Found], desk: Desk, now: datetime, rungs: Rungs
) -> tuple[Step, ...]:
    """The steps for one hold and the cards of one of its roles, in one mailbox.

    Args:
        hold: as the ledger has it.
        role: whose cards these are.
        found: all cards of the hold with this role that lie in the mailbox.
        desk: how the team reviews.
        now: the moment of looking.
        rungs: deadlines that a hold gets if it has to wait again from now.
    """
    look = _Look.of(hold, role, found, desk, now, rungs)
    decided = look.decide()
    if decided is not None:
        return (decided,)
    return (*card_steps(hold, role, look.present, look.stale, desk.folders), *notice_steps(hold, role, desk))


def edited(hold: Hold, role: To, now: datetime) -> Answer:
    """In place of a change whose card (`Change.trusting`) is not as we made it: nothing is decided."""
    event = Event(hold.id, now, "contradiction", _ACTORS[role], "edited")
    return Answer(role, Reason.EDITED, states.touch(hold), event)


@dataclass(frozen=True, slots=True)
class _Look:
    """One hold, as one reviewer's folders show it."""

    hold: Hold
    role: To
    present: tuple[Found, ...]
    stale: tuple[Found, ...]
    desk: Desk
    now: datetime
    rungs: Rungs

    @classmethod
    def of(cls, hold: Hold, role: To, found: Sequence[Found], desk: Desk, now: datetime, rungs: Rungs) -> _Look:
        present = tuple(f for f in found if f.token.revision == hold.revision)
        stale = tuple(f for f in found if f.token.revision != hold.revision)
        return cls(hold, role, present, stale, desk, now, rungs)

    @property
    def meanings(self) -> frozenset[Meaning]:
        return frozenset(f.meaning for f in self.present if not f.card.deleted)

    def decide(self) -> Change | Answer | None:
        """What the places of the present cards mean for the hold; None if nothing new."""
        if any(f.role is not self.role and f.meaning in _DECISIONS and not f.card.deleted for f in self.present):
            return self._answer(Reason.OTHERS_FOLDER)
        match self.hold.state:
            case HoldState.HELD:
                return self._held()
            case HoldState.RELEASING:
                return self._releasing()
            case HoldState.NOTED:
                return self._noted()
            case _:
                return self._ended()

    def _held(self) -> Change | Answer | None:
        meanings = self.meanings
        if Meaning.DISCARD in meanings and meanings & _RELEASES:
            return self._answer(Reason.BOTH_WAYS)
        if Meaning.DISCARD in meanings:
            return self._change(states.discard(self.hold, self._actor, self.now), "discarded", Meaning.DISCARD)
        if meanings & _RELEASES:
            return self._release(self.hold)
        if meanings == {Meaning.DONE}:
            return self._answer(Reason.UNDECIDED)
        return self._vanished() if not self.present else None

    def _vanished(self) -> Change | None:
        """The card of a hold that waits is gone: once, it is put back."""
        showing = self.hold.showing(self.role)
        if showing.card < self.hold.revision or showing.restored:
            return None
        again = replace(showing, card=0, restored=1)
        return Change(states.shown(self.hold, again), self._event("card restored"))

    def _releasing(self) -> Change | Answer | None:
        meanings = self.meanings
        mine = self.hold.decided_by is self._actor
        late = not states.may(self.hold, Move.TAKE_BACK)
        if Meaning.DISCARD in meanings and late:
            return self._answer(Reason.TOO_LATE)
        if Meaning.DISCARD in meanings and meanings & _RELEASES:
            return self._answer(Reason.BOTH_WAYS, states.take_back(self.hold, self.now, self.rungs))
        if Meaning.DISCARD in meanings:
            back = states.take_back(self.hold, self.now, self.rungs)
            return self._change(states.discard(back, self._actor, self.now), "discarded", Meaning.DISCARD)
        if not mine or late or meanings & _RELEASES:
            return None
        gone = not self.present and self.hold.showing(self.role).card == self.hold.revision
        if not gone and not meanings:
            return None
        back = states.take_back(self.hold, self.now, self.rungs)
        # Whoever loses the card on the way sees it once more, even if it was put back before.
        back = states.shown(back, replace(back.showing(self.role), restored=0)) if gone else back
        return self._change(back, "taken back", Meaning.QUARANTINE)

    def _noted(self) -> Change | None:
        chosen = next(
            (m for m in (Meaning.RELEASE_AS_FINE, Meaning.RELEASE, Meaning.DISCARD) if m in self.meanings), None
        )
        if chosen is None:
            return None
        after = replace(states.touch(self.hold), decision=_DECISIONS[chosen], decided_by=self._actor)
        return self._change(after, "note answered", chosen)

    def _ended(self) -> Change | Answer | None:
        meanings = self.meanings
        if not meanings - {Meaning.DONE}:
            return None
        over = _OVER.get(self.hold.state)
        if over is None and self.hold.purged:
            over = Reason.PURGED
        if over is not None:
            return self._answer(over)
        if Meaning.DISCARD in meanings:
            return self._answer(Reason.BOTH_WAYS if meanings & _RELEASES else Reason.ALREADY_DISCARDED)
        if self.hold.decided_by is Actor.LEAD and self.role is To.AGENT:
            return self._answer(Reason.LEAD_DECIDES)
        back = states.bring_back(self.hold, self.rungs)
        return self._release(back) if meanings & _RELEASES else self._change(back, "brought back", Meaning.QUARANTINE)

    def _release(self, hold: Hold) -> Change | Answer:
        """A card lies in *Release*; as fine, if it lies there as well."""
        if hold.to is To.LEAD and self.role is To.AGENT:
            return self._answer(Reason.LEAD_DECIDES)
        fine = Meaning.RELEASE_AS_FINE in self.meanings
        meaning = Meaning.RELEASE_AS_FINE if fine else Meaning.RELEASE
        if not states.may(hold, Move.RELEASE):
            return self._answer(Reason.ALREADY_SENT)
        after = states.release(
            hold,
            _DECISIONS[meaning],
            self._actor,
            self.now,
            grace=self.desk.grace,
            retry_for=self.desk.retry_for,
        )
        return self._change(after, str(_DECISIONS[meaning]).replace("_", " "), meaning)

    @property
    def _actor(self) -> Actor:
        return _ACTORS[self.role]

    def _change(self, after: Hold, what: str, meaning: Meaning) -> Change:
        card = next((f.card for f in self.present if f.meaning is meaning), None)
        folder = card.folder if card else ""
        event = self._event(what, f"by folder {folder}" if folder else "card gone")
        return Change(after, event, card if meaning in _DECISIONS else None)

    def _answer(self, reason: Reason, after: Hold | None = None) -> Answer:
        event = self._event("contradiction", reason.replace("_", " "))
        return Answer(self.role, reason, states.touch(after or self.hold), event)

    def _event(self, what: str, detail: str = "") -> Event:
        return Event(self.hold.id, self.now, what, self._actor, detail)
