# SPDX-License-Identifier: GPL-3.0-or-later
"""The customer's state: the levels are separate things, and unknown is a value of its own."""

from __future__ import annotations

import pytest

from gateway.mail.language import detect
from gateway.mail.state import customer_state


@pytest.mark.parametrize(
    ("words", "level"),
    [
        ("What are your opening hours on Saturday?", 0),
        ("Thank you, that was quick and it is all settled.", 0),
        ("The export button doesn't work in the new version.", 1),
        ("I can't log in since this morning.", 1),
        ("Three years of photos are gone after the upgrade.", 2),
        ("You charged me twice for the same month.", 2),
        ("We have been without heating since the engineer left.", 2),
        ("Somebody at the desk hung up in the middle of it.", 2),
        ("The order still has not arrived and the party is tomorrow.", 2),
        ("Nobody picks up, whatever the hour.", 3),
        ("I am furious. This is the third time I write about the boiler.", 3),
        ("I have been crying all day because of this letter.", 3),
        ("My lawyer will be in touch.", 3),
    ],
)
def test_levels_are_told_apart(words: str, level: int) -> None:
    assert customer_state(words).level == level


def test_a_question_about_a_harm_is_no_harm() -> None:
    assert customer_state("How much is the late fee for a film?").level in {0, 1}


def test_our_failure_is_what_we_did_or_left_undone() -> None:
    assert customer_state("You charged me twice for the same month.").our_failure
    assert not customer_state("The export button doesn't work in the new version.").our_failure


@pytest.mark.parametrize(
    "words",
    [
        "The courier left the box on the road and a wheel is missing.",
        "The mirror arrived cracked, and it is too late for another.",
        "I have written three times about this problem without a reply.",
        "It stopped working because of your update.",
    ],
)
def test_what_our_people_did_and_how_it_came_is_our_failure_too(words: str) -> None:
    assert customer_state(words).our_failure


def test_evidence_is_the_customers_own_words() -> None:
    words = "I’m furious. Your driver didn’t come."
    state = customer_state(words)
    assert state.evidence
    assert all(piece in words for piece in state.evidence)


@pytest.mark.parametrize("words", ["", "   ", "Die Lampe ist nicht gekommen, und ich bin sehr böse auf Sie."])
def test_what_cannot_be_told_is_unknown(words: str) -> None:
    state = customer_state(words)
    assert (state.level, state.our_failure, state.evidence) == (None, None, ())


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The lamp is on its way to you, and it should be there by Friday.", "en"),
        ("Die Lampe ist unterwegs und sollte am Freitag bei Ihnen sein.", "de"),
        ("La lampe est en route et elle sera chez vous vendredi.", "fr"),
        ("La lámpara está en camino y la recibirá el viernes en su casa.", "es"),
        ("De lamp is onderweg en wordt vrijdag bij u bezorgd, met onze excuses.", "nl"),
        ("12345", None),
        ("", None),
    ],
)
def test_the_language_is_told_by_its_little_words(text: str, language: str | None) -> None:
    assert detect(text) == language
