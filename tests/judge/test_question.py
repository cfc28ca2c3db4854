# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.judge.question import Question, plain

text = st.text(st.characters(codec=None))


@given(text)
def test_plain_text_keeps_every_offset_and_can_be_encoded(written: str) -> None:
    same = plain(written)

    assert len(same) == len(written)
    same.encode("utf-8")
    assert plain(same) == same


def test_typographic_variants_are_one() -> None:
    assert Question.of("don’t", "“You — really?”", [(0, 15)]) == Question("don't", '"You - really?"', ((0, 15),))


def test_an_empty_customer_is_unknown() -> None:
    assert Question.of("", "Hello.", []).customer is None
