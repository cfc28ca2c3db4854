# SPDX-License-Identifier: GPL-3.0-or-later
"""A retry finds its own hold; whatever was sent on purpose does not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.hold.key import keys, trace_length
from gateway.mail.envelope import Client, Envelope, Path
from tests.hold.holds import CONTENT, SECRET, envelope


def key(sent_with: Envelope, content: bytes) -> str:
    return keys(SECRET, sent_with, [content]).hold


RECEIVED = b"Received: from a (b [192.0.2.1])\r\n\tby c with ESMTP id %d; Mon, 23 Nov 2026 09:00:0%d +0000\r\n"


@pytest.mark.parametrize(
    "trace",
    [
        b"",
        RECEIVED % (1, 1),
        RECEIVED % (2, 2),
        b"Return-Path: <anna@example.org>\r\n" + RECEIVED % (3, 3) + RECEIVED % (4, 4),
        b"DKIM-Signature: v=1; t=17;\r\n b=abc\r\n",
        b"received: lower case counts\r\n",
    ],
)
def test_fields_that_servers_put_on_top_change_no_key(trace: bytes) -> None:
    assert key(envelope(), trace + CONTENT) == key(envelope(), CONTENT)


@pytest.mark.parametrize(
    ("what", "content"),
    [
        ("another text", CONTENT + b"PS: sorry\r\n"),
        ("another Message-ID", CONTENT.replace(b"<one@", b"<two@")),
        ("another Date", CONTENT.replace(b"09:00:00", b"09:00:01")),
        ("a trace field below an author's field", CONTENT.replace(b"To:", b"Received: x\r\nTo:")),
        ("bare LF for CRLF", CONTENT.replace(b"\r\n", b"\n")),
    ],
)
def test_another_message_has_another_key(what: str, content: bytes) -> None:
    assert key(envelope(), content) != key(envelope(), CONTENT), what


def test_the_envelope_belongs_to_the_key_with_its_parameters_but_not_size() -> None:
    plain = envelope("a@x.example", "b@x.example")
    same = replace(plain, recipients=plain.recipients[::-1], client=Client("198.51.100.9", "other"))
    sized = replace(plain, sender=Path(plain.sender.address, ("SIZE=2000", "body=8BITMIME")))
    assert key(plain, CONTENT) == key(same, CONTENT) == key(sized, CONTENT)
    others = [
        envelope("a@x.example"),
        envelope("a@x.example", "b@x.example", sender="ben@support.example.org"),
        envelope("a@x.example", "b@x.example", login="anna"),
        replace(plain, recipients=(Path("a@x.example", ("NOTIFY=NEVER",)), plain.recipients[1])),
        replace(plain, sender=Path(plain.sender.address)),
    ]
    made = {key(other, CONTENT) for other in others}
    assert len(made) == len(others)
    assert key(plain, CONTENT) not in made


def test_transactions_of_one_mailing_share_the_message_key_only() -> None:
    one = keys(SECRET, envelope("a@x.example"), [RECEIVED % (1, 1) + CONTENT])
    two = keys(SECRET, envelope("b@x.example"), [RECEIVED % (2, 2) + CONTENT])
    assert one.message == two.message
    assert one.hold != two.hold


def test_keys_tell_nothing_without_the_secret() -> None:
    assert keys(SECRET, envelope(), [CONTENT]) != keys(b"another secret of the same length..", envelope(), [CONTENT])


@given(st.binary(max_size=300), st.lists(st.integers(0, 400), max_size=8), st.booleans())
def test_how_a_message_is_cut_into_chunks_makes_no_difference(tail: bytes, cuts: list[int], large: bool) -> None:  # noqa: FBT001
    content = RECEIVED % (1, 1) * (900 if large else 1) + CONTENT + tail
    at = sorted({min(cut, len(content)) for cut in cuts})
    chunks = [content[a:b] for a, b in zip([0, *at], [*at, len(content)], strict=True)]
    assert keys(SECRET, envelope(), chunks) == keys(SECRET, envelope(), [content])


@given(st.binary(max_size=400))
def test_trace_fields_end_where_a_line_ends(head: bytes) -> None:
    length = trace_length(head)
    assert length == 0 or head[length - 1 : length] == b"\n"
