# SPDX-License-Identifier: GPL-3.0-or-later
"""From a verdict to a hold in the ledger: who reviews it, where, until when, and whether it can be sent at all."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.hold.hold import Delivery, End, Hold, HoldState
from gateway.hold.key import keys
from gateway.hold.ladder import Ladder, Rungs
from gateway.mail.envelope import Envelope
from gateway.policy.finding import To
from gateway.ports import Message, Route, Unavailable
from gateway.screening.outcome import Judged
from gateway.verdict.verdict import Action

_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without letters and digits that are taken for each other when a hold's id is read aloud."""
_ID_LENGTH = 8


class Unreleasable(Exception):  # noqa: N818 - reads as what is the matter
    """The release route could not carry the message unchanged; the text says why, for an administrator."""


@dataclass(frozen=True, slots=True)
class Reviewing:
    """Where and until when a team reviews.

    Attributes:
        mailbox: the agent's mailbox; ``{submitter}`` and ``{local}`` stand for the submitter and its part before
            the at sign.
        lead: the lead's mailbox; None if there is none.
        ladder: reminder, lead, end.
    """

    mailbox: str
    lead: str | None
    ladder: Ladder

    def mailbox_of(self, submitter: str) -> str:
        """The mailbox in which this submitter reviews."""
        local = submitter.partition("@")[0]
        return self.mailbox.replace("{submitter}", submitter).replace("{local}", local)


class Holding:
    """Commits holds and notes.

    Args:
        commit: commits a hold and its octets, see `gateway.ports.Ledger.hold`.
        route: what it will be released by.
        reviewing: by team name.
        secret: what hold keys are made with.
        now: gives the time, UTC.
    """

    def __init__(
        self,
        commit: Callable[[Hold, bytes], Awaitable[Hold]],
        route: Route,
        reviewing: Mapping[str, Reviewing],
        secret: bytes,
        now: Callable[[], datetime],
    ) -> None:
        self._commit_to_ledger = commit
        self._route = route
        self._reviewing = reviewing
        self._secret = secret
        self._now = now

    async def hold(self, judged: Judged, envelope: Envelope, message: Message) -> str:
        """Commit a hold; give its id, or that of the hold which this message already has.

        Raises:
            Unreleasable: the route could not carry it.
            Unavailable: it is not known to be committed.
        """
        try:
            obstacle = await self._route.carries(envelope.extensions, message.size)
        except Unavailable:
            obstacle = None  # It cannot be asked now; releasing will, when it comes to that.
        if obstacle is not None:
            raise Unreleasable(obstacle)
        to = To.LEAD if judged.verdict.action is Action.HOLD_FOR_LEAD else To.AGENT
        reviewing = self._reviewing[judged.team.name]
        rungs = reviewing.ladder.rungs(to, self._now())
        return await self._commit(self._new(judged, envelope, message, HoldState.HELD, to, rungs), message)

    async def note(self, judged: Judged, envelope: Envelope, message: Message) -> None:
        """Commit a note about a message that went out.

        Raises:
            Unavailable: it was not.
        """
        nothing = Rungs(None, None, None, End.KEEP)
        note = self._new(judged, envelope, message, HoldState.NOTED, To.AGENT, nothing)
        # Nothing is open about it: its octets go when those of a hold do that ended now.
        await self._commit(replace(note, ended=note.created), message)

    async def _commit(self, hold: Hold, message: Message) -> str:
        # Only what is held is ever copied into one piece.
        content = b"".join(message.chunks())
        whole = replace(hold, digest=hashlib.sha256(content).hexdigest())
        return (await self._commit_to_ledger(whole, content)).id

    def _new(
        self, judged: Judged, envelope: Envelope, message: Message, state: HoldState, to: To, rungs: Rungs
    ) -> Hold:
        reviewing = self._reviewing[judged.team.name]
        known_by = keys(self._secret, envelope, message.chunks())
        lead = reviewing.lead if to is To.LEAD or rungs.escalate is not None else None
        return Hold(
            id="".join(secrets.choice(_ALPHABET) for _ in range(_ID_LENGTH)),
            key=known_by.hold,
            message_key=known_by.message,
            state=state,
            envelope=envelope,
            size=message.size,
            digest="",
            message_id=judged.reply.headers.message_id,
            subject=judged.reply.subject,
            verdict=judged.verdict,
            team=judged.team.name,
            mailbox=reviewing.mailbox_of(judged.submitter),
            lead_mailbox=lead,
            to=to,
            created=self._now(),
            deadline=rungs.end,
            remind_at=rungs.remind,
            escalate_at=rungs.escalate if lead else None,
            at_end=rungs.at_end,
            deliveries=tuple(Delivery(recipient) for recipient in envelope.recipients),
        )
