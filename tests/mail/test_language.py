# SPDX-License-Identifier: GPL-3.0-or-later
"""The language of a text by its function words: also of one short sentence."""

from __future__ import annotations

import pytest

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
        ("Fantastic!", None),
        ("", None),
    ],
)
def test_a_short_text_is_told_by_its_little_words(text: str, language: str | None) -> None:
    assert detect(text) == language
