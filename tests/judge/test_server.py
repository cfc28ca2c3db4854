# SPDX-License-Identifier: GPL-3.0-or-later
"""The judge's process as its workers meet it, over a real Unix socket."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import stat
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest

from gateway.judge.client import SocketJudge
from gateway.judge.question import Question
from gateway.judge.server import Answers, open_judge_socket, serve_judge
from gateway.policy.judgement import Judgement
from gateway.ports import Unavailable


class Gate:
    """Answers when it is let, with the number of questions that it was asked together."""

    digest = "gate"

    def __init__(self) -> None:
        self.open = threading.Event()
        self.begun = threading.Event()
        self.together: list[int] = []

    def judge(self, questions: Sequence[Question]) -> list[Judgement]:
        self.together.append(len(questions))
        self.begun.set()
        self.open.wait(10)
        if any(question.authored == "poison" for question in questions):
            raise RuntimeError("a fault of the model's")
        return [Judgement(tuple({"dismiss": 0.5} for _ in question.spans), {}) for question in questions]


@pytest.fixture
def path() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:  # short: a socket's path has about 100 characters
        yield Path(folder) / "judge"


@contextlib.asynccontextmanager
async def serving(path: Path, answers: Answers, waiting: int = 64) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        server = tasks.create_task(serve_judge(open_judge_socket(path), answers, waiting))
        yield
        server.cancel()


async def test_a_worker_gets_the_judgement_of_its_reply(path: Path) -> None:
    gate = Gate()
    gate.open.set()
    async with serving(path, gate):
        judgement = await SocketJudge(path).judge(None, "Calm down.", [(0, 10)])
    assert judgement.sentences == ({"dismiss": 0.5},)


def test_the_socket_is_for_this_user_alone(path: Path) -> None:
    with contextlib.closing(open_judge_socket(path)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_socket_left_behind_is_replaced(path: Path) -> None:
    open_judge_socket(path).close()
    gate = Gate()
    gate.open.set()
    async with serving(path, gate):
        await SocketJudge(path).judge(None, "Fine.", [(0, 5)])


async def test_without_a_judge_a_worker_hears_so_at_once(path: Path) -> None:
    with pytest.raises(Unavailable):
        await SocketJudge(path).judge(None, "Fine.", [(0, 5)])


async def test_a_judge_that_takes_too_long_is_not_waited_for(path: Path) -> None:
    gate = Gate()
    async with serving(path, gate):
        with pytest.raises(Unavailable, match="deadline"):
            await SocketJudge(path, deadline=0.05).judge(None, "Fine.", [(0, 5)])
        gate.open.set()


async def test_questions_that_wait_are_judged_together_and_those_past_the_end_of_the_queue_refused(path: Path) -> None:
    gate = Gate()
    judge = SocketJudge(path, deadline=10)

    async def ask() -> str:
        try:
            await judge.judge(None, "Fine.", [(0, 5)])
        except Unavailable as error:
            return str(error)
        return "answered"

    async with serving(path, gate, waiting=3), asyncio.TaskGroup() as tasks:
        asked = [tasks.create_task(ask())]
        await asyncio.to_thread(gate.begun.wait, 5)
        asked += [tasks.create_task(ask()) for _ in range(5)]
        done: set[asyncio.Task[str]] = set()
        async with asyncio.timeout(5):
            while len(done) < 2:
                some, _ = await asyncio.wait(set(asked) - done, return_when=asyncio.FIRST_COMPLETED)
                done |= some
        gate.open.set()

    outcomes = sorted(task.result() for task in asked)
    assert outcomes.count("answered") == 4
    assert all("busy" in outcome for outcome in outcomes if outcome != "answered")
    assert gate.together == [1, 3]


async def test_a_question_that_nobody_waits_for_any_more_is_not_judged(path: Path) -> None:
    gate = Gate()
    async with serving(path, gate):
        async with asyncio.TaskGroup() as tasks:
            first = tasks.create_task(SocketJudge(path, deadline=10).judge(None, "First.", [(0, 6)]))
            await asyncio.to_thread(gate.begun.wait, 5)
            with pytest.raises(Unavailable):
                await SocketJudge(path, deadline=0.05).judge(None, "Late.", [(0, 5)])
            gate.open.set()
        assert first.result().sentences
        await SocketJudge(path).judge(None, "Next.", [(0, 5)])
    assert gate.together == [1, 1]


async def test_one_question_that_fails_does_not_end_the_judge(path: Path) -> None:
    gate = Gate()
    gate.open.set()
    async with serving(path, gate):
        with pytest.raises(Unavailable, match="failed"):
            await SocketJudge(path).judge(None, "poison", [(0, 6)])
        assert (await SocketJudge(path).judge(None, "Fine.", [(0, 5)])).sentences


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\n\r\n", b"\xff\xff\xff\xff", b"\x00\x00\x00\x02{}"])
async def test_a_peer_that_says_something_else_is_dropped(path: Path, sent: bytes) -> None:
    gate = Gate()
    gate.open.set()
    async with serving(path, gate):
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(sent)
        writer.write_eof()
        assert await reader.read() == b""
        writer.close()
        assert (await SocketJudge(path).judge(None, "Fine.", [(0, 5)])).sentences


async def test_an_answer_to_another_question_is_none(path: Path) -> None:
    class Confused(Gate):
        def judge(self, questions: Sequence[Question]) -> list[Judgement]:
            return [Judgement((), {}) for _ in questions]

    async with serving(path, Confused()):
        with pytest.raises(Unavailable, match="another question"):
            await SocketJudge(path).judge(None, "Fine.", [(0, 5)])


async def test_a_peer_that_hangs_up_mid_answer_counts_as_no_answer(path: Path) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(4)
        writer.write(b"\x00\x00\x01\x00{")
        writer.close()

    sock = socket.socket(socket.AF_UNIX)
    sock.bind(str(path))
    async with await asyncio.start_unix_server(hang_up, sock=sock):
        with pytest.raises(Unavailable):
            await SocketJudge(path).judge(None, "Fine.", [(0, 5)])
