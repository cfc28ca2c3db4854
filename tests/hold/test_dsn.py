# SPDX-License-Identifier: GPL-3.0-or-later
"""Returned holds give a notification that mail programs and other servers can read (RFC 3461, 3464, 6533)."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from typing import cast

import pytest

from gateway.hold.dsn import Carrier, Notification, notification
from gateway.hold.hold import Delivery, Hold, Outcome
from gateway.mail.envelope import Client, Envelope, Path
from tests.hold.holds import CONTENT, START, a_hold

ALL = Carrier("gateway.example.org", frozenset({"8BITMIME", "SMTPUTF8", "DSN"}))


def held(sender: Path, *deliveries: Delivery) -> Hold:
    envelope = Envelope(sender, tuple(d.recipient for d in deliveries), Client("192.0.2.1"))
    return replace(a_hold(sent_with=envelope), deliveries=deliveries)


def to(address: str, *parameters: str, **other: object) -> Delivery:
    return replace(Delivery(Path(address, parameters)), **other)  # type: ignore[arg-type]  # fields by name


def made(hold: Hold, content: bytes = CONTENT, carrier: Carrier = ALL) -> Notification:
    found = notification(hold, content, carrier, START)
    assert found is not None
    return found


def parts(note: Notification) -> tuple[EmailMessage, list[EmailMessage]]:
    message = message_from_bytes(note.content, policy=policy.SMTP)
    assert message.get_content_type() == "multipart/report"
    assert message.get_param("report-type") == "delivery-status"
    assert not list(message.defects)
    return message, cast("list[EmailMessage]", list(message.iter_parts()))


def fields(note: Notification) -> list[Message]:
    return cast("list[Message]", parts(note)[1][1].get_payload())


ANNA = Path("anna@support.example.org")


def test_it_is_a_report_in_three_parts_to_the_sender_from_nobody() -> None:
    note = made(held(ANNA, to("carla@x.example")))
    assert note.envelope.sender == Path("", ())
    assert note.envelope.recipients == (Path("anna@support.example.org", ("NOTIFY=NEVER",)),)
    message, three = parts(note)
    assert message["To"] == "anna@support.example.org"
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["In-Reply-To"] == "<one@support.example.org>"
    assert [part.get_content_type() for part in three] == ["text/plain", "message/delivery-status", "message/rfc822"]
    assert "NOT sent" in three[0].get_content()
    assert CONTENT in note.content


def test_each_recipient_has_its_status() -> None:
    refused = to("ben@x.example", outcome=Outcome.REFUSED, reply="550 5.1.1 no such user", at=START)
    sent = to("dora@x.example", outcome=Outcome.DELIVERED, reply="250 ok")
    note = made(held(ANNA, to("carla@x.example"), refused, sent))
    per_message, *per_recipient = fields(note)
    assert per_message["Reporting-MTA"] == "dns; gateway.example.org"
    assert "Mon, 23 Nov 2026 09:00:00" in per_message["Arrival-Date"]
    assert [(f["Final-Recipient"], f["Action"], f["Status"]) for f in per_recipient] == [
        ("rfc822; carla@x.example", "failed", "5.7.1"),
        ("rfc822; ben@x.example", "failed", "5.1.1"),
    ]
    assert per_recipient[1]["Diagnostic-Code"] == "smtp; 550 5.1.1 no such user"
    assert note.recipients == 2


@pytest.mark.parametrize(
    ("notify", "told"),
    [
        ((), True),
        (("NOTIFY=NEVER",), False),
        (("NOTIFY=SUCCESS",), False),
        (("notify=success,failure",), True),
        (("NOTIFY=DELAY",), False),
    ],
)
def test_notify_is_honoured(notify: tuple[str, ...], told: bool) -> None:  # noqa: FBT001
    note = notification(held(ANNA, to("carla@x.example", *notify)), CONTENT, ALL, START)
    assert (note is not None) is told


def test_the_null_sender_is_never_answered() -> None:
    assert notification(held(Path(""), to("carla@x.example")), CONTENT, ALL, START) is None


def test_ret_says_what_comes_back() -> None:
    large = CONTENT + b"x" * 1_100_000
    cases = [
        ((), CONTENT, "message/rfc822"),
        ((), large, "text/rfc822-headers"),
        (("RET=HDRS",), CONTENT, "text/rfc822-headers"),
        (("ret=full",), large, "message/rfc822"),
    ]
    for parameters, content, kind in cases:
        three = parts(made(held(Path(ANNA.address, parameters), to("carla@x.example")), content))[1]
        assert three[2].get_content_type() == kind
    assert b"read the manual" not in made(held(Path(ANNA.address, ("RET=HDRS",)), to("c@x.example"))).content


def test_envid_and_orcpt_are_given_back_decoded() -> None:
    sender = Path(ANNA.address, ("ENVID=QQ+2B314+3Dx",))
    fields_ = fields(made(held(sender, to("carla@x.example", "ORCPT=rfc822;Carla+2Bcrm@y.example"))))
    assert fields_[0]["Original-Envelope-Id"] == "QQ+314=x"
    assert fields_[1]["Original-Recipient"] == "rfc822;Carla+crm@y.example"


def test_eight_bit_text_is_carried_only_where_the_route_can() -> None:
    content = CONTENT + "schön\r\n".encode()
    hold = held(ANNA, to("carla@x.example"))
    note = made(hold, content)
    assert note.envelope.extensions == {"8BITMIME"}
    assert note.envelope.sender.parameters == ("BODY=8BITMIME",)
    assert content in note.content
    plain = made(hold, content, Carrier("gateway.example.org", frozenset()))
    assert plain.content.isascii()
    assert plain.envelope.recipients == (ANNA,), "no NOTIFY where DSN is not offered"


def test_addresses_beyond_ascii_make_a_global_status() -> None:
    note = made(held(ANNA, to("kärla@x.example", "SMTPUTF8")))
    assert note.envelope.extensions == {"8BITMIME", "SMTPUTF8"}
    assert "SMTPUTF8" in note.envelope.sender.parameters
    assert b"message/global-delivery-status" in note.content
    assert "Final-Recipient: utf-8; kärla@x.example".encode() in note.content


@pytest.mark.parametrize("evil", ["550 x\r\nBcc: all@x.example", "550 x\n\n--=_bedside_k7qm2xpd_0--"])
def test_what_upstream_said_cannot_end_a_field_or_a_part(evil: str) -> None:
    note = made(held(ANNA, to("ben@x.example", outcome=Outcome.REFUSED, reply=evil)))
    message, three = parts(note)
    assert message["Bcc"] is None
    assert len(three) == 3
    assert fields(note)[1]["Bcc"] is None


def test_the_message_itself_cannot_end_its_part() -> None:
    content = CONTENT + b"--=_bedside_k7qm2xpd_0--\r\nnot the end\r\n"
    three = parts(made(held(ANNA, to("carla@x.example")), content))[1]
    assert len(three) == 3
    assert b"not the end" in three[2].as_bytes()
