# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for any octets whatever: reading ends, gives a `Reply`, and its spans are true."""

from __future__ import annotations

import json

from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.cli.read import as_object, as_text
from gateway.mail.read import from_text, read
from gateway.mail.state import customer_state
from tests.mail.test_read import assert_spans_hold

_HEADERS = st.sampled_from(
    [
        b"Content-Type: text/html\n",
        b"Content-Type: text/plain; charset=utf-7\n",
        b"Content-Type: multipart/mixed; boundary=x\n",
        b"Content-Type: multipart/alternative; boundary=\n",
        b"Content-Type: text/plain; format=flowed; delsp=yes\n",
        b"Content-Transfer-Encoding: base64\n",
        b"Content-Transfer-Encoding: quoted-printable\n",
        b"Content-Type: message/rfc822\n",
        b"Subject: =?utf-8?b?4oC=?= =?x?q?=ff=?=\n",
        b"From: ((((a\n",
    ]
)
_PIECES = st.sampled_from(
    [
        *(b"\n", b"\n\n", b"--x\n", b"--x--\n", b"> ", b">> a\n", b"On 1.1.2024 a@b.c wrote:\n"),
        *(b"From: a\nSent: b\nTo: c\n",),
        *(b"<div>", b"</div>", b"<blockquote>", b"<p style='display:none'>", b"&#xD800;"),
        *(b"<li>", b"<pre>", b"<!--", b"<a href=http:>"),
        *(b"-- \n", b"Sent from my iPhone\n", b"=\n", b"=C3", b"+2AA-"),
        *(b"\xff\xfe", b"\xe2\x80", b"\x00", b"A b. C d! ", b"\r"),
    ]
)  # fmt: skip
_MAIL = st.builds(
    lambda head, body: b"".join(head) + b"\n" + b"".join(body),
    st.lists(_HEADERS, max_size=4),
    st.lists(_PIECES | st.binary(max_size=20), max_size=40),
)


@given(st.binary(max_size=400) | _MAIL)
@example(b"Content-Type: text/plain; charset=utf-7\n\n+2AA-")
@settings(max_examples=120, deadline=None)
def test_any_octets_give_a_reply_whose_spans_are_true(content: bytes) -> None:
    reply = read(content)
    assert_spans_hold(reply)
    assert 0 <= reply.confidence <= 1
    json.dumps(as_object("x", reply), ensure_ascii=False).encode()
    as_text("x", reply).encode()


@given(st.text(max_size=300), st.none() | st.text(max_size=100))
@settings(max_examples=60, deadline=None)
def test_any_text_gives_a_reply_that_is_authored_whole(authored: str, customer: str | None) -> None:
    reply = from_text(authored, customer)
    assert_spans_hold(reply)
    kept = authored.translate(dict.fromkeys([0, 0x200B, 0x2060, 0xFEFF, 0xAD]))
    assert reply.authored.split() == kept.split()


@given(st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_evidence_of_the_customers_state_stands_in_their_words(text: str) -> None:
    state = customer_state(text)
    assert all(piece in text for piece in state.evidence)
