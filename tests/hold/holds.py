# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds to test with."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.hold.hold import Delivery, Hold, HoldState
from gateway.hold.key import keys
from gateway.hold.ladder import Ladder, Rungs
from gateway.mail.envelope import Client, Envelope, Path
from gateway.policy.finding import Finding, Mode, Part, Severity, To
from gateway.verdict.verdict import Action, Verdict

SECRET = b"a secret of thirty-two octets..."
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CONTENT = (
    b"From: Anna <anna@support.example.org>\r\nTo: carla@customer.example\r\nSubject: Re: the order\r\n"
    b"Message-ID: <one@support.example.org>\r\nDate: Mon, 23 Nov 2026 09:00:00 +0000\r\n\r\n"
    b"You should have read the manual.\r\n"
)

FINDING = Finding(
    policy="blame/counterfactual",
    rule="should-have",
    check="phrases",
    family="blame",
    mode=Mode.HOLD,
    severity=Severity.HIGH,
    points=3.0,
    counted=True,
    because=None,
    part=Part.BODY,
    sentence=0,
    start=0,
    end=32,
    excerpt="You should have read the manual.",
    message="This sentence blames the customer.",
    suggestion="The manual has a page on this: may I send it?",
)


def envelope(*recipients: str, sender: str = "anna@support.example.org", login: str | None = None) -> Envelope:
    return Envelope(
        Path(sender, ("BODY=8BITMIME",)),
        tuple(Path(recipient) for recipient in recipients or ("carla@customer.example",)),
        Client("192.0.2.1", "client.example", login=login),
        frozenset({"8BITMIME"}),
    )


def rungs(to: To = To.AGENT, since: datetime = START) -> Rungs:
    return Ladder().rungs(to, since)


def a_hold(
    *recipients: str,
    id: str = "k7qm2xpd",  # noqa: A002 - the field's name
    content: bytes = CONTENT,
    created: datetime = START,
    to: To = To.AGENT,
    sent_with: Envelope | None = None,
    **other: Any,  # noqa: ANN401 - further fields of a hold
) -> Hold:
    sent_with = sent_with or envelope(*recipients)
    known_by = keys(SECRET, sent_with, [content])
    ladder = rungs(to, created)
    hold = Hold(
        id=id,
        key=known_by.hold,
        message_key=known_by.message,
        state=HoldState.HELD,
        envelope=sent_with,
        size=len(content),
        digest=hashlib.sha256(content).hexdigest(),
        message_id="<one@support.example.org>",
        subject="Re: the order",
        verdict=Verdict(Action.HOLD, 3.0, (FINDING,), "starter", "digest"),
        team="support",
        mailbox="anna",
        to=to,
        created=created,
        deadline=ladder.end,
        remind_at=ladder.remind,
        escalate_at=ladder.escalate,
        at_end=ladder.at_end,
        deliveries=tuple(Delivery(recipient) for recipient in sent_with.recipients),
    )
    return replace(hold, **other)


def many_holds(count: int, mailboxes: Sequence[str] = ("anna",)) -> list[tuple[Hold, bytes]]:
    """Distinct holds, spread over mailboxes."""
    made = []
    for number in range(count):
        content = CONTENT.replace(b"<one@", b"<n%d@" % number)
        hold = a_hold(
            id=f"hold{number:05}",
            content=content,
            message_id=f"<n{number}@support.example.org>",
            mailbox=mailboxes[number % len(mailboxes)],
        )
        made.append((hold, content))
    return made


class Clock:
    """A clock that a test sets."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> None:
        self.at += timedelta(**span)
