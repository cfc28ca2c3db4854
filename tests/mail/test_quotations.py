# SPDX-License-Identifier: GPL-3.0-or-later
"""The customer's words in the agent's sentences are marked; names of buttons, and the agent's own irony, are not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.mail.quotations import of_customer
from gateway.mail.reply import SentenceKind
from gateway.mail.sentences import split


def quoted(text: str) -> list[str]:
    return [text[start:end] for start, end in of_customer(text)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('You wrote: "I feel so stupid about it". That is not so.', '"I feel so stupid about it"'),
        ("You wrote: 'It's my own fault.' It was not.", "'It's my own fault.'"),
        ("In your last mail you mention that “nothing works at all”, and it is true.", "“nothing works at all”"),
        ("“This is a joke”, you wrote, and I can see why.", "“This is a joke”"),
        ("Your message of Monday (“it is all gone”) is with our storage team.", "“it is all gone”"),
        ("Those ‘careless people’, as you put it, are three volunteers.", "‘careless people’"),
        ("You've asked “who on earth would want this?”. Quite a few do.", "“who on earth would want this?”"),
        ("Sie schrieben: „Ich bin zu dumm dafür“. Das stimmt nicht.", "„Ich bin zu dumm dafür“"),
        ("Vous avez écrit : « je suis nulle ». Mais non.", "« je suis nulle »"),
        ('Usted nos escribió: "soy un tonto". De ninguna manera.', '"soy un tonto"'),
    ],
)
def test_words_that_are_said_to_be_the_customers_are_marked(text: str, words: str) -> None:
    assert quoted(text) == [words]


@pytest.mark.parametrize(
    "text",
    [
        'Please press "Save" and then "Close".',
        "As you said, press “Save” twice.",
        'Press "Save", your message is then kept.',
        "You obviously think “support” means magic.",
        'The menu says "You wrote too much".',
        "You said that it's our driver's fault.",
        "You wrote: “it never ended",
        "You wrote to us on Monday.\n\n“Save” is the third button.",
    ],
)
def test_other_words_in_marks_stay_the_agents(text: str) -> None:
    assert quoted(text) == []


def test_a_sentence_carries_its_part_of_a_quotation() -> None:
    text = "You wrote: “It broke at noon. I am so very\nstupid. Please help me”, and we are sorry that it did."
    first, middle, last = split(text)
    assert first.text[slice(*first.quoted[0])] == "“It broke at noon."
    assert (middle.kind, middle.text) == (SentenceKind.QUOTE, "I am so very stupid.")
    assert last.text[slice(*last.quoted[0])] == "Please help me”"
    assert last.kind is SentenceKind.PROSE


def test_a_quotation_over_a_line_break_is_found_in_the_folded_sentence() -> None:
    text = "Thank you for the  list. In your mail you wrote that “all of it is\n  gone for good”, which I could undo."
    sentence = split(text)[1]
    assert sentence.text[slice(*sentence.quoted[0])] == "“all of it is gone for good”"


@pytest.mark.parametrize("piece", ["you said ", '"', "you wrote '", "you said “a ", "‘", "'a ", "' you said"])
def test_marks_without_an_end_cost_little(piece: str) -> None:
    begun = time.process_time()
    of_customer(piece * (200_000 // len(piece)))
    assert time.process_time() - begun < 3


@given(st.lists(st.sampled_from(["You wrote: ", '"', "“", "”", "a b. ", "\n", "c", "  ", "', you said "]), max_size=30))
@settings(max_examples=80, deadline=None)
def test_spans_lie_inside_their_sentence_and_in_order(pieces: list[str]) -> None:
    for sentence in split("".join(pieces)):
        behind = 0
        for start, end in sentence.quoted:
            assert behind <= start <= end <= len(sentence.text)
            behind = end
