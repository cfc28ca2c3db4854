# SPDX-License-Identifier: GPL-3.0-or-later
"""What was written before: asked for before a reply is judged, and kept after it has gone out.

The memory is a help, never a condition. A reply does not wait long for what it knows, and not at all for what it is to
keep: that is written behind the answer to the client. Whatever fails here leaves a fact unknown, and no mail behind.

Only what went out counts as written. A reply that passes is kept when upstream has taken it. One that is held is kept
with the id of its hold, and counts from the moment at which that is delivered; if it is discarded, it never does.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from gateway.mail.envelope import Envelope
from gateway.mail.reply import Reply
from gateway.policy.case import Case
from gateway.policy.context import Context
from gateway.policy.letter import Keyring, Letter
from gateway.policy.matcher import RunawayError
from gateway.policy.memory import Question, Sent, informed
from gateway.policy.needs import REMEMBERED, SENT_BY_SENDER, needs
from gateway.policy.policies import Policies
from gateway.ports import Memory, Unavailable
from gateway.screening.outcome import Judged

_log = structlog.get_logger()
_APOLOGY = "apology"
"""The act that the policies know apologies by."""
_MOST_AT_ONCE = 50
"""Replies that are kept together."""


@dataclass(frozen=True, slots=True)
class Diligence:
    """How much is done for the memory's sake.

    Attributes:
        ripe_after: age from which the memory says of a customer it has not met that they are new.
        patience: seconds that a reply waits for what the memory knows.
        pause: seconds for which it is left alone after it did not answer, or could not keep something.
        waiting: replies that may wait to be kept; further ones are not.
        gathering: seconds for which replies are gathered, so that they are kept together: one alone costs ten times its
            share of many.
    """

    ripe_after: timedelta = timedelta(days=30)
    patience: float = 0.25
    pause: float = 5.0
    waiting: int = 1000
    gathering: float = 0.1


class Remembering:
    """Asks a memory and tells it.

    Args:
        memory: the memory.
        keyring: makes what it is asked with.
        policies: in force; one of their acts is the apology, and where no rule of theirs asks for anything that a
            memory knows, it is neither asked nor told. None if there are none.
        now: gives the time, UTC.
        diligence: how much is done.
    """

    def __init__(
        self,
        memory: Memory,
        keyring: Keyring,
        policies: Policies | None,
        now: Callable[[], datetime],
        diligence: Diligence,
    ) -> None:
        self._memory = memory
        self._keyring = keyring
        self._policies = policies
        self._needs = REMEMBERED if policies is None else needs(policies)
        self._now = now
        self._diligence = diligence
        self._waiting: asyncio.Queue[Callable[[], Sent] | None] = asyncio.Queue()
        self._not_before = 0.0
        self._closing = False

    def letter(self, envelope: Envelope, reply: Reply, team: str, who: str) -> Letter | None:
        """A reply as the memory sees it; None if it is not one to a customer or a few, or no rule asks the memory."""
        if not self._needs:
            return None
        return self._keyring.letter(envelope, reply, team, who)

    async def informed(self, context: Context, letter: Letter | None) -> Context:
        """The context with what the memory knows added to it, or as it is. Raises nothing but cancellation."""
        now = asyncio.get_running_loop().time()
        if letter is None or now < self._not_before:
            return context
        try:
            async with asyncio.timeout(self._diligence.patience):
                said = await self._memory.recall(self._asked(letter.question))
        except (Unavailable, TimeoutError) as error:
            self._not_before = now + self._diligence.pause
            _log.warning("memory.not_asked", why=type(error).__name__, again_in=self._diligence.pause)
            return context
        ripe = said.began is not None and self._now() - said.began >= self._diligence.ripe_after
        return informed(context, letter.question, said, letter.sketches, ripe=ripe)

    def _asked(self, question: Question) -> Question:
        """The question without what no rule asks for: a sender's last replies cost as much as all the rest."""
        return question if SENT_BY_SENDER in self._needs else replace(question, sender="")

    def keep(self, judged: Judged, hold: str = "") -> None:
        """Keep a reply that went out, or that is held, a little later.

        Args:
            judged: the reply.
            hold: id of its hold; empty if it went out.
        """
        letter = judged.letter
        if letter is None:
            return
        if self._waiting.qsize() >= self._diligence.waiting:
            _log.warning("memory.too_busy", team=judged.team.name)
            return
        at = self._now()
        self._waiting.put_nowait(lambda: Sent(letter.question, self._apologised(judged), at, hold))

    @asynccontextmanager
    async def keeping(self) -> AsyncIterator[None]:
        """Write what is kept while the block runs, and what waits when it ends."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._write())
            try:
                yield
            finally:
                self._closing = True
                self._waiting.put_nowait(None)

    async def all_kept(self) -> None:
        """Wait until all that was to be kept so far is kept, or given up."""
        await self._waiting.join()

    async def _write(self) -> None:
        while some := await self._gathered():
            try:
                await self._memory.sent(*[sent() for sent in some])
            except Unavailable:
                _log.warning("memory.not_kept", lost=len(some), waiting=self._waiting.qsize())
                if self._closing:
                    return
                await asyncio.sleep(self._diligence.pause)
            except Exception:  # noqa: BLE001 - a fault of our own, about mail that is gone: it must not end the worker
                _log.exception("memory.failed")
            finally:
                for _ in some:
                    self._waiting.task_done()

    async def _gathered(self) -> list[Callable[[], Sent]]:
        """What waits to be kept, and what comes a moment later; nothing at the end. The end is put back to be found."""
        some: list[Callable[[], Sent]] = []
        while len(some) < _MOST_AT_ONCE and not (some and self._waiting.empty()):
            sent = await self._waiting.get()
            if sent is None:
                self._waiting.put_nowait(None)
                break
            if not some and not self._closing:
                await asyncio.sleep(self._diligence.gathering)
            some.append(sent)
        return some

    def _apologised(self, judged: Judged) -> bool | None:
        """Whether a reply apologises; None if the policies do not say what an apology is."""
        if self._policies is None or _APOLOGY not in self._policies.acts:
            return None
        try:
            return Case(judged.reply, judged.context, None, self._policies).has_act(_APOLOGY)
        except RunawayError:
            return None
