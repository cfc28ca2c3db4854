# SPDX-License-Identifier: GPL-3.0-or-later
"""The language of a text: also of one short sentence, also of languages that no rule is for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.mail.language import detect


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I don't see how else to say it.", "en"),
        ("I told you all, I did.", "en"),
        ("I’ll do what I can.", "en"),
        ("Nie wiem, jak to zrobić, ale proszę o kontakt.", "pl"),
        ("Das ist nicht Ihre Schuld, wir haben es falsch gemacht.", "de"),
        ("Je suis désolé pour ce retard, votre colis est en route.", "fr"),
        ("Lo siento, su pedido no ha llegado.", "es"),
        ("Bedankt voor de foto's.", "nl"),
        ("Доброго дня! Дякуємо за листа, посилка вже в дорозі.", "uk"),
        ("Bon dia, el paquet ja és de camí i us arribarà dijous a casa.", "ca"),
        ("Hei, pakken er sendt i dag og kommer frem på torsdag. Beklager at det tok så lang tid.", "no"),
        ("您好，包裹今天已经寄出，预计星期四送到。", "zh"),
        ("\x01Thank you,\x00\ufdd0 it is on its way to you\ud800 now.\n\n", "en"),
        ("Fantastic!", None),
        ("12345", None),
        ("\x00\ufffe", None),
        ("", None),
    ],
)
def test_a_text_is_told_by_how_it_is_spelt(text: str, language: str | None) -> None:
    assert detect(text) == language


def test_a_text_that_begins_with_what_is_no_language_is_told_by_the_rest() -> None:
    assert (
        detect("0123 4567 " * 40 + "The lamp is on its way to you, and it should be there by Friday at noon.") == "en"
    )


@given(st.text(max_size=400))
@settings(max_examples=80, deadline=None)
def test_any_text_has_a_code_of_two_letters_or_none(text: str) -> None:
    found = detect(text)
    assert found is None or (len(found) == 2 and found.islower())
