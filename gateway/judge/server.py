# SPDX-License-Identifier: GPL-3.0-or-later
"""The judge's own process: one model a host, asked by all workers over a Unix socket.

Questions wait in a queue with an end: who finds it full is refused at once and can do without, which is better than
an answer that comes when nobody waits for it any more. Questions that wait together are judged together.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Protocol

import structlog

from gateway.judge.question import Question
from gateway.judge.wire import NotAFrame, answer_frame, read_frame, read_question, refusal_frame
from gateway.policy.judgement import Judgement

_log = structlog.get_logger(__name__)

_TOGETHER: Final = 8
"""Most questions that are judged at a time."""
_ASKING: Final = 30.0
"""Seconds within which a peer that has connected must have asked."""


class Answers(Protocol):
    """What answers: a `gateway.judge.model.Model`. Asked by one thread at a time."""

    @property
    def digest(self) -> str:
        """Its short name."""
        ...

    def judge(self, questions: Sequence[Question]) -> Sequence[Judgement]:
        """One judgement for each question."""
        ...


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question that waits, the loop's time after which nobody does, and where the answer goes."""

    question: Question
    until: float
    answer: asyncio.Future[bytes]


def open_judge_socket(path: Path) -> socket.socket:
    """Bind and listen on a Unix socket that only this user may speak to; one left behind by a dead judge is replaced.

    Raises:
        OSError: the folder is not there, or may not be written to.
    """
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listening.bind(str(path))
        path.chmod(0o600)
        listening.listen(128)
        listening.setblocking(False)  # noqa: FBT003 - the standard library's own signature
    except OSError:
        listening.close()
        raise
    return listening


async def serve_judge(listening: socket.socket, model: Answers, waiting: int = 64) -> None:
    """Answer questions until cancelled.

    Args:
        listening: a Unix socket that listens (`open_judge_socket`).
        model: asked by this coroutine alone.
        waiting: most questions in the queue; further ones are refused.
    """
    queue: asyncio.Queue[_Asked] = asyncio.Queue(waiting)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_answer(queue, model))
        server = await asyncio.start_unix_server(partial(_converse, queue), sock=listening)
        _log.info("judge.serving", model=model.digest)
        async with server:
            await server.serve_forever()


async def _converse(queue: asyncio.Queue[_Asked], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One question of one worker."""
    try:
        async with asyncio.timeout(_ASKING):
            question, within = read_question(await read_frame(reader))
        writer.write(await _queued(queue, question, within))
        await writer.drain()
    except (NotAFrame, asyncio.IncompleteReadError, ConnectionError, TimeoutError) as error:
        _log.debug("judge.peer_lost", why=type(error).__name__)
    finally:
        writer.close()


async def _queued(queue: asyncio.Queue[_Asked], question: Question, within: float) -> bytes:
    loop = asyncio.get_running_loop()
    asked = _Asked(question, loop.time() + within, loop.create_future())
    try:
        queue.put_nowait(asked)
    except asyncio.QueueFull:
        _log.warning("judge.busy", waiting=queue.maxsize)
        return refusal_frame("busy")
    return await asked.answer


async def _answer(queue: asyncio.Queue[_Asked], model: Answers) -> None:
    """Take what waits, drop what is too late, judge the rest together."""
    now = asyncio.get_running_loop().time
    while True:
        group = [await queue.get()]
        while len(group) < _TOGETHER and not queue.empty():
            group.append(queue.get_nowait())
        for asked in group:
            if asked.until <= now():
                _give(asked, refusal_frame("late"))
        group = [asked for asked in group if asked.until > now() and not asked.answer.done()]
        if group:
            await _judge(group, model)


async def _judge(group: list[_Asked], model: Answers) -> None:
    try:
        judgements = await asyncio.to_thread(model.judge, [asked.question for asked in group])
    except Exception as error:  # noqa: BLE001 - the reply mapping of this process: one bad question must not end it
        _log.error("judge.failed", error=type(error).__name__, questions=len(group))
        for asked in group:
            _give(asked, refusal_frame("failed"))
        return
    for asked, judgement in zip(group, judgements, strict=True):
        _give(asked, answer_frame(judgement))


def _give(asked: _Asked, answer: bytes) -> None:
    if not asked.answer.done():
        asked.answer.set_result(answer)
