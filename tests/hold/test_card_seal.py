# SPDX-License-Identifier: GPL-3.0-or-later
"""An edited card is told from one that a server or a client has only stored otherwise."""

from __future__ import annotations

from datetime import datetime
from email import message_from_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.hold.card import Cards
from gateway.hold.card_seal import SEAL_FIELD, altered
from gateway.policy.finding import To
from tests.hold.held_mail import BLAME, NOW, TOKEN, hold, message

BODY = "Grüße, Maria.\n\nAs we told you, you should have checked the address.\n\nKind regards\nAnna\n"


def card(content: bytes, at: datetime = NOW) -> bytes:
    return Cards(sender="Bedside <bedside@example.org>").card(hold(content), To.AGENT, content, TOKEN, at)


@pytest.fixture(scope="module")
def fresh() -> bytes:
    return card(message(BODY))


def encoded_otherwise(octets: bytes) -> bytes:
    """As a store that keeps messages in pieces gives it back: other encodings, other boundaries."""
    mail = message_from_bytes(octets)
    for part in mail.walk():
        if part.get_content_maintype() == "text" and part.get("Content-Transfer-Encoding") == "quoted-printable":
            text = part.get_payload(decode=True)
            assert isinstance(text, bytes)
            del part["Content-Transfer-Encoding"]
            part.set_payload(text.replace(b"\n", b"\r\n").decode(), "utf-8")
        if part.get_content_type().startswith("multipart/"):
            part.set_boundary(f"other-{id(part)}")
    return mail.as_bytes()


@pytest.mark.parametrize(
    "stored",
    [
        lambda octets: octets,
        lambda octets: octets.replace(b"\r\n", b"\n"),
        lambda octets: b"X-TUID: abcdef\r\n" + octets,
        lambda octets: b"Received: by mx; now\r\n" + octets + b"\r\n",
        encoded_otherwise,
    ],
    ids=["as it was", "line ends", "mbsync", "field", "encodings"],
)
def test_a_card_that_was_only_stored_is_not_altered(fresh: bytes, stored: object) -> None:
    assert callable(stored)
    assert SEAL_FIELD.encode() in fresh
    assert not altered(stored(fresh))


@pytest.mark.parametrize("which", [0, 1, 2], ids=["text", "markup", "original"])
def test_a_changed_word_is_seen_wherever_it_stands(fresh: bytes, which: int) -> None:
    pieces = fresh.split(b"should have checked")
    assert len(pieces) > 3, "the sentence stands in text, markup and original"
    places = {0: 1, 1: fresh[: fresh.index(b"text/html")].count(b"should have checked") + 1, 2: len(pieces) - 1}
    before, after = pieces[: places[which]], pieces[places[which] :]
    sentence = b"should have checked"
    assert altered(sentence.join(before) + b"could not have known" + sentence.join(after))


def test_what_has_no_seal_or_is_no_message_is_not_called_altered(fresh: bytes) -> None:
    assert not altered(b"")
    assert not altered(b"\xff\x00")
    assert not altered(fresh.replace(SEAL_FIELD.encode(), b"X-Other"))


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_whatever_was_written_its_card_is_not_altered(text: str) -> None:
    assert not altered(card(f"Subject: x\r\n\r\nNow {BLAME} it.\n\n{text}".encode()))
