# SPDX-License-Identifier: GPL-3.0-or-later
"""A message that is held, and its hold, for the tests of cards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

from gateway.hold.hold import Delivery, End, Hold, HoldState
from gateway.mail.envelope import Client, Envelope, Path
from gateway.mail.read import read
from gateway.policy.finding import Finding, Mode, Part, Severity, To
from gateway.verdict.verdict import Action, Verdict

NOW = datetime(2026, 11, 24, 8, 12, tzinfo=UTC)
TOKEN = "kx7m2p.a1.abcdefghijklmnopqrstuvwx"
CUSTOMER = "This is the third time I write. The present was for Sunday, and nothing came."
BLAME = "you should have checked"


def message(
    body: str = f"Dear Maria,\n\nAs we told you, {BLAME} the address.\n\nKind regards\nAnna\n",
    subject: str = "Re: Where is my parcel?",
    customer: str = CUSTOMER,
) -> bytes:
    """The octets of an agent's reply that quotes the customer."""
    mail = EmailMessage()
    mail["From"] = "Anna <anna@shop.example>"
    mail["To"] = "maria@example.com"
    mail["Subject"] = subject
    mail["Message-ID"] = "<m1@shop.example>"
    quoted = "".join(f"> {row}\n" for row in customer.splitlines())
    mail.set_content(f"{body}\nOn Mon, 23 Nov 2026 at 18:02, Maria <maria@example.com> wrote:\n{quoted}")
    return mail.as_bytes(policy=mail.policy.clone(linesep="\r\n"))


def finding(content: bytes, excerpt: str, /, **changes: object) -> Finding:
    """A finding about the first place where these words were written."""
    reply = read(content)
    start = reply.authored.index(excerpt)
    sentence = next(n for n, each in enumerate(reply.sentences) if each.start <= start < each.end)
    values: dict[str, object] = {
        "policy": "blame/counterfactual",
        "rule": "should-have",
        "check": "phrase",
        "family": "blame",
        "mode": Mode.HOLD,
        "severity": Severity.HIGH,
        "points": 3.0,
        "counted": True,
        "because": None,
        "part": Part.BODY,
        "sentence": sentence,
        "start": start,
        "end": start + len(excerpt),
        "excerpt": excerpt,
        "message": "This says that it is the customer's own fault.",
        "suggestion": "I have asked the carrier to bring it to you instead.",
    }
    return Finding(**{**values, **changes})  # type: ignore[arg-type] # the names are Finding's, and a wrong type shows


def hold(content: bytes, *findings: Finding, **changes: object) -> Hold:
    """A hold of this message."""
    envelope = Envelope(Path("anna@shop.example"), (Path("maria@example.com"),), Client("127.0.0.1"))
    values: dict[str, object] = {
        "id": "kx7m2p",
        "key": "key",
        "state": HoldState.HELD,
        "envelope": envelope,
        "size": len(content),
        "digest": "",
        "message_id": "<m1@shop.example>",
        "subject": read(content).subject,
        "verdict": Verdict(Action.HOLD, 3.0, findings or (finding(content, BLAME),), "starter", "digest"),
        "team": "support",
        "mailbox": "anna",
        "to": To.AGENT,
        "created": NOW,
        "deadline": NOW + timedelta(hours=8),
        "deliveries": (Delivery(Path("maria@example.com")),),
        "at_end": End.RELEASE,
    }
    return Hold(**{**values, **changes})  # type: ignore[arg-type] # likewise
