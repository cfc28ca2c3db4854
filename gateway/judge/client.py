# SPDX-License-Identifier: GPL-3.0-or-later
"""The judge as a worker sees it: asked over a Unix socket, with a deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from gateway.judge.question import Question
from gateway.judge.wire import NotAFrame, question_frame, read_answer, read_frame
from gateway.policy.judgement import Judgement
from gateway.ports import Unavailable


class SocketJudge:
    """A `gateway.ports.Judge` that asks the host's judge process.

    Args:
        path: its Unix socket.
        deadline: seconds after which a message goes on without a judgement. One reply takes some ten milliseconds;
            the rest is for those before it.
    """

    def __init__(self, path: Path, deadline: float = 2.0) -> None:
        self._path = path
        self._deadline = deadline

    async def judge(self, customer: str | None, authored: str, spans: Sequence[tuple[int, int]]) -> Judgement:
        """Probabilities for the sentences at `spans` in `authored`.

        Raises:
            Unavailable: there is no judge, it is too busy, or it gave no answer within the deadline.
        """
        try:
            async with asyncio.timeout(self._deadline):
                answer = await self._ask(Question.of(customer, authored, spans))
        except TimeoutError as error:
            raise Unavailable("no answer within the deadline") from error
        except (OSError, asyncio.IncompleteReadError, NotAFrame) as error:
            raise Unavailable(f"the judge cannot be asked: {type(error).__name__}") from error
        if isinstance(answer, str):
            raise Unavailable(f"the judge gave no answer: {answer}")
        if len(answer.sentences) != len(spans):
            raise Unavailable("the judge answered another question")
        return answer

    async def _ask(self, question: Question) -> Judgement | str:
        reader, writer = await asyncio.open_unix_connection(self._path)
        try:
            writer.write(question_frame(question, self._deadline))
            await writer.drain()
            return read_answer(await read_frame(reader))
        finally:
            writer.close()
