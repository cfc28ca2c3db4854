# SPDX-License-Identifier: GPL-3.0-or-later
"""Mails of a customer and of an agent, and what a memory is told of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gateway.mail.envelope import Client, Envelope, Path
from gateway.mail.read import read
from gateway.mail.reply import Reply
from gateway.policy.letter import Keyring, Letter, Own
from gateway.policy.memory import Heard, Sent, State

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
CUSTOMER = "Tomas.Vesely@customer.example"
AGENT = "anna@larch.example"
FAULT = State(1, our_failure=False, resolved=False)
KEYRING = Keyring(b"a secret of thirty-two characters", Own(frozenset({"larch.example"})))


def mail(
    number: str,
    text: str,
    *,
    references: tuple[str, ...] = (),
    subject: str = "Gallery gone since Monday",
    from_: str = AGENT,
    to: str = CUSTOMER,
) -> bytes:
    """A mail with Message-ID ``<number@larch.example>`` that refers to such identifiers."""
    fields = [f"From: {from_}", f"To: {to}", f"Subject: {subject}", "Date: Tue, 24 Nov 2026 10:00:00 +0000"]
    fields += [f"Message-ID: <{number}@larch.example>"] if number else []
    if references:
        named = [f"<{each}@larch.example>" for each in references]
        fields += [f"In-Reply-To: {named[-1]}", "References: " + "\r\n ".join(named)]
    return ("\r\n".join(fields) + "\r\n\r\n" + text.replace("\n", "\r\n") + "\r\n").encode()


def envelope(*recipients: str, sender: str = AGENT) -> Envelope:
    """An envelope to these, or to the customer."""
    return Envelope(Path(sender), tuple(Path(each) for each in recipients or (CUSTOMER,)), Client("192.0.2.7"))


def letter(content: bytes, *recipients: str, team: str = "helpdesk", keyring: Keyring = KEYRING) -> Letter:
    """A reply of ours, as a memory sees it."""
    made = keyring.letter(envelope(*recipients), read(content), team, AGENT)
    assert made is not None
    return made


def sent(made: Letter, *, apologised: bool = False, hold: str = "", minutes: int = 0) -> Sent:
    """What a memory is told of it."""
    return Sent(made.question, apologised, NOON + timedelta(minutes=minutes), hold)


def heard(content: bytes, state: State = FAULT, minutes: int = 0) -> Heard:
    """What a memory is told of a customer's message."""
    reply: Reply = read(content)
    strand = KEYRING.strand(reply, reply.headers.from_.casefold())
    return Heard(KEYRING.message(reply), strand, NOON + timedelta(minutes=minutes), state)
