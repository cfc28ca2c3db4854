# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.judge.question import Question
from gateway.judge.wire import (
    BIGGEST,
    NotAFrame,
    answer_frame,
    question_frame,
    read_answer,
    read_frame,
    read_question,
    refusal_frame,
)
from gateway.policy.judgement import Judgement

chances = st.floats(0, 1)
judgements = st.builds(
    Judgement,
    sentences=st.lists(st.dictionaries(st.text(max_size=5), chances, max_size=3), max_size=4).map(tuple),
    whole=st.dictionaries(st.text(max_size=5), chances, max_size=3),
    level=st.none() | st.tuples(chances, chances, chances, chances),
    our_failure=st.none() | chances,
    alike=st.lists(st.text(max_size=9), max_size=4).map(tuple),
)
questions = st.builds(
    Question.of,
    customer=st.none() | st.text(max_size=30),
    authored=st.text(st.characters(codec=None), max_size=60),
    spans=st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=4),
)


@given(questions, st.floats(0.01, 100))
def test_a_question_arrives_as_it_was_asked(question: Question, within: float) -> None:
    assert read_question(question_frame(question, within)[4:]) == (question, within)


@given(judgements)
def test_an_answer_arrives_as_it_was_given(judgement: Judgement) -> None:
    assert read_answer(answer_frame(judgement)[4:]) == judgement


def test_a_refusal_says_why() -> None:
    assert read_answer(refusal_frame("busy")[4:]) == "busy"


@given(st.binary(max_size=80))
def test_anything_else_is_no_frame(data: bytes) -> None:
    with pytest.raises(NotAFrame):
        read_question(data)
    with pytest.raises(NotAFrame):
        read_answer(data)


@pytest.mark.parametrize("data", [b"[]", b"{}", b"null", b'{"spans":[1],"customer":null,"authored":"","within":1}'])
def test_json_of_another_shape_is_no_question(data: bytes) -> None:
    with pytest.raises(NotAFrame):
        read_question(data)


async def test_a_frame_that_claims_to_be_huge_is_not_waited_for() -> None:
    reader = asyncio.StreamReader()
    reader.feed_data((BIGGEST + 1).to_bytes(4, "big"))
    with pytest.raises(NotAFrame):
        await read_frame(reader)
