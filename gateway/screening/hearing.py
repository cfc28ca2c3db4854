# SPDX-License-Identifier: GPL-3.0-or-later
"""The inbound feed: what a copy of a customer's message says, kept as numbers, and the copy is gone.

Copies come from all that a support address receives. What no customer wrote (bounces, answers of machines, lists,
calendars, mail of colleagues) is taken and counted, and nothing of it is kept. Nothing is ever refused for what it
says: a copy that comes back as undeliverable would tell a customer of something that is none of their business.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import structlog

from gateway.mail import thread
from gateway.mail.confirmation import confirms_fix
from gateway.mail.envelope import Envelope
from gateway.mail.journal import journalled
from gateway.mail.limits import Limits
from gateway.mail.read import read
from gateway.mail.reply import ReadState, Reply
from gateway.mail.state import customer_state
from gateway.policy.letter import Keyring
from gateway.policy.memory import Heard, State
from gateway.policy.teams import Exempt, exempt_by_headers
from gateway.ports import Journal, Memory, Message

_log = structlog.get_logger()

_AT_ONCE = 64 << 10
"""Octets up to which a message is read on the event loop, see `gateway.screening.judging`."""
_LATE = timedelta(days=7)
"""How long a message may have been under way; if its Date is older than that, or in the future, it is not believed."""
_MACHINES = frozenset({"auto_reply", "auto-reply"})
_EXEMPT = Exempt()


@dataclass(frozen=True, slots=True)
class _Told:
    """A copy that was looked at: what to keep of it, or why nothing."""

    heard: Heard | None
    why: str


class Hearing:
    """Takes in copies (`gateway.ports.Ear`).

    Args:
        memory: what keeps the facts.
        keyring: makes the hashes; it knows who is no customer.
        limits: how much of a copy is read.
        journal: counts.
        now: gives the time, UTC.
    """

    def __init__(
        self, memory: Memory, keyring: Keyring, limits: Limits, journal: Journal, now: Callable[[], datetime]
    ) -> None:
        self._memory = memory
        self._keyring = keyring
        self._limits = limits
        self._journal = journal
        self._now = now

    async def hear(self, envelope: Envelope, message: Message) -> None:
        """See `gateway.ports.Ear.hear`."""
        content = message.prefix(self._limits.octets)
        try:
            if len(content) <= _AT_ONCE:
                told = self._told(envelope, content)
            else:
                told = await asyncio.to_thread(self._told, envelope, content)
        except Exception:  # noqa: BLE001 - our own fault: the copy would come again for days, and fail as often
            _log.exception("feed.failed")
            told = _Told(None, "failed")
        if told.heard is not None:
            await self._memory.heard(told.heard)
        self._journal.heard(told.why)

    def passed_over(self, why: str) -> None:
        """See `gateway.ports.Ear.passed_over`."""
        self._journal.heard(why)

    def _told(self, envelope: Envelope, content: bytes) -> _Told:
        within = journalled(content)
        if within is None and not envelope.sender.address:
            return _Told(None, "null_sender")
        reply = read(content if within is None else within, self._limits)
        cause = _written_by_nobody(reply)
        if cause is not None:
            return _Told(None, cause)
        customer = thread.correspondent(reply.headers.from_)
        if "@" not in customer:
            return _Told(None, "no_sender")
        if self._keyring.own.has(customer):
            return _Told(None, "internal")
        heard = Heard(
            self._keyring.message(reply), self._keyring.strand(reply, customer), self._at(reply), _state(reply)
        )
        return _Told(heard, "remembered")

    def _at(self, reply: Reply) -> datetime:
        """When it was written: by its Date (RFC 5322 3.6.1), if that can be."""
        now = self._now()
        try:
            date = parsedate_to_datetime(reply.headers.extra.get("date", ""))
        except ValueError:
            return now
        date = date if date.tzinfo is not None else date.replace(tzinfo=UTC)
        return date.astimezone(UTC) if now - _LATE < date <= now else now


def _written_by_nobody(reply: Reply) -> str | None:
    """Why this is no message of a customer; None if it is one."""
    headers = reply.headers
    cause = exempt_by_headers(headers, _EXEMPT)
    if cause is None and headers.extra.get("precedence", "").lower() in _MACHINES:
        return "auto_submitted"
    return cause


def _state(reply: Reply) -> State:
    """What it says about the customer; all unknown where it cannot be read."""
    if reply.state not in (ReadState.READ, ReadState.TRUNCATED):
        return State()
    said = customer_state(reply.authored)
    return State(said.level, said.our_failure, confirms_fix(reply.authored))
