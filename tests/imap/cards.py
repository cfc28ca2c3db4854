# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages and folders that the tests of the IMAP adapter use."""

from __future__ import annotations

from gateway.hold.card_identity import TOKEN_FIELD, message_id

QUARANTINE = "Quarantine"
RELEASE = "Quarantine/Release"
DISCARD = "Quarantine/Discard"
FINE = "Quarantine/Release as fine"
DONE = "Quarantine/Done"
FOLDERS = (QUARANTINE, RELEASE, FINE, DISCARD, DONE)


def message(token: str, subject: str = "Held: your parcel") -> bytes:
    """A message with a token, as a card would be."""
    return (
        f"From: Bedside <bedside@example.org>\r\nTo: anna@example.org\r\nSubject: {subject}\r\n"
        f"Date: Tue, 24 Nov 2026 10:00:00 +0000\r\nMessage-ID: {message_id(token)}\r\n{TOKEN_FIELD}: {token}\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"
        f"This is the card {token}.\r\n"
    ).encode()


def other_message(subject: str = "Lunch?") -> bytes:
    """A message that is no card."""
    return f"From: ben@example.org\r\nSubject: {subject}\r\nMessage-ID: <1@example.org>\r\n\r\nAt one?\r\n".encode()
