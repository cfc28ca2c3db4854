# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a customer says that it is put right."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.mail.confirmation import confirms_fix


@pytest.mark.parametrize(
    "text",
    [
        "It works now, thank you very much!",
        "Hi Anna,\n\nthat did it. Everything is back.\n\nBest,\nTomas",
        "Thanks, the error is gone and I can log in again.",
        "Just to let you know that I got my refund today. Have a nice weekend.",
        "All good now, thanks!",
        "The gallery is back online. You can close this ticket.",
        "Brilliant, it’s all working.",
        "Problem solved, many thanks for your help.",
    ],
)
def test_a_confirmed_fix(text: str) -> None:
    assert confirms_fix(text) is True


@pytest.mark.parametrize(
    "text",
    [
        "Could you tell me whether it is fixed now?",
        "It is still not working.",
        "I hope it works now.",
        "It works now, but the pictures from June are missing.",
        "The login works again. Now the invoice is wrong and I was charged twice.",
        "If it is fixed, please let me know.",
        "What are your opening hours on Saturday?",
        "Let me know when the site is back online.",
        "I am in tears, the whole wedding gallery is gone.",
        "It worked yesterday and today it does not.",
        "Thank you for your answer.",
        "The gallery is gone.",
        "All my photos are gone.",
    ],
)
def test_no_confirmed_fix(text: str) -> None:
    assert confirms_fix(text) is False


@pytest.mark.parametrize(
    "text", ["", "   ", "Es funktioniert jetzt wieder, vielen Dank für die schnelle Hilfe und die Mühe."]
)
def test_what_cannot_be_told(text: str) -> None:
    assert confirms_fix(text) is None


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=300))
def test_it_never_raises(text: str) -> None:
    assert confirms_fix(text) in (True, False, None)
