# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows of tokens: every sentence is read once, from its own tokens, whatever the length of the reply."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gateway.judge.encode import CLS, CUSTOMER, SEP, WINDOW, batch, windows


@dataclass(frozen=True)
class Words:
    """One token a character, which is enough to count with."""

    ids: list[int]
    offsets: list[tuple[int, int]]

    @classmethod
    def of(cls, length: int) -> Words:
        return cls([1000 + place % 7 for place in range(length)], [(place, place + 1) for place in range(length)])


lengths = st.lists(st.integers(1, 500), max_size=12)


def _spans(sizes: list[int]) -> list[tuple[int, int]]:
    spans, at = [], 0
    for size in sizes:
        spans.append((at, at + size))
        at += size + 1
    return spans


@given(lengths, st.integers(0, 400))
def test_every_sentence_is_read_once_and_no_window_is_too_long(sizes: list[int], customer: int) -> None:
    spans = _spans(sizes)
    asked = Words.of(customer) if customer else None

    made = windows(asked, Words.of(sum(sizes) + len(sizes)), spans)

    assert [index for one in made for index, _, _ in one.sentences] == list(range(len(sizes)))
    for one in made:
        assert len(one.ids) <= WINDOW
        assert one.ids[0] == CLS
        assert one.ids[-1] == SEP
        assert one.customer[1] - one.customer[0] == min(customer, CUSTOMER)
        for _, first, behind in one.sentences:
            assert one.reply[0] <= first < behind <= one.reply[1]


@given(lengths.filter(bool))
def test_weights_average_the_tokens_of_what_they_stand_for(sizes: list[int]) -> None:
    made = windows(Words.of(5), Words.of(sum(sizes) + len(sizes)), _spans(sizes))

    laid = batch(made)

    assert laid.mask.sum() == sum(len(one.ids) for one in made)
    for row, one in enumerate(made):
        sums = laid.sentences[row].sum(axis=1)
        assert np.allclose(sums[: len(one.sentences)], 1, atol=1e-4)
        assert not sums[len(one.sentences) :].any()
        assert np.isclose(laid.customer[row].sum(), 1, atol=1e-4)


def test_a_reply_without_sentences_still_has_a_window() -> None:
    (only,) = windows(None, Words.of(0), [])

    assert only.ids == (CLS, SEP, SEP)
    assert batch([only]).sentences.shape == (1, 1, 3)
