# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes over the judge's Unix socket: one question, one answer, each a length of four octets and JSON.

Both sides are ours, on one host, started together from one installation: there is no version to agree on.
"""

from __future__ import annotations

import asyncio
import json
import struct
from typing import Any, Final

from gateway.judge.question import Question
from gateway.policy.judgement import Judgement

BIGGEST: Final = 8 * 1024 * 1024
"""Octets of a frame; the text that is judged is capped far below (`reading.text`)."""
_LENGTH: Final = struct.Struct("!I")


class NotAFrame(Exception):  # noqa: N818 - says what arrived
    """The peer sent something else."""


def question_frame(question: Question, within: float) -> bytes:
    """A question, and the seconds after which nobody waits for the answer."""
    return _frame(
        {
            "customer": question.customer,
            "authored": question.authored,
            "spans": [number for span in question.spans for number in span],
            "within": within,
        }
    )


def read_question(data: bytes) -> tuple[Question, float]:
    """The question and its seconds.

    Raises:
        NotAFrame: it is none.
    """
    try:
        found = json.loads(data)
        flat = [int(number) for number in found["spans"]]
        question = Question(found["customer"], str(found["authored"]), tuple(zip(flat[::2], flat[1::2], strict=True)))
        return question, float(found["within"])
    except (ValueError, KeyError, TypeError) as error:
        raise NotAFrame from error


def answer_frame(judgement: Judgement) -> bytes:
    """An answer."""
    return _frame(
        {
            "sentences": judgement.sentences,
            "whole": judgement.whole,
            "level": judgement.level,
            "our_failure": judgement.our_failure,
            "alike": judgement.alike,
        }
    )


def refusal_frame(why: str) -> bytes:
    """No answer, and why, for the log."""
    return _frame({"refused": why})


def read_answer(data: bytes) -> Judgement | str:
    """A judgement, or why there is none.

    Raises:
        NotAFrame: it is neither.
    """
    try:
        found: dict[str, Any] = json.loads(data)
        if "refused" in found:
            return str(found["refused"])
        level = found["level"]
        return Judgement(
            sentences=tuple(found["sentences"]),
            whole=found["whole"],
            level=None if level is None else (level[0], level[1], level[2], level[3]),
            our_failure=found["our_failure"],
            alike=tuple(found["alike"]),
        )
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise NotAFrame from error


async def read_frame(reader: asyncio.StreamReader) -> bytes:
    """The next frame.

    Raises:
        NotAFrame: it is too long.
        asyncio.IncompleteReadError: the connection ended.
    """
    (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
    if length > BIGGEST:
        raise NotAFrame
    return await reader.readexactly(length)


def _frame(value: object) -> bytes:
    data = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return _LENGTH.pack(len(data)) + data
