# SPDX-License-Identifier: GPL-3.0-or-later
"""A card or notice as a message (RFC 5322, RFC 2046), with the original attached as it is. No io."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from gateway.hold.card_identity import TOKEN_FIELD, message_id
from gateway.hold.card_seal import SEAL_FIELD, seal
from gateway.hold.card_words import line

_POLICY = SMTP.clone(max_line_length=78)
_IDENTIFIER = re.compile(r"<[!-;=?-~]{1,250}>")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
# What no message/rfc822 can be sent as, in any encoding that it may have (RFC 2046 5.2.1), or no IMAP server stores.
_UNSTORABLE = re.compile(rb"\r(?!\n)|(?<!\r)\n|\0")


@dataclass(frozen=True, slots=True)
class Head:
    """Fields of a card.

    Attributes:
        sender: who it is from: ``Name <address>``.
        to: whom it is for; left out if it is a login name and no address.
        subject: one line.
        token: see `gateway.hold.card_identity`.
        hold: id of the hold; may be empty.
        about: Message-ID of the message that it is about; may be empty.
        at: when it was made.
    """

    sender: str
    to: str
    subject: str
    token: str
    hold: str
    about: str
    at: datetime


def compose(head: Head, text: str, html: str | None, original: bytes | None, *, attach_at_most: int) -> bytes:
    """A message with CRLF at the end of each line.

    Args:
        head: its fields.
        text: the plain text.
        html: the same as HTML; None for a message in plain text alone.
        original: the message to attach; None for none.
        attach_at_most: an original of more octets is attached as its header alone.
    """
    body = EmailMessage(policy=_POLICY)
    body.set_content(text, charset="utf-8", cte="quoted-printable")
    if html is not None:
        body.add_alternative(html, subtype="html", charset="utf-8", cte="quoted-printable")
        body.set_boundary(_boundary(text.encode(), html.encode()))
    del body["MIME-Version"]
    fields = _fields(head)
    if html is not None:
        fields[SEAL_FIELD] = seal(text, html, original)
    if original is None:
        for name, value in body.items():
            fields[name] = value
        return _header(fields) + body.as_bytes().partition(b"\r\n\r\n")[2]
    part, kind = _attached(original, attach_at_most)
    inner = body.as_bytes()
    boundary = _boundary(inner, part)
    fields["Content-Type"] = f'multipart/mixed; boundary="{boundary}"'
    limit = b"--" + boundary.encode()
    return b"\r\n".join((_header(fields) + limit, inner.rstrip(b"\r\n"), limit, kind, part, limit + b"--", b""))


def _fields(head: Head) -> EmailMessage:
    fields = EmailMessage(policy=_POLICY)
    name, address = parseaddr(line(head.sender))
    fields["From"] = f'"{_plain(name)}" <{address}>' if name else address or "bedside@localhost"
    if _ADDRESS.fullmatch(head.to):
        fields["To"] = head.to
    fields["Subject"] = line(head.subject)
    fields["Date"] = format_datetime(head.at)
    fields["Message-ID"] = message_id(head.token)
    if _IDENTIFIER.fullmatch(head.about):
        fields["References"] = head.about
    fields["Auto-Submitted"] = "auto-generated"
    fields[TOKEN_FIELD] = head.token
    if head.hold:
        fields["X-Bedside-Hold"] = line(head.hold)
    fields["MIME-Version"] = "1.0"
    return fields


def _plain(name: str) -> str:
    """A display name that needs no escapes within quotation marks."""
    return re.sub(r'["\\<>@,;:]', "", name)


def _header(fields: EmailMessage) -> bytes:
    return b"".join(_POLICY.fold_binary(name, value) for name, value in fields.items()) + b"\r\n"


def _attached(original: bytes, at_most: int) -> tuple[bytes, bytes]:
    """The attached part: content, and the fields above it with the empty line."""
    if len(original) > at_most:
        header = re.split(rb"\r?\n\r?\n", original[:65_536], maxsplit=1)[0] + b"\r\n"
        return _storable(header), _part_fields("text/rfc822-headers", "original-header.txt", header)
    return _storable(original), _part_fields("message/rfc822", "original.eml", original)


def _part_fields(kind: str, filename: str, content: bytes) -> bytes:
    encoding = "7bit" if content.isascii() else "8bit"
    return (
        f'Content-Type: {kind}\r\nContent-Disposition: attachment; filename="{filename}"\r\n'
        f"Content-Transfer-Encoding: {encoding}\r\n"
    ).encode()


def _storable(content: bytes) -> bytes:
    """The octets as they are, if a mail store can hold them; else with line ends put right and NUL made visible.

    What is sent in the end is what the ledger holds, not this.
    """
    return _UNSTORABLE.sub(lambda match: b"?" if match[0] == b"\0" else b"\r\n", content)


def _boundary(*parts: bytes) -> str:
    """A boundary that stands in none of the parts; the same for the same parts."""
    seed = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()
    number = 0
    while any(f"bedside-{seed[:24]}-{number}".encode() in part for part in parts):
        number += 1
    return f"bedside-{seed[:24]}-{number}"
