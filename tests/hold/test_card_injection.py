# SPDX-License-Identifier: GPL-3.0-or-later
"""Attack: a message whose every part tries to become markup, a header field, or a part of the card of its own."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from gateway.hold.card import Cards
from gateway.hold.card_seal import SEAL_FIELD
from gateway.hold.card_words import clean, line, underlined, width
from gateway.hold.hold import Delivery, Hold, HoldState, Outcome
from gateway.mail.envelope import Path
from gateway.mail.read import read
from gateway.policy.finding import Part, To
from tests.hold.held_mail import BLAME, NOW, TOKEN, finding, hold, message

CARDS = Cards("Bedside <bedside@shop.example>")
MAIL = message()

# What the template has.
TAGS = {"html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "div", "p"}
TAGS |= {"b", "br", "u", "span", "blockquote", "ul", "li"}
FIELDS = [
    "From", "Subject", "Date", "Message-ID", "References", "Auto-Submitted", "X-Bedside-Token", "X-Bedside-Hold",
    "MIME-Version", SEAL_FIELD, "Content-Type",
]  # fmt: skip

MARKUP = "</u></p><script>alert(1)</script><img src=http://evil.example/x onerror=x><style>*{display:none}</style>"
HEADER = "x\r\nBcc: all@example.com\r\nX-Bedside-Token: forged\r\n\r\nbody"
TEMPLATE = "{{ story }}{% for x in y %}"
ANY = st.text() | st.sampled_from(
    [MARKUP, HEADER, TEMPLATE, "\u202egnp.exe", "\ud800", "\x00\x1b[2J", "-->]]>", "&lt;b&gt;"]
)


def unharmed(octets: bytes) -> EmailMessage:
    """The card, after making sure that it has the structure of one and nothing else."""
    assert octets.count(b"\n") == octets.count(b"\r\n") == octets.count(b"\r")
    card = message_from_bytes(octets, policy=default)
    assert isinstance(card, EmailMessage)
    assert list(card.keys()) == FIELDS
    assert card["X-Bedside-Token"] == TOKEN
    assert card.defects == []
    alternative, attached = list(card.iter_parts())
    assert [part.get_content_type() for part in alternative.iter_parts()] == ["text/plain", "text/html"]
    assert attached.get_content_type() == "message/rfc822"
    page = html(card)
    assert {node.tag for node in page.css("*")} <= TAGS
    assert all(set(node.attributes) <= {"class", "lang", "charset", "name", "content"} for node in page.css("*"))
    assert len(page.css("h1")) == len(page.css("style")) == 1
    return card


def html(card: EmailMessage) -> LexborHTMLParser:
    body = card.get_body(("html",))
    assert body is not None
    return LexborHTMLParser(body.get_content())


@settings(max_examples=60, deadline=None)
@given(ANY, ANY, ANY, ANY, ANY)
def test_no_text_gets_out_of_its_place(subject: str, said: str, excerpt: str, address: str, reply: str) -> None:
    found = finding(MAIL, BLAME, message=said, explanation=said, suggestion=said)
    elsewhere = finding(MAIL, BLAME, part=Part.SUBJECT, excerpt=excerpt, sentence=None, start=None, end=None)
    held = hold(
        MAIL,
        found,
        elsewhere,
        subject=subject,
        mailbox=address,
        team=said,
        since=(subject,),
        deliveries=(Delivery(Path(address), Outcome.REFUSED, reply, 1, NOW),),
    )
    for changed in (held, replace(held, deliveries=(Delivery(Path(address)),))):
        unharmed(CARDS.card(changed, To.AGENT, MAIL, TOKEN, NOW))
        notice = message_from_bytes(CARDS.notice(changed, To.AGENT, TOKEN, NOW), policy=default)
        without_seal = [name for name in FIELDS if name != SEAL_FIELD]
        assert list(notice.keys()) == [*without_seal, "Content-Transfer-Encoding"]


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")), ANY)
def test_no_word_of_a_message_gets_out_of_its_place(body: str, customer: str) -> None:
    mail = message(f"{MARKUP} {BLAME} {body}\n", customer=clean(f"{MARKUP}\n{customer}"))
    reply = read(mail)
    unharmed(CARDS.card(hold(mail, finding(mail, BLAME) if BLAME in reply.authored else finding(MAIL, BLAME)),
                        To.AGENT, mail, TOKEN, NOW))  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_no_octets_of_an_original_get_out_of_their_part(octets: bytes) -> None:
    made = CARDS.card(hold(MAIL), To.AGENT, MAIL + octets, TOKEN, NOW)
    limit = made.partition(b'boundary="')[2].partition(b'"')[0]
    assert made.count(b"\r\n--" + limit) == 4 - 1
    assert made.endswith(b"\r\n--" + limit + b"--\r\n")


def test_an_original_that_knows_the_boundary_of_its_card_does_not_end_its_part() -> None:
    made = CARDS.card(hold(MAIL), To.AGENT, MAIL, TOKEN, NOW)
    limit = made.partition(b'boundary="')[2].partition(b'"')[0]
    unharmed(CARDS.card(hold(MAIL), To.AGENT, MAIL + b"--" + limit + b"--\r\n", TOKEN, NOW))


@pytest.mark.parametrize("state", list(HoldState))
def test_a_bad_message_id_is_left_out_in_every_state(state: HoldState) -> None:
    held: Hold = hold(MAIL, state=state, message_id="<a@b>\r\nBcc: c@d")
    assert "References" not in message_from_bytes(CARDS.card(held, To.AGENT, MAIL, TOKEN, NOW))


@given(st.text())
def test_clean_text_is_printable_and_runs_one_way(text: str) -> None:
    cleaned = clean(text)
    assert all(character == "\n" or character.isprintable() or character > "\x9f" for character in cleaned)
    assert not set(cleaned) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069")
    assert clean(cleaned) == cleaned
    assert "\n" not in line(text)
    assert len(line(text, 40)) <= 40


@given(st.lists(st.tuples(st.text(alphabet="ab c ä\u3042\u0301", max_size=12), st.booleans()), max_size=6))
def test_what_is_underlined_stands_below_the_marked_words(pieces: list[tuple[str, bool]]) -> None:
    rows = underlined(pieces, 20)
    words = [row for row in rows if not set(row) <= {"~", " "}]
    assert " ".join(" ".join(words).split()) == " ".join("".join(piece for piece, _ in pieces).split())
    assert all(width(row) <= 20 or " " not in row for row in words)
