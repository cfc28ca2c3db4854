# SPDX-License-Identifier: GPL-3.0-or-later
"""What a reviewer reads on a card."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from zoneinfo import ZoneInfo

import pytest
from selectolax.lexbor import LexborHTMLParser

from gateway.hold.card import Cards
from gateway.hold.card_identity import message_id, token_of
from gateway.hold.folders import Folders, Meaning
from gateway.hold.hold import Actor, Decision, Delivery, End, Hold, HoldState, Outcome
from gateway.hold.steps import Reason
from gateway.mail.envelope import Path
from gateway.policy.finding import Mode, Part, To
from tests.hold.held_mail import BLAME, CUSTOMER, NOW, TOKEN, finding, hold, message

CARDS = Cards("Bedside <bedside@shop.example>", zones={"support": ZoneInfo("Europe/Berlin")})
MAIL = message()
HELD = hold(MAIL)


def parsed(octets: bytes) -> EmailMessage:
    made = message_from_bytes(octets, policy=default)
    assert isinstance(made, EmailMessage)
    return made


def text(card: EmailMessage) -> str:
    """The plain text, with each paragraph on one line."""
    body = card.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


def html(card: EmailMessage) -> LexborHTMLParser:
    body = card.get_body(("html",))
    assert body is not None
    return LexborHTMLParser(body.get_content())


def card(held: Hold = HELD, role: To = To.AGENT, content: bytes = MAIL) -> EmailMessage:
    return parsed(CARDS.card(held, role, content, TOKEN, NOW))


def refused(address: str, reply: str) -> Delivery:
    return Delivery(Path(address), Outcome.REFUSED, reply, 1, NOW)


def test_a_card_says_the_sentence_why_a_better_one_and_the_customers_words() -> None:
    for said in (text(card()), html(card()).text()):
        flat = " ".join(said.split())
        assert "the customer's own fault" in flat
        assert "I have asked the carrier to bring it to you instead." in flat
        assert CUSTOMER in flat.replace(" > ", " ")


def test_the_words_are_underlined_in_both_forms() -> None:
    assert [node.text() for node in html(card()).css("u")] == [BLAME]
    body = card().get_body(("plain",))
    assert body is not None
    lines = str(body.get_content()).splitlines()
    below = next(number for number, row in enumerate(lines) if "~" in row)
    column = lines[below].index("~")
    assert lines[below - 1][column : column + len(BLAME)] == BLAME
    assert lines[below].count("~") == len(BLAME)


def test_both_forms_say_what_to_do_and_what_happens_otherwise() -> None:
    for said in (text(card()), " ".join(html(card()).text().split())):
        for folder in ("Quarantine/Release:", "Quarantine/Release as fine:", "Quarantine/Discard:"):
            assert folder in said
        assert "it goes out as it is on Tuesday 24 November, 17:12 (Europe/Berlin)" in said
        assert "The copy in your Sent folder has not gone out." in said


def test_the_original_is_attached_octet_by_octet() -> None:
    assert b"\r\n\r\n" + MAIL + b"\r\n--" in CARDS.card(HELD, To.AGENT, MAIL, TOKEN, NOW)
    (attached,) = list(card().iter_attachments())
    assert attached.get_content_type() == "message/rfc822"
    assert attached.get_content()["Message-ID"] == "<m1@shop.example>"


def test_an_original_in_eight_bits_is_attached_octet_by_octet() -> None:
    mail = MAIL.replace(b"Maria,", "Mária,".encode("iso-8859-1"))
    made = CARDS.card(HELD, To.AGENT, mail, TOKEN, NOW)
    assert mail in made
    assert b"Content-Transfer-Encoding: 8bit" in made


def test_what_no_mail_store_can_hold_is_attached_with_its_line_ends_put_right() -> None:
    made = CARDS.card(HELD, To.AGENT, MAIL.replace(b"Maria,\r\n", b"Ma\0ria,\n\r"), TOKEN, NOW)
    assert b"\0" not in made
    assert b"Ma?ria,\r\n\r\n" in made
    assert made.count(b"\n") == made.count(b"\r\n") == made.count(b"\r")


def test_a_very_large_original_is_attached_as_its_header_alone() -> None:
    small = replace(CARDS, attach_at_most=100)
    (attached,) = list(parsed(small.card(HELD, To.AGENT, MAIL, TOKEN, NOW)).iter_attachments())
    assert attached.get_content_type() == "text/rfc822-headers"
    assert "m1@shop.example" in str(attached.get_payload())
    assert "carrier" not in str(attached.get_payload())


def test_the_same_card_is_the_same_octets() -> None:
    assert CARDS.card(HELD, To.AGENT, MAIL, TOKEN, NOW) == CARDS.card(HELD, To.AGENT, MAIL, TOKEN, NOW)


def test_the_token_stands_in_a_field_and_in_the_message_id() -> None:
    made = card()
    assert token_of(made["X-Bedside-Token"], "") == token_of("", made["Message-ID"]) == TOKEN
    assert token_of("", "<somebody@else.example>") == token_of("", "") == ""
    with pytest.raises(ValueError, match="token"):
        message_id("two words")


def test_a_card_fetches_nothing() -> None:
    page = html(card())
    assert not page.css("img, script, link, iframe, object, embed, form, a, base, video, audio")
    assert "url(" not in (page.html or "")
    assert "http" not in (page.html or "")


def test_an_agent_cannot_release_what_the_lead_decides() -> None:
    held = replace(HELD, to=To.LEAD, lead_mailbox="lea", at_end=End.RETURN)
    agents, leads = text(card(held)), text(card(held, To.LEAD))
    assert "Quarantine/Release" not in agents
    assert "Quarantine/Discard" in agents
    assert "it comes back to you unsent" in agents
    assert "Lead/Quarantine/Release as fine" in leads
    assert "A reply from anna@shop.example to maria@example.com waits for your decision." in leads
    assert card(held, To.LEAD)["To"] is None
    assert card(replace(held, lead_mailbox="lea@shop.example"), To.LEAD)["To"] == "lea@shop.example"


def test_a_hold_that_went_to_the_lead_says_since_when_it_waits() -> None:
    said = text(card(replace(HELD, lead_mailbox="lea", escalated=NOW), To.LEAD))
    assert "Nobody has decided about it since Tuesday 24 November, 09:12" in said


def test_a_mail_sent_since_is_named() -> None:
    assert "You have since sent “Re: the attachment”" in text(card(replace(HELD, since=("Re: the attachment",))))


def test_a_delivered_card_gives_upstreams_words_for_each_recipient() -> None:
    done = Delivery(Path("maria@example.com"), Outcome.DELIVERED, "250 2.0.0 Ok: queued as 4Kx1", 1, NOW)
    sent = replace(HELD, state=HoldState.DELIVERED, deliveries=(done,), decided_by=Actor.AGENT)
    made = card(replace(sent, decision=Decision.RELEASE_AS_FINE))
    assert made["Subject"] == "Sent: Re: Where is my parcel?"
    assert "“250 2.0.0 Ok: queued as 4Kx1”" in text(made)
    assert "The remark is marked as wrong." in text(made)
    assert "Move this card" not in text(made)
    assert "Nobody had decided by the deadline." in text(card(replace(sent, decided_by=Actor.DEADLINE)))


@pytest.mark.parametrize(
    ("reply", "advice"),
    [
        ("550 5.1.1 <mraia@example.com>: User unknown", "slip in the address"),
        ("552 5.2.2 Mailbox full", "full"),
        ("552 5.3.4 Message too big", "smaller attachment"),
        ("554 5.7.1 Rejected by policy", "does not allow it"),
        ("552 message too large", "smaller attachment"),
        ("550 No.", "Your administrator"),
    ],
)
def test_a_refusal_comes_back_with_the_reason_and_what_to_do(reply: str, advice: str) -> None:
    both = (
        Delivery(Path("maria@example.com"), Outcome.DELIVERED, "250 Ok", 1, NOW),
        refused("mraia@example.com", reply),
    )
    made = card(replace(HELD, deliveries=both, at_end=End.RETURN))
    assert made["Subject"].startswith("Came back: ")
    said = text(made)
    assert reply in said
    assert advice in said
    assert "it is tried once more for mraia@example.com" in said
    assert "WHY" not in said


def test_a_release_that_waits_says_until_when_it_is_tried() -> None:
    later = Delivery(Path("maria@example.com"), Outcome.PENDING, "452 4.3.1 Insufficient storage", 1, NOW)
    waiting = replace(HELD, state=HoldState.RELEASING, attempts=1, given_up_at=NOW + timedelta(days=5))
    said = text(card(replace(waiting, deliveries=(later,))))
    assert "452 4.3.1" in said
    assert "until Sunday 29 November, 09:12" in said
    assert "Quarantine: it is taken back." in said


def test_a_release_in_its_grace_says_how_to_take_it_back() -> None:
    going = replace(HELD, state=HoldState.RELEASING, release_at=NOW + timedelta(seconds=10), decided_by=Actor.AGENT)
    assert "goes out at 09:12:10" in text(card(going))


def test_a_lost_reply_is_called_not_known() -> None:
    lost = Delivery(Path("maria@example.com"), Outcome.UNKNOWN, "", 1, NOW)
    made = card(replace(HELD, state=HoldState.RELEASING, deliveries=(lost,)))
    assert made["Subject"].startswith("Not known: ")
    assert "bedside holds resolve kx7m2p" in text(made)


def test_what_was_discarded_or_replaced_can_be_had_back_while_it_is_kept() -> None:
    for state in (HoldState.DISCARDED, HoldState.SUPERSEDED):
        ended = replace(HELD, state=state, ended=NOW, decided_by=Actor.AGENT)
        assert "possible until Tuesday 1 December, 09:12" in text(card(ended))
        gone = text(card(replace(ended, purged=True), content=b""))
        assert "Move this card" not in gone
        assert "no longer kept" in gone


def test_a_returned_card_and_a_note_say_what_they_are() -> None:
    assert "did not go out" in text(card(replace(HELD, state=HoldState.RETURNED, ended=NOW)))
    note = card(replace(HELD, state=HoldState.NOTED, deadline=None))
    assert note["Subject"].startswith("For next time: ")
    assert "went out as you wrote it" in text(note)
    assert text(card(replace(HELD, state=HoldState.NOTED, decision=Decision.DISCARD)))


def test_findings_on_one_sentence_share_a_quotation_and_those_in_shadow_are_not_told() -> None:
    two = finding(MAIL, "As we told you", policy="reproach", points=5.0, message="This reproaches.")
    shadow = finding(MAIL, BLAME, mode=Mode.SHADOW, message="Never seen.")
    uncounted = finding(MAIL, BLAME, counted=False, message="Not counted.")
    page = html(card(hold(MAIL, finding(MAIL, BLAME), two, shadow, uncounted)))
    assert len(page.css(".said")) == 1
    assert [node.text() for node in page.css("u")] == ["As we told you", BLAME]
    assert "Never seen." not in page.text()
    assert "Not counted." not in page.text()


def test_something_missing_and_something_in_the_subject_have_a_place_on_the_card() -> None:
    missing = finding(MAIL, BLAME, sentence=None, start=None, end=None, excerpt="", message="No next step.")
    subject = finding(MAIL, BLAME, part=Part.SUBJECT, sentence=None, start=None, end=None, excerpt="my parcel")
    page = html(card(hold(MAIL, missing, subject)))
    assert "No next step." in page.text()
    assert "In the subject" in page.text()
    assert [node.text() for node in page.css("u")] == ["my parcel"]


def test_only_the_gravest_places_are_shown() -> None:
    body = "".join(f"You should have known {number}.\n\n" for number in range(7))
    mail = message(body)
    made = card(hold(mail, *(finding(mail, f"known {n}", points=float(n)) for n in range(7))), content=mail)
    assert "known 6" in text(made)
    assert "known 2" not in text(made)
    assert "And 3 more like these." in text(made)


def test_a_notice_is_short_and_says_where_to_look() -> None:
    notice = parsed(CARDS.notice(HELD, To.AGENT, TOKEN, NOW))
    assert notice.get_content_type() == "text/plain"
    said = " ".join(str(notice.get_content()).split())
    assert said.startswith("Your reply to maria@example.com has not gone out yet.")
    assert "the customer's own fault" in said
    assert "in your folder Quarantine." in said
    assert BLAME not in said
    assert len(said) < 500


def test_a_reminder_says_that_it_still_waits() -> None:
    assert parsed(CARDS.notice(replace(HELD, notices=2), To.AGENT, TOKEN, NOW))["Subject"].startswith("Still waiting: ")


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_an_answer_of_its_own(reason: Reason) -> None:
    answer = parsed(CARDS.answer(HELD, To.AGENT, reason, TOKEN, NOW))
    assert answer["Subject"].endswith(": Re: Where is my parcel?")
    stray = parsed(CARDS.stray_answer(reason, Meaning.RELEASE, 2, TOKEN, NOW))
    assert "Quarantine/Release" in str(stray.get_content())
    assert "2 messages" in str(stray.get_content())


def test_names_of_folders_are_those_of_the_setting() -> None:
    german = replace(CARDS, folders=Folders(release="Prüfung/Freigeben"))
    assert "Prüfung/Freigeben: it goes out" in text(parsed(german.card(HELD, To.AGENT, MAIL, TOKEN, NOW)))
