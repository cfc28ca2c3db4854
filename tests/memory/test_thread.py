# SPDX-License-Identifier: GPL-3.0-or-later
"""Which thread a mail belongs to, and the hashes that it is known by."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.mail.read import read
from gateway.mail.reply import Headers
from gateway.mail.thread import place, topic
from gateway.policy.letter import Keyring, Own
from tests.memory.letters import CUSTOMER, KEYRING, envelope, letter, mail

_PREFIXES = (
    "Re:",
    "RE :",
    "AW: ",
    "Aw:",
    "Fwd: ",
    "FW:",
    "Antwort: ",
    "SV: ",
    "Re[2]: ",
    "WG:",
    "TR : ",
    "Odp: ",
    "回复：",
)
_TAGS = ("[#4711] ", "[Ticket#2026112410000012] ", "(Case 0815) ", "")


@given(
    st.lists(st.sampled_from(_PREFIXES), max_size=4),
    st.sampled_from(_TAGS),
    st.sampled_from(("GALLERY GONE", "Gallery   gone")),
)
def test_a_topic_is_the_same_whatever_clients_and_help_desks_put_before_it(
    prefixes: list[str], tag: str, said: str
) -> None:
    subject = "".join(prefixes) + tag + said
    assert topic(subject) == "gallery gone"


@pytest.mark.parametrize("subject", ["", "Question", "Re: Help!", "AW: [#4711] Frage", "…", "Re: Re: Re:"])
def test_a_subject_of_a_word_or_none_is_no_topic(subject: str) -> None:
    assert topic(subject) == ""


def test_another_number_is_another_topic() -> None:
    assert topic("Invoice 1234") != topic("Invoice 1235")


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=80))
def test_any_subject_has_a_topic_that_is_its_own(subject: str) -> None:
    assert topic(topic(subject)) in ("", topic(subject))


def test_folded_references_and_capitals_in_an_address_make_no_difference() -> None:
    one = letter(mail("r2", "Hello", references=("m1", "r1", "m2")))
    flat = mail("r2", "Hello", references=("m1", "r1", "m2")).replace(b"\r\n <", b" <")
    assert letter(flat, CUSTOMER.upper()).question == one.question


def test_a_message_answers_the_one_that_it_names_and_not_one_of_several() -> None:
    refers = ("<a@x>", "<b@x>")
    assert place(Headers(in_reply_to=("<b@x>",), references=refers), "").answers == "<b@x>"
    assert place(Headers(references=refers), "").answers == "<b@x>"
    assert place(Headers(in_reply_to=refers), "").answers == ""
    assert place(Headers(message_id="<a@x>", in_reply_to=("<a@x>",)), "").answers == "", "nobody answers himself"


def test_thousands_of_references_cost_no_more_than_forty() -> None:
    named = place(Headers(references=tuple(f"<{n}@x>" for n in range(5000))), "")
    assert (len(named.refers_to), named.refers_to[0], named.refers_to[-1]) == (40, "<0@x>", "<4999@x>")


def test_what_begins_a_thread_refers_to_nothing_and_has_no_re() -> None:
    assert place(Headers(), "Gallery gone").begins
    assert not place(Headers(), "AW: Gallery gone").begins
    assert not place(Headers(references=("<a@x>",)), "Gallery gone").begins


def test_the_same_thread_with_another_customer_has_other_names() -> None:
    content = mail("r1", "Hello", references=("m1",))
    one, other = letter(content).question, letter(content, "ben@customer.example").question
    assert not set(one.strands[0].names) & set(other.strands[0].names)
    assert one.message == other.message


def test_with_another_key_nothing_is_the_same() -> None:
    content = mail("r1", "The gallery is back online.", references=("m1",))
    one, other = letter(content).question, letter(content, keyring=Keyring(b"another", KEYRING.own)).question
    assert one.message != other.message
    assert not set(one.sketches) & set(other.sketches)
    assert one.relations != other.relations


def test_a_keyring_does_not_tell_its_secret() -> None:
    assert "thirty-two" not in repr(KEYRING)


def test_a_colleague_is_no_customer_and_a_crowd_is_none_either() -> None:
    reply = read(mail("r1", "Hello"))
    assert KEYRING.letter(envelope("ben@larch.example"), reply, "helpdesk", "anna") is None
    assert KEYRING.letter(envelope(*(f"c{n}@x.example" for n in range(21))), reply, "helpdesk", "anna") is None
    both = KEYRING.letter(envelope("ben@larch.example", CUSTOMER), reply, "helpdesk", "anna")
    assert both is not None
    assert len(both.question.strands) == 1


def test_without_domains_the_senders_own_is_inside_but_for_a_provider_of_mailboxes() -> None:
    own = Own()
    assert own.others(("Ben@Larch.example", "c@x.example"), "anna@larch.example") == ("c@x.example",)
    assert own.others(("c@mail.example",), "anna@mail.example") == ("c@mail.example",)
    assert own.others(("",), "anna@mail.example") == ()
    assert Own(members=("*@larch.example",)).others(("b@larch.example",), "x@y.example") == ()
