# SPDX-License-Identifier: GPL-3.0-or-later
"""One message's way: judged, then relayed, kept back, nudged or refused.

The order of things is what keeps the gateway's word. A message that passes is never in our custody: the client gets
upstream's own answer. A message that is held is committed to the ledger first; only then is upstream's transaction
taken back and the client told 250. If the commit fails, or it is not known whether it happened, the client is told to
try again; the hold key then makes its retry find the hold that may be there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import structlog

from gateway.mail.envelope import Envelope
from gateway.mail.server_reply import ServerReply
from gateway.ports import Journal, Message, Transaction, Unavailable
from gateway.screening import answers
from gateway.screening.holding import Holding, Unreleasable
from gateway.screening.judging import Judging
from gateway.screening.nudges import Nudges
from gateway.screening.outcome import Judged, NotJudged, Unjudged
from gateway.screening.remembering import Remembering
from gateway.screening.superseding import Superseding
from gateway.verdict.verdict import Action

_log = structlog.get_logger()


class Answer(StrEnum):
    """How a listener carries out a hold."""

    QUARANTINE = "quarantine"
    NUDGE = "nudge"
    REFUSE = "refuse"


class OnTrouble(StrEnum):
    """What becomes of a message that could not be judged."""

    PASS = "pass"  # noqa: S105 - an action, not a password
    HOLD = "hold"
    DEFER = "defer"


class OnUnreleasable(StrEnum):
    """What becomes of a message to be held that the release route could not carry unchanged."""

    NOTE = "note"
    DEFER = "defer"


@dataclass(frozen=True, slots=True)
class Carriage:
    """How verdicts are carried out.

    Attributes:
        answers: by listener name; a listener that is not named quarantines.
        on_error: what becomes of a message that could not be judged.
        on_encrypted: what becomes of one that nobody but its recipient can read.
        on_unreleasable: what becomes of one that could be held but not released.
    """

    answers: Mapping[str, Answer]
    on_error: OnTrouble = OnTrouble.PASS
    on_encrypted: OnTrouble = OnTrouble.PASS
    on_unreleasable: OnUnreleasable = OnUnreleasable.NOTE


class Screening:
    """Judges messages and carries the verdicts out: the `Screener` of every listener.

    Args:
        judging: gives a message's verdict.
        holding: commits holds and notes.
        journal: counts.
        carriage: how verdicts are carried out.
        superseding: lets what is held step aside for a better version.
        clock: seconds that never go back, for nudges.
        remembering: keeps what went out; None if there is no context memory.
    """

    def __init__(
        self,
        judging: Judging,
        holding: Holding,
        journal: Journal,
        carriage: Carriage,
        superseding: Superseding,
        clock: Callable[[], float],
        remembering: Remembering | None = None,
    ) -> None:
        self._judging = judging
        self._holding = holding
        self._journal = journal
        self._carriage = carriage
        self._superseding = superseding
        self._clock = clock
        self._remembering = remembering
        self._nudges = Nudges()

    async def screen(self, envelope: Envelope, message: Message, transaction: Transaction) -> ServerReply:
        """See `gateway.ports.Screener`."""
        outcome = await self._judging.judge(envelope, message)
        match outcome:
            case Unjudged(cause):
                self._journal.unjudged(cause)
                return await transaction.deliver(message)
            case NotJudged():
                return await self._not_judged(outcome, envelope, message, transaction)
            case Judged():
                return await self._judged(outcome, envelope, message, transaction)

    async def _judged(
        self, judged: Judged, envelope: Envelope, message: Message, transaction: Transaction
    ) -> ServerReply:
        if judged.observed or judged.verdict.action is Action.PASS:
            self._count(judged, "observed" if judged.observed else "passed")
            return await self._deliver(judged, envelope, message, transaction)
        if judged.verdict.action is Action.NOTE:
            return await self._note(judged, envelope, message, transaction)
        match self._carriage.answers.get(envelope.client.listener, Answer.QUARANTINE):
            case Answer.QUARANTINE:
                return await self._hold(judged, envelope, message, transaction)
            case Answer.REFUSE:
                self._count(judged, "refused")
                await transaction.abandon()
                return answers.refused(judged.verdict)
            case Answer.NUDGE:
                return await self._nudge(judged, envelope, message, transaction)

    async def _deliver(
        self, judged: Judged, envelope: Envelope, message: Message, transaction: Transaction
    ) -> ServerReply:
        reply = await transaction.deliver(message)
        if reply.positive:
            self._keep(judged)
            if not judged.observed:
                await self._superseding.consider(judged, envelope, None)
        return reply

    def _keep(self, judged: Judged, hold_id: str = "") -> None:
        if self._remembering is not None:
            self._remembering.keep(judged, hold_id)

    async def _note(
        self, judged: Judged, envelope: Envelope, message: Message, transaction: Transaction
    ) -> ServerReply:
        """Deliver, then leave a card for next time. The card is worth no delay and no failure of the delivery."""
        reply = await self._deliver(judged, envelope, message, transaction)
        if reply.positive:
            try:
                await self._holding.note(judged, envelope, message)
            except Unavailable:
                _log.warning("note.lost", team=judged.team.name)
            self._count(judged, "noted")
        return reply

    async def _hold(
        self, judged: Judged, envelope: Envelope, message: Message, transaction: Transaction
    ) -> ServerReply:
        try:
            hold_id = await self._holding.hold(judged, envelope, message)
        except Unreleasable as error:
            _log.error("hold.unreleasable", team=judged.team.name, why=str(error))
            self._count(judged, "unreleasable")
            if self._carriage.on_unreleasable is OnUnreleasable.NOTE:
                return await self._note(judged, envelope, message, transaction)
            await transaction.abandon()
            return answers.ROUTE_CANNOT_CARRY
        except Unavailable:
            _log.exception("hold.not_committed", team=judged.team.name)
            self._journal.failed("ledger", "hold")
            await transaction.abandon()
            return answers.LEDGER_UNAVAILABLE
        await transaction.abandon()
        self._keep(judged, hold_id)
        await self._superseding.consider(judged, envelope, hold_id)
        self._count(judged, "held")
        _log.info("held", hold=hold_id, team=judged.team.name, points=judged.verdict.points)
        return answers.held(hold_id)

    async def _nudge(
        self, judged: Judged, envelope: Envelope, message: Message, transaction: Transaction
    ) -> ServerReply:
        if self._nudges.passes(_same_text(judged, envelope), self._clock()):
            self._count(judged, "nudged_and_sent")
            return await self._deliver(judged, envelope, message, transaction)
        self._count(judged, "nudged")
        await transaction.abandon()
        return answers.nudged(judged.verdict)

    async def _not_judged(
        self, trouble: NotJudged, envelope: Envelope, message: Message, transaction: Transaction
    ) -> ServerReply:
        self._journal.failed(trouble.cause, trouble.where)
        choice = self._carriage.on_encrypted if trouble.cause == "encrypted" else self._carriage.on_error
        if choice is OnTrouble.DEFER:
            await transaction.abandon()
            return answers.NOT_JUDGED
        if choice is OnTrouble.HOLD and trouble.stand_in is not None:
            return await self._hold(trouble.stand_in, envelope, message, transaction)
        return await transaction.deliver(message)

    def _count(self, judged: Judged, carried_out: str) -> None:
        self._journal.judged(judged.team.name, judged.verdict, carried_out)


def _same_text(judged: Judged, envelope: Envelope) -> bytes:
    """What a nudged message is recognised by: its words and its recipients, since a client gives it a new Date."""
    recipients = sorted(recipient.address for recipient in envelope.recipients)
    parts = (judged.reply.subject, judged.reply.authored, *recipients)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).digest()
