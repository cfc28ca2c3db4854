# SPDX-License-Identifier: GPL-3.0-or-later
"""The keeper process: watches mailboxes, releases, counts deadlines, purges; and tells the supervisor of changed files.

There is one a host. Where hosts share a ledger, a lease sees to it that one of them is active.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import structlog
import uvloop
from watchfiles import awatch

from gateway.imap.mailboxes import ImapMailboxes
from gateway.ports import Unavailable
from gateway.review.keeper import Timing
from gateway.review.releasing import OnUnknown
from gateway.service import build_imap, build_memory, build_review, build_screening, build_smtp
from gateway.service.build_ledger import opening
from gateway.service.build_review import KeeperParts
from gateway.service.settings import Settings
from gateway.service.stopping import stop_requested

_log = structlog.get_logger()
_PAUSE = 2.0
_OWNER = 64
"""Characters that the ledger has room for."""


def run_keeper(settings: Settings) -> None:
    """The body of the keeper process; returns when SIGTERM has been obeyed."""
    uvloop.run(_until_stopped(settings))


async def _until_stopped(settings: Settings) -> None:
    stop = stop_requested()
    async with asyncio.TaskGroup() as group:
        keeping = group.create_task(keep(settings))
        group.create_task(_tell_of_changes(_watched(settings), stop))
        await stop.wait()
        keeping.cancel()
    _log.info("keeper.stopped")


async def keep(settings: Settings) -> None:
    """Keep, once ledger and mailboxes can be had, until cancelled."""
    while True:
        try:
            async with AsyncExitStack() as stack:
                ledger = await stack.enter_async_context(opening(settings.ledger))
                await stack.enter_async_context(build_memory.forgetting(settings.memory, ledger.memory))
                mailboxes: ImapMailboxes | None = None
                if settings.imap is not None:
                    mailboxes = await stack.enter_async_context(build_imap.mailboxes(settings.imap))
                reviewing = build_screening.reviewing(settings.team)
                parts = KeeperParts(
                    ledger=ledger,
                    mailboxes=mailboxes,
                    route=build_smtp.route(
                        settings.release,
                        settings.upstream.server,
                        settings.hostname,
                        build_smtp.release_trace(settings.listener),
                    ),
                    faces=build_review.cards(settings),
                    ladders={name: team.ladder for name, team in reviewing.items()},
                    desk=build_review.desk(settings.imap, settings.release.grace, settings.release.retry_for),
                    secret=settings.ledger.key.read().encode(),
                    hostname=settings.hostname,
                    owner=_owner(settings),
                    on_unknown=OnUnknown(settings.release.on_unknown),
                    timing=_timing(settings),
                    notes_a_day=settings.imap.notes_a_day if settings.imap else 1,
                )
                await build_review.keeper(parts).run()
        except Unavailable:
            _log.warning("keeper.no_ledger", again_in=_PAUSE)
            await asyncio.sleep(_PAUSE)


def _owner(settings: Settings) -> str:
    """Name of this node in leases: the same after a restart, another one for each gateway, also on the same host."""
    return f"{socket.gethostname()} {settings.hostname} {settings.listener[0].listen}"[-_OWNER:]


def _timing(settings: Settings) -> Timing:
    return Timing(
        sweep=settings.imap.sweep if settings.imap else 60.0,
        drain=max(1.0, settings.drain - 5),
        keep_messages=timedelta(days=settings.ledger.keep_messages),
        keep_facts=timedelta(days=settings.ledger.keep_facts),
    )


def _watched(settings: Settings) -> list[Path]:
    """What workers read when they start, and an administrator or lead may change."""
    files = [file for one in settings.listener for file in (one.certificate, one.certificate_key)]
    paths = [file for file in files if file is not None]
    if settings.policies.folder is not None:
        paths.append(settings.policies.folder)
    return [path for path in paths if path.exists()]


async def _tell_of_changes(paths: list[Path], stop: asyncio.Event) -> None:
    """Send the supervisor SIGHUP when one of these changes; it starts workers that have read them anew."""
    if not paths:
        return
    async for _ in awatch(*paths, stop_event=stop):
        _log.info("files.changed")
        os.kill(os.getppid(), signal.SIGHUP)
