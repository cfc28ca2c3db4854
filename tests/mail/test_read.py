# SPDX-License-Identifier: GPL-3.0-or-later
"""A message as its reader would see it: the one entry, from octets to `Reply`."""

from __future__ import annotations

import pytest

from gateway.mail.read import from_text, read
from gateway.mail.reply import ReadState, Reply, SentenceKind

PLAIN = """\
From: Ida Norberg <ida@desk.example>
To: Tom Quill <tom@customer.example>
Subject: =?utf-8?q?Re=3A_Die_Waschmaschine_l=C3=A4uft_aus?=
Message-ID: <2@desk.example>
In-Reply-To: <1@customer.example>
References: <0@customer.example> <1@customer.example>
Content-Type: text/plain; charset=utf-8

Hello Tom,

thank you for the photographs. The seal of the door is torn, and a new one
is on its way to you. It arrives on Thursday.

Kind regards
Ida

-- \x20
Ida Norberg, Whirl Repairs
+46 8 555 01 23

On Mon, 3 Mar 2025 at 09:12, Tom Quill <tom@customer.example> wrote:
> The machine floods my kitchen on every spin.
>
> Tom
"""


def test_a_plain_reply_is_taken_apart() -> None:
    reply = read(PLAIN.encode())
    assert reply.state is ReadState.READ
    assert reply.subject == "Re: Die Waschmaschine läuft aus"
    assert reply.authored.startswith("Hello Tom,")
    assert reply.authored.endswith("Kind regards\nIda")
    assert reply.signature.splitlines()[1:] == ["Ida Norberg, Whirl Repairs", "+46 8 555 01 23"]
    assert reply.customer == "The machine floods my kitchen on every spin.\n\nTom"
    assert "wrote:" in reply.quoted
    assert reply.confidence > 0.9
    assert reply.language == "en"


def test_sentences_carry_their_kind_and_their_place() -> None:
    reply = read(PLAIN.encode())
    kinds = [(sentence.kind, sentence.text) for sentence in reply.sentences]
    assert kinds == [
        (SentenceKind.GREETING, "Hello Tom,"),
        (SentenceKind.PROSE, "thank you for the photographs."),
        (SentenceKind.PROSE, "The seal of the door is torn, and a new one is on its way to you."),
        (SentenceKind.PROSE, "It arrives on Thursday."),
        (SentenceKind.CLOSING, "Kind regards"),
        (SentenceKind.CLOSING, "Ida"),
    ]
    assert_spans_hold(reply)


def test_headers_name_the_thread_and_the_people() -> None:
    headers = read(PLAIN.encode()).headers
    assert headers.from_ == "ida@desk.example"
    assert headers.to == ("tom@customer.example",)
    assert headers.message_id == "<2@desk.example>"
    assert headers.in_reply_to == ("<1@customer.example>",)
    assert headers.references == ("<0@customer.example>", "<1@customer.example>")


@pytest.mark.parametrize(
    ("content", "state"),
    [
        (b"", ReadState.EMPTY),
        (b"Subject: nothing\n\n", ReadState.EMPTY),
        (b"Content-Type: image/png\n\n\x89PNG", ReadState.EMPTY),
        (b"Content-Type: multipart/encrypted; boundary=b\n\n--b\n\nx\n--b--\n", ReadState.ENCRYPTED),
        (b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nMIAG", ReadState.ENCRYPTED),
        (b"\n-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n", ReadState.ENCRYPTED),
    ],
)
def test_what_cannot_be_read_is_a_fact_about_the_message(content: bytes, state: ReadState) -> None:
    assert read(content).state is state


def test_a_row_of_a_table_is_authored_whole() -> None:
    reply = from_text("On Monday you wrote:\n> it broke\nIt did.", "it broke", "Re: it")
    assert reply.authored == "On Monday you wrote:\n> it broke\nIt did."
    assert (reply.customer, reply.subject, reply.confidence) == ("it broke", "Re: it", 1.0)
    assert_spans_hold(reply)


def assert_spans_hold(reply: Reply) -> None:
    """Sentences lie in order inside the authored text, and places lead to the same characters in the rendered part."""
    behind = 0
    for sentence in reply.sentences:
        assert behind <= sentence.start < sentence.end <= len(reply.authored)
        assert " ".join(reply.authored[sentence.start : sentence.end].split()) == " ".join(sentence.text.split())
        behind = sentence.end
    for authored, rendered, length in reply.places:
        assert reply.authored[authored : authored + length] == reply.rendered[rendered : rendered + length]
