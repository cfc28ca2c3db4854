# SPDX-License-Identifier: GPL-3.0-or-later
"""Where sentences end in mail, and what each of them is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail.reply import SentenceKind
from gateway.mail.sentences import split


def texts(text: str) -> list[str]:
    return [sentence.text for sentence in split(text)]


def kinds(text: str) -> list[tuple[str, str]]:
    return [(sentence.kind.value, sentence.text) for sentence in split(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hi Anna, this is your own fault.", [("greeting", "Hi Anna,"), ("prose", "this is your own fault.")]),
        ("Hello. This is your own fault.", [("greeting", "Hello."), ("prose", "This is your own fault.")]),
        ("Dear Mr. Quill, the part is here.", [("greeting", "Dear Mr. Quill,"), ("prose", "the part is here.")]),
        ("Hey Tom - it is done.", [("greeting", "Hey Tom -"), ("prose", "it is done.")]),
        ("Hi there you should have asked us before.", [("prose", "Hi there you should have asked us before.")]),
        (
            "Guten Tag Frau Beispiel,\nalles ist gut.",
            [("greeting", "Guten Tag Frau Beispiel,"), ("prose", "alles ist gut.")],
        ),
        ("Hello", [("greeting", "Hello")]),
        ("Himalayan salt is sold out.", [("prose", "Himalayan salt is sold out.")]),
    ],
)
def test_only_the_greeting_is_a_greeting(text: str, expected: list[tuple[str, str]]) -> None:
    assert kinds(text) == expected


def test_a_newline_that_a_program_put_there_ends_no_sentence() -> None:
    text = (
        "The engineer who looked at the pump on Friday has left a note that the\n"
        "bearing was worn, which explains the noise you heard in the cellar and\n"
        "the water on the floor. A new one is ordered.\n"
    )
    assert len(texts(text)) == 2


def test_a_newline_that_the_author_put_there_does() -> None:
    assert texts("ok\nwill do\nthanks") == ["ok", "will do", "thanks"]
    assert texts("These are open:\n- the lamp in the hall\n- the key of the shed") == [
        "These are open:",
        "- the lamp in the hall",
        "- the key of the shed",
    ]


@pytest.mark.parametrize(
    "whole",
    [
        "Version 2.4.1 of the client is out.",
        "Ask Dr. Meier about e.g. the left pump, approx. 3.5 litres a day.",
        "See https://help.example/a.b?c=d.e for more.",
        "The train at 9 a.m. is full.",
        "J. R. Quill signed for it.",
    ],
)
def test_a_full_stop_inside_a_word_ends_nothing(whole: str) -> None:
    assert texts(whole) == [whole]


@pytest.mark.parametrize(
    "line",
    [
        "$ systemctl restart relay",
        "2025-03-01 10:00:01 relay[12]: queue full",
        "sudo apt install lftp",
        "retries = 5",
        '{"status": "failed"}',
        "Traceback (most recent call last):",
    ],
)
def test_commands_and_logs_are_code(line: str) -> None:
    assert kinds(f"Please run this once more for me, and send what it says.\n\n{line}")[-1] == ("code", line)


@pytest.mark.parametrize("line", ["You broke it;", "Cats are welcome here.", "At last it works.", "It failed (again)"])
def test_prose_is_not_code(line: str) -> None:
    assert kinds(f"I had a look at it this morning.\n\n{line}\n\nMore to follow.")[1][0] == "prose"


def test_a_closing_and_the_name_below_it_are_closings() -> None:
    assert [kind for kind, _ in kinds("It is mended.\n\nKind regards,\nIda Norberg")] == ["prose", "closing", "closing"]


def test_a_quotation_that_is_a_sentence_of_its_own_is_marked() -> None:
    assert kinds("You wrote:\n\n“It is my own fault, I think.”\n\nIt was not.")[1][0] == "quote"


def test_chinese_and_japanese_end_sentences_without_a_space() -> None:
    assert len(texts("申し訳ございません。明日お送りします。")) == 2


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_sentences_lie_in_order_and_miss_only_white_space(text: str) -> None:
    behind, missed = 0, ""
    for sentence in split(text):
        assert behind <= sentence.start < sentence.end <= len(text)
        missed += text[behind : sentence.start]
        behind = sentence.end
        assert sentence.kind in SentenceKind
    assert not (missed + text[behind:]).strip()
