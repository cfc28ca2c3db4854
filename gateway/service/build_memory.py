# SPDX-License-Identifier: GPL-3.0-or-later
"""From settings to the context memory's parts: what asks it, what the feed tells it, and what it forgets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import structlog

from gateway.ledger.memory import SqlMemory
from gateway.policy.letter import Keyring, Own
from gateway.policy.policies import Policies
from gateway.ports import Journal, Memory, Unavailable
from gateway.screening.hearing import Hearing
from gateway.screening.remembering import Diligence, Remembering
from gateway.service import build_smtp
from gateway.service.settings import Settings
from gateway.service.settings_memory import FeedSettings, MemorySettings
from gateway.smtp.census import Census
from gateway.smtp.lmtp import FeedReception
from gateway.smtp.values import Listener

_log = structlog.get_logger()
_HOUR = 3600.0
_FEED = "feed"


def keyring(settings: Settings) -> Keyring:
    """What makes the hashes.

    Raises:
        LookupError: the ledger's key is not where the settings say.
    """
    domains = frozenset(domain.lower() for domain in settings.unjudged.internal_domains)
    # A team whose members are everybody ("*") does not say who is a colleague.
    patterns = (pattern for team in settings.team for pattern in team.members)
    members = tuple(pattern for pattern in patterns if pattern.rpartition("@")[2].strip("*?"))
    return Keyring(settings.ledger.key.read().encode(), Own(domains, members))


def remembering(settings: Settings, memory: Memory, policies: Policies | None) -> Remembering | None:
    """What asks the memory about replies and tells it of them; None if it is not to be used.

    Raises:
        LookupError: the ledger's key is not where the settings say.
    """
    if not settings.memory.use:
        return None
    diligence = Diligence(ripe_after=timedelta(days=settings.memory.new_after))
    return Remembering(memory, keyring(settings), policies, build_smtp.now, diligence)


def feed(settings: Settings, feed: FeedSettings, memory: Memory, journal: Journal, census: Census) -> FeedReception:
    """The inbound feed's listener.

    Raises:
        LookupError: the ledger's key is not where the settings say.
    """
    limits = settings.reading.limits()
    return FeedReception(
        listener=Listener(name=_FEED, hostname=settings.hostname, networks=feed.servers),
        limits=build_smtp.limits(settings.limits),
        ear=Hearing(memory, keyring(settings), limits, journal, build_smtp.now),
        census=census,
    )


async def forget(settings: MemorySettings, memory: SqlMemory) -> int:
    """Forget what is past its time, or everything, if nothing is to be remembered; how many names of threads went.

    Raises:
        Unavailable: the ledger cannot be written to.
    """
    if not settings.use:
        await memory.forget_all()
        return 0
    now = build_smtp.now()
    threads, relations = timedelta(days=settings.keep), timedelta(days=settings.keep_relations)
    return await memory.forget(now - threads, now - relations)


@asynccontextmanager
async def forgetting(settings: MemorySettings, memory: SqlMemory) -> AsyncIterator[None]:
    """Forget every hour while the block runs."""

    async def run() -> None:
        while True:
            try:
                await forget(settings, memory)
            except Unavailable as error:
                _log.warning("memory.not_purged", why=str(error))
            await asyncio.sleep(_HOUR)

    # No TaskGroup: what the block raises has to come out as it is.
    task = asyncio.get_running_loop().create_task(run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
