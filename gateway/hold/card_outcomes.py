# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of each recipient, as a card says it. No io."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import tzinfo

from gateway.hold.card_words import line, moment
from gateway.hold.hold import Delivery, Hold, Outcome

# What an author can do about a refusal, by enhanced status code (RFC 3463), the most specific first.
_ADVICE = (
    ("5.1.1", "There is no such mailbox. Look for a slip in the address, then send it again from your mail program."),
    ("5.1.", "The address is not right. Correct it, then send it again from your mail program."),
    ("5.2.2", "That mailbox is full. Try again later, or reach the person another way."),
    ("5.2.3", "It is too large for that mailbox. Send it with a smaller attachment, or with a link."),
    ("5.2.", "That mailbox does not take mail at present."),
    ("5.3.4", "It is too large for the server on the way. Send it with a smaller attachment, or with a link."),
    ("5.4.", "Their mail server cannot be reached. Look for a slip in the part behind the @."),
    ("5.7.", "A server on the way does not allow it. Your administrator can find out why."),
    ("", "Your administrator can find out why, with the words of the server beside this."),
)
_CODE = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")


@dataclass(frozen=True, slots=True)
class Row:
    """One recipient.

    Attributes:
        recipient: the address.
        outcome: in a few words.
        detail: upstream's own words; may be empty.
        advice: what to do about it; may be empty.
    """

    recipient: str
    outcome: str
    detail: str = ""
    advice: str = ""


def rows(hold: Hold, zone: tzinfo) -> tuple[Row, ...]:
    """All recipients with their outcomes; none while nothing was tried."""
    if all(each.outcome is Outcome.PENDING and not each.attempts for each in hold.deliveries):
        return ()
    return tuple(_row(each, zone) for each in hold.deliveries)


def _row(delivery: Delivery, zone: tzinfo) -> Row:
    address, said = line(delivery.recipient.address, 120), line(delivery.reply, 300)
    at = f", {moment(delivery.at, zone)}" if delivery.at else ""
    match delivery.outcome:
        case Outcome.DELIVERED:
            return Row(address, f"handed over to the mail server{at}", said)
        case Outcome.REFUSED:
            return Row(address, f"refused{at}", said, advice(delivery.reply))
        case Outcome.UNKNOWN:
            return Row(address, f"not known{at}", said, "The connection broke at the very end. It may have arrived.")
        case Outcome.PENDING:
            return Row(address, "not yet" if delivery.attempts else "not tried yet", said)


def advice(reply: str) -> str:
    """What an author can do about this refusal."""
    match = _CODE.search(reply)
    code = match[1] if match else ""
    if not match and "too large" in reply.lower():
        code = "5.3.4"
    return next(text for prefix, text in _ADVICE if code.startswith(prefix))
