# SPDX-License-Identifier: GPL-3.0-or-later
"""Forged, altered and replayed tokens prove nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.hold.card_identity import message_id, token_of
from gateway.hold.token import Role, Token, prove
from tests.hold.holds import SECRET

TOKEN = Token("k7qm2xpd", Role.AGENT, 1)


@given(st.from_regex(r"[a-z0-9]{4,32}", fullmatch=True), st.sampled_from(Role), st.integers(0, 999_999), st.text())
def test_what_was_signed_is_proven_in_its_mailbox(hold: str, role: Role, revision: int, mailbox: str) -> None:
    token = Token(hold, role, revision)
    written = token.sign(SECRET, mailbox)
    assert prove(SECRET, mailbox, written) == token
    assert prove(SECRET, mailbox, written.upper()) == token, "servers and clients change the case of a Message-ID"
    assert token_of("", message_id(written)) == written


def test_a_token_is_good_in_no_other_mailbox_and_under_no_other_secret() -> None:
    written = TOKEN.sign(SECRET, "anna")
    assert prove(SECRET, "ben", written) is None
    assert prove(b"x" * 32, "anna", written) is None


@pytest.mark.parametrize("other", ["l1", "a2", "n1", "x1"])
def test_role_and_revision_cannot_be_changed(other: str) -> None:
    assert prove(SECRET, "anna", TOKEN.sign(SECRET, "anna").replace(".a1.", f".{other}.")) is None


@given(st.text())
def test_anything_else_is_no_token(text: str) -> None:
    assert prove(SECRET, "anna", text) is None


@given(st.integers(0, 200), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567."))
def test_no_character_of_a_token_can_be_changed(place: int, character: str) -> None:
    written = TOKEN.sign(SECRET, "anna")
    place %= len(written)
    altered = written[:place] + character + written[place + 1 :]
    assert altered == written or prove(SECRET, "anna", altered) is None
