# SPDX-License-Identifier: GPL-3.0-or-later
"""What servers say, as values."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.imap.responses import Answer, Token, header_field, number, pairs, parse, text_of


def test_a_fetch_with_a_literal() -> None:
    pieces = (
        b"12 FETCH (UID 7 FLAGS (\\Seen $Label1) BODY[HEADER.FIELDS (X-BEDSIDE-TOKEN MESSAGE-ID)] {6}",
        b"a: (b\r",
        b")",
    )
    answer = Answer("OK", "done", (pieces,))
    ((seq, items),) = answer.named("FETCH")
    assert number(seq) == 12
    assert pairs(items) == {"UID": "7", "FLAGS": ["\\Seen", "$Label1"], "BODY": b"a: (b\r"}


def test_names_as_atoms_strings_and_literals() -> None:
    assert parse((b'LIST (\\HasNoChildren) "/" "a \\"b\\" (c"',))[-1] == b'a "b" (c'
    assert parse((b'LIST () "/" {3}', b'a"b', b""))[-1] == b'a"b'
    assert parse((b"LIST () NIL INBOX",))[-2:] == ["NIL", "INBOX"]
    assert parse((b'STATUS "Q/R" (MESSAGES 3 UIDNEXT 4)',))[2] == ["MESSAGES", "3", "UIDNEXT", "4"]


def test_codes() -> None:
    answer = Answer("NO", "[OVERQUOTA] Quota exceeded", ((b"OK [UIDVALIDITY 17] valid",),))
    assert (answer.ok, answer.code) == (False, "OVERQUOTA")
    assert answer.status_code("UIDVALIDITY") == "17"
    assert answer.status_code("UIDNEXT") is None
    assert Answer("NO", "plainly no").code == ""


def test_fields_are_unfolded_and_the_first_one_counts() -> None:
    header = b"X-Bedside-Token:\r\n abc\r\nx-bedside-token: forged\r\nMessage-Id: <a@b>\r\n\r\n"
    assert header_field(header, "X-Bedside-Token") == "abc"
    assert header_field(header, "Message-ID") == "<a@b>"
    assert header_field(header, "Subject") == ""


def test_what_is_no_number_is_none() -> None:
    tokens: list[Token | None] = [None, "x", b"3", ["3"], "²"]
    assert [number(token) for token in tokens] == [0, 0, 0, 0, 0]
    assert text_of(["a"]) == ""
    assert pairs("x") == {}


@given(st.lists(st.binary(max_size=60), min_size=1, max_size=4))
def test_nothing_raises(pieces: list[bytes]) -> None:
    parse(tuple(pieces))
    answer = Answer("OK", "", (tuple(pieces),))
    assert list(answer.named("FETCH")) is not None
    answer.status_code("X")
