# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside serve`: from settings to a running gateway."""

from __future__ import annotations

import mmap
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from gateway.judge.client import SocketJudge
from gateway.policy.policies import Policies
from gateway.service import build_screening, build_smtp
from gateway.service.build_ledger import prove
from gateway.service.judge import judge_is_installed, run_judge
from gateway.service.keeper import run_keeper
from gateway.service.logs import configure
from gateway.service.policy_files import policies_of
from gateway.service.read_settings import BadSettings
from gateway.service.settings import Settings
from gateway.service.settings_memory import FeedSettings
from gateway.service.settings_servers import ListenerSettings
from gateway.service.sockets import CannotListen, listen
from gateway.service.supervisor import Supervisor
from gateway.service.worker import Seat, run_worker
from gateway.smtp.census import Board
from gateway.smtp.tls import ServerTls

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class InForce:
    """What a generation of workers has in common: policies (None if there are none), and its number from 0.

    Attributes:
        certificates: for each listener, None where it has no TLS.
    """

    policies: Policies | None
    certificates: tuple[ServerTls | None, ...]
    generation: int


def serve(settings: Settings, path: Path) -> None:
    """Open the sockets, check everything that can be checked, and run until SIGTERM.

    Args:
        settings: as read.
        path: the file that they are from, for messages.

    Raises:
        BadSettings: a secret, a certificate or a file of holidays cannot be used.
        CannotListen: an address cannot be listened on.
    """
    configure(settings.log.level, settings.log.format)
    _prove(settings, path)
    first = tuple(_certificate(listener, path) for listener in settings.listener)
    with (
        _sockets(settings.listener) as sockets,
        _feed_socket(settings.feed) as feed,
        TemporaryDirectory(prefix="bedside-") as folder,
    ):
        judge_socket = Path(folder) / "judge" if settings.judge.use and judge_is_installed() else None
        judge = SocketJudge(judge_socket, settings.judge.deadline) if judge_socket else None
        # Workers that drain after a reload still count beside their successors, so there are rows for both.
        rows = 2 * settings.workers
        board = Board(rows, memoryview(mmap.mmap(-1, Board.octets(rows))))

        def load(before: InForce | None) -> InForce:
            policies = policies_of(settings.policies.folder, before.policies if before else None)
            certificates = _renewed(settings, before.certificates) if before else first
            return InForce(policies, certificates, before.generation + 1 if before else 0)

        def worker(force: InForce, number: int) -> None:
            row = number + settings.workers * (force.generation % 2)
            board.clear(row)
            run_worker(settings, force.policies, Seat(row, board, sockets, force.certificates, judge, feed))

        def keeper(_: InForce) -> None:
            _close(sockets, feed)
            run_keeper(settings)

        def judging(path: Path) -> None:
            _close(sockets, feed)
            run_judge(path, settings.judge.waiting)

        if judge is None:
            _log.warning("judge.absent", advice="rules of the kind judged do not run; see [judge] in the settings")
        _log.info("listening", listeners=len(sockets), workers=settings.workers, observe=settings.observe)
        Supervisor[InForce](
            load=load,
            worker=worker,
            keeper=keeper,
            workers=settings.workers,
            drain=settings.drain,
            lasting={"judge": partial(judging, judge_socket)} if judge_socket else {},
        ).run()


def _close(sockets: Sequence[socket.socket], feed: socket.socket | None) -> None:
    """In a process that accepts nothing: let go, or it would keep the ports from the next start while it drains."""
    for sock in (*sockets, *([] if feed is None else [feed])):
        sock.close()


def _prove(settings: Settings, path: Path) -> None:
    """Build once what workers and keeper will build, so that a mistake stops the start and not the tenth hour."""
    try:
        build_screening.reviewing(settings.team)
        build_smtp.route(settings.release, settings.upstream.server, settings.hostname)
        prove(settings.ledger)
        if len(settings.ledger.key.read()) < 32:
            raise BadSettings(
                f"{path}: ledger.key: has fewer than 32 characters; see deploy/bedside.toml for how to make one"
            )
        if settings.imap is not None:
            settings.imap.password.read()
    except (LookupError, ValueError) as error:
        raise BadSettings(f"{path}: {error}") from error


def _certificate(listener: ListenerSettings, path: Path) -> ServerTls | None:
    try:
        return build_smtp.certificate(listener)
    except OSError as error:
        raise BadSettings(f"{path}: listener {listener.name!r}: certificate: {error}") from error


def _renewed(settings: Settings, before: Sequence[ServerTls | None]) -> tuple[ServerTls | None, ...]:
    """The certificates as they are on disk now; where they cannot be used, the ones before stay in force.

    A renewal is seen with the chain written and the key not yet, as often as not.
    """
    renewed = []
    for listener, old in zip(settings.listener, before, strict=True):
        try:
            renewed.append(build_smtp.certificate(listener))
        except OSError as error:
            _log.error("certificate.unusable", listener=listener.name, why=type(error).__name__, in_force="the old one")
            renewed.append(old)
    return tuple(renewed)


@contextmanager
def _sockets(listeners: tuple[ListenerSettings, ...]) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        opened = []
        for listener in listeners:
            try:
                opened.append(stack.enter_context(listen(listener.listen)))
            except CannotListen as error:
                raise CannotListen(f"listener {listener.name!r}: {error}") from error
        yield opened


@contextmanager
def _feed_socket(feed: FeedSettings | None) -> Iterator[socket.socket | None]:
    if feed is None:
        yield None
        return
    try:
        sock = listen(feed.listen)
    except CannotListen as error:
        raise CannotListen(f"feed: {error}") from error
    with sock:
        yield sock
