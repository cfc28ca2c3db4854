# SPDX-License-Identifier: GPL-3.0-or-later
"""The mails of the demo: sixteen as an organisation sends them on an ordinary morning, written for this project."""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.utils import getaddresses
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class DemoMail:
    """One mail to be sent.

    Attributes:
        name: its file name without the ending.
        content: exact octets, lines ended by CRLF.
        sender: address for MAIL FROM.
        recipients: addresses for RCPT TO.
        message_id: with its angle brackets.
    """

    name: str
    content: bytes
    sender: str
    recipients: tuple[str, ...]
    message_id: str


def demo_mails() -> tuple[DemoMail, ...]:
    """All of them, in the order of their names."""
    folder = files("gateway.demo") / "mails"
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".eml")), key=lambda entry: entry.name)
    return tuple(_mail(entry.name.removesuffix(".eml"), entry.read_bytes()) for entry in found)


def _mail(name: str, content: bytes) -> DemoMail:
    message = message_from_bytes(content, policy=policy.default)
    senders = getaddresses(message.get_all("From", []))
    recipients = getaddresses([*message.get_all("To", []), *message.get_all("Cc", [])])
    return DemoMail(
        name, content, senders[0][1], tuple(address for _, address in recipients), str(message["Message-ID"])
    )
