# SPDX-License-Identifier: GPL-3.0-or-later
"""The delivery status notification for a hold that was returned (RFC 3461, RFC 3464; RFC 6533 with SMTPUTF8).

The sender asked for it, or did not forbid it: NOTIFY=NEVER, or a NOTIFY without FAILURE, means no word about that
recipient (RFC 3461 4.1). RET says whether the message or only its header comes back (4.3), ENVID and ORCPT are given
back decoded (4.4, 4.2). A message with the null reverse-path is never answered (RFC 5321 4.5.5).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from gateway.hold.hold import Delivery, Hold, Outcome
from gateway.mail.envelope import Client, Envelope, Path

_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_ENHANCED = re.compile(r"^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b")
_HEADER_END = re.compile(rb"\r?\n\r?\n")

# More than this comes back as its header only, unless the sender asked for all of it with RET=FULL.
_FULL_LIMIT = 1_048_576


@dataclass(frozen=True, slots=True)
class Notification:
    """A notification, ready to be sent.

    Attributes:
        envelope: from the null reverse-path to the sender.
        content: the message.
        recipients: how many recipients it reports on.
    """

    envelope: Envelope
    content: bytes
    recipients: int


@dataclass(frozen=True, slots=True)
class Carrier:
    """What the notification will be sent by.

    Attributes:
        hostname: of the gateway.
        extensions: those of 8BITMIME, SMTPUTF8 and DSN that the route offers.
    """

    hostname: str
    extensions: frozenset[str]


def notification(hold: Hold, content: bytes, carrier: Carrier, now: datetime) -> Notification | None:
    """The notification that a hold was not delivered to those who did not get it; None if nobody is to be told."""
    sender = hold.envelope.sender
    failed = [d for d in hold.deliveries if d.outcome in (Outcome.PENDING, Outcome.REFUSED) and _wanted(d.recipient)]
    if not sender.address or not failed:
        return None
    international = not (sender.address.isascii() and all(d.recipient.address.isascii() for d in failed))
    returned, eight_bit = _returned(sender, content, "8BITMIME" in carrier.extensions)
    boundary = _boundary(hold, content)
    parts = (
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + _words(hold, failed),
        _status_type(international) + _status(hold, failed, carrier, now),
        returned,
    )
    head = _head(hold, carrier, now, boundary)
    body = b"".join(b"--%s\r\n%s\r\n" % (boundary.encode(), part) for part in parts)
    whole = head + b"\r\n" + body + b"--%s--\r\n" % boundary.encode()
    eight_bit = eight_bit or not whole.isascii()
    return Notification(_envelope(sender, carrier, eight_bit, international), whole, len(failed))


def _boundary(hold: Hold, content: bytes) -> str:
    """A boundary that does not occur in the message (RFC 2046 5.1.1)."""
    number = 0
    while (boundary := f"=_bedside_{hold.id}_{number}").encode() in content:
        number += 1
    return boundary


def _wanted(recipient: Path) -> bool:
    notify = _parameter(recipient, "NOTIFY")
    return notify is None or "FAILURE" in notify.upper().split(",")


def _parameter(path: Path, keyword: str) -> str | None:
    found = (p.partition("=")[2] for p in path.parameters if p.partition("=")[0].upper() == keyword)
    return next(found, None)


def _envelope(sender: Path, carrier: Carrier, eight_bit: bool, international: bool) -> Envelope:  # noqa: FBT001 - facts, not switches
    wanted = {"8BITMIME": eight_bit, "SMTPUTF8": international}
    extensions = frozenset(name for name, needed in wanted.items() if needed)
    parameters = (*(["BODY=8BITMIME"] if eight_bit else []), *(["SMTPUTF8"] if international else []))
    # RFC 3461 6.2: nobody is to be told that a notification failed.
    notify = ("NOTIFY=NEVER",) if "DSN" in carrier.extensions else ()
    return Envelope(Path("", parameters), (Path(sender.address, notify),), Client("", carrier.hostname), extensions)


def _head(hold: Hold, carrier: Carrier, now: datetime, boundary: str) -> bytes:
    fields = (
        f"From: Mail Delivery System <MAILER-DAEMON@{carrier.hostname}>",
        f"To: <{_one_line(hold.envelope.sender.address)}>",
        "Subject: Your message was not sent",
        f"Date: {format_datetime(now)}",
        f"Message-ID: <returned.{hold.id}@{carrier.hostname}>",
        *([f"In-Reply-To: {_one_line(hold.message_id)}"] if hold.message_id else []),
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="{boundary}"',
    )
    return "".join(f"{field}\r\n" for field in fields).encode("utf-8", "surrogateescape")


def _words(hold: Hold, failed: list[Delivery]) -> bytes:
    names = "".join(f"    <{_one_line(d.recipient.address)}>{_because(d)}\r\n" for d in failed)
    text = (
        "Your message was held for a second look, nobody decided to send it in time, and so it comes back to you.\r\n"
        "It was NOT sent to:\r\n\r\n"
        f"{names}\r\n"
        "Nothing more will happen to it. If it should still go out, please send it again.\r\n"
        f"\r\nThe number it was held under is {hold.id}.\r\n"
    )
    return text.encode("utf-8", "surrogateescape")


def _because(delivery: Delivery) -> str:
    return f": {_one_line(delivery.reply)}" if delivery.outcome is Outcome.REFUSED and delivery.reply else ""


def _status_type(international: bool) -> bytes:  # noqa: FBT001 - a fact, not a switch
    kind = b"global-delivery-status" if international else b"delivery-status"
    return (
        b"Content-Type: message/"
        + kind
        + b"\r\n"
        + (b"Content-Transfer-Encoding: 8bit\r\n" if international else b"")
        + b"\r\n"
    )


def _status(hold: Hold, failed: list[Delivery], carrier: Carrier, now: datetime) -> bytes:
    envid = _parameter(hold.envelope.sender, "ENVID")
    lines = [
        f"Reporting-MTA: dns; {carrier.hostname}",
        *([f"Original-Envelope-Id: {_one_line(_from_xtext(envid))}"] if envid else []),
        f"Arrival-Date: {format_datetime(hold.created)}",
    ]
    for delivery in failed:
        lines += ["", *_recipient(delivery, now)]
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8", "surrogateescape")


def _recipient(delivery: Delivery, now: datetime) -> list[str]:
    original = _parameter(delivery.recipient, "ORCPT")
    address = _one_line(delivery.recipient.address)
    kind = "rfc822" if address.isascii() else "utf-8"
    refused = delivery.outcome is Outcome.REFUSED and delivery.reply
    enhanced = _ENHANCED.match(delivery.reply) if refused else None
    return [
        *([f"Original-Recipient: {_one_line(_from_xtext(original))}"] if original else []),
        f"Final-Recipient: {kind}; {address}",
        "Action: failed",
        f"Status: {enhanced[1] if enhanced else '5.7.1'}",
        *([f"Diagnostic-Code: smtp; {_one_line(delivery.reply)}"] if refused else []),
        *([f"Last-Attempt-Date: {format_datetime(delivery.at)}"] if delivery.at else []),
        f"Final-Log-ID: {format_datetime(now)}",
    ]


def _returned(sender: Path, content: bytes, eight_bit_carried: bool) -> tuple[bytes, bool]:  # noqa: FBT001 - a fact
    """The last part: the message or its header; and whether it has octets above 127."""
    ret = (_parameter(sender, "RET") or "").upper()
    full = ret == "FULL" or (ret != "HDRS" and len(content) <= _FULL_LIMIT)
    if full and (content.isascii() or eight_bit_carried):
        encoding = b"" if content.isascii() else b"Content-Transfer-Encoding: 8bit\r\n"
        return b"Content-Type: message/rfc822\r\n" + encoding + b"\r\n" + content, not content.isascii()
    end = _HEADER_END.search(content)
    header = content[: end.start() + 2] if end else content[:_FULL_LIMIT]
    plain = header.decode("ascii", "replace").replace("�", "?").encode("ascii")
    return b"Content-Type: text/rfc822-headers\r\n\r\n" + plain, False


def _from_xtext(text: str) -> str:
    return _XTEXT.sub(lambda match: chr(int(match[1], 16)), text)


def _one_line(text: str) -> str:
    """Text that ends no line and begins no field."""
    return " ".join("".join(c if c.isprintable() or "\udc80" <= c <= "\udcff" else " " for c in text).split())
