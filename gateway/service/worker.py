# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker: accepts on inherited sockets, screens mail, and drains when it is told to stop."""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

import structlog
import uvloop

from gateway.policy.policies import Policies
from gateway.ports import Judge
from gateway.screening.holding import Holding
from gateway.screening.judging import Judging
from gateway.screening.remembering import Remembering
from gateway.screening.screening import Screening
from gateway.screening.superseding import Superseding
from gateway.screening.tally import Tally
from gateway.service import build_memory, build_screening, build_smtp
from gateway.service.build_ledger import LedgerSoon, ledger_soon
from gateway.service.flushing import flushing
from gateway.service.settings import Settings
from gateway.service.settings_servers import ListenerSettings
from gateway.service.stopping import stop_requested
from gateway.smtp.census import Board, Census
from gateway.smtp.lmtp import serve_feed
from gateway.smtp.pool import Pool
from gateway.smtp.reception import Reception
from gateway.smtp.server import Server, serve
from gateway.smtp.tls import ServerTls

_log = structlog.get_logger()
_OPENING = 5.0
_SWITCH = 0.001
"""Seconds after which a thread that reads a huge message gives way to the loop, where Python's default is five times as
much and falls due in every round."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One worker's place in the gateway.

    Attributes:
        number: from 0; its row on the board.
        board: on which all workers count.
        sockets: a listening socket for each listener of the settings, in their order.
        certificates: what each of them shows; None where it has no TLS.
        judge: the learned judge; None if there is none.
        feed: a listening socket for the inbound feed; None if there is none.
    """

    number: int
    board: Board
    sockets: Sequence[socket.socket]
    certificates: Sequence[ServerTls | None]
    judge: Judge | None = None
    feed: socket.socket | None = None


def run_worker(settings: Settings, policies: Policies | None, seat: Seat) -> None:
    """The body of a worker process; returns when SIGTERM has been obeyed."""

    async def until_stopped() -> None:
        await work(settings, policies, seat, stop_requested())

    sys.setswitchinterval(_SWITCH)
    uvloop.run(until_stopped())


async def work(settings: Settings, policies: Policies | None, seat: Seat, stop: asyncio.Event) -> None:
    """Accept and screen mail until `stop` is set, then drain."""
    tally = Tally(lambda: build_smtp.now().date())
    async with ledger_soon(settings.ledger) as ledger, flushing(tally, ledger):
        # Clients wait in the sockets' queues meanwhile; without a ledger, what is to be held would be put off.
        await ledger.wait(_OPENING)
        async with AsyncExitStack() as stack:
            remembering = build_memory.remembering(settings, ledger, policies)
            if remembering is not None:
                await stack.enter_async_context(remembering.keeping())
            screening = _screening(settings, policies, seat.judge, ledger, tally, remembering)
            servers = await _listen(settings, screening, seat, ledger, tally)
            _log.info("worker.ready", worker=seat.number, policies=policies.digest if policies else None)
            await stop.wait()
            async with asyncio.TaskGroup() as group:
                drains = [group.create_task(server.drain(settings.drain - 1)) for server in servers]
        _log.info("worker.drained", worker=seat.number, cut=sum(task.result() for task in drains))


def _screening(
    settings: Settings,
    policies: Policies | None,
    judge: Judge | None,
    ledger: LedgerSoon,
    tally: Tally,
    remembering: Remembering | None,
) -> Screening:
    judging = Judging(
        jurisdiction=build_screening.jurisdiction(settings),
        policies=policies,
        limits=settings.reading.limits(),
        today=lambda: build_smtp.now().date(),
        judge=judge,
        remembering=remembering,
    )
    holding = Holding(
        commit=ledger.hold,
        route=build_smtp.route(settings.release, settings.upstream.server, settings.hostname),
        reviewing=build_screening.reviewing(settings.team),
        secret=settings.ledger.key.read().encode(),
        now=build_smtp.now,
    )
    superseding = Superseding(ledger, build_smtp.now)
    carriage = build_screening.carriage(settings)
    return Screening(judging, holding, tally, carriage, superseding, time.monotonic, remembering)


async def _listen(
    settings: Settings, screening: Screening, seat: Seat, ledger: LedgerSoon, tally: Tally
) -> list[Server]:
    limits = build_smtp.limits(settings.limits)
    pool = Pool(build_smtp.upstream(settings.upstream, settings.hostname))
    census = Census(limits, seat.board, seat.number)

    def reception(listener: ListenerSettings, certificate: ServerTls | None) -> Reception:
        return Reception(
            listener=build_smtp.listener(listener, settings.hostname),
            limits=limits,
            pool=pool,
            screener=screening,
            census=census,
            tls=certificate,
        )

    places = zip(settings.listener, seat.certificates, seat.sockets, strict=True)
    servers = [await serve(reception(listener, certificate), [sock]) for listener, certificate, sock in places]
    if settings.feed is not None and seat.feed is not None:
        servers.append(await serve_feed(build_memory.feed(settings, settings.feed, ledger, tally, census), [seat.feed]))
    return servers
