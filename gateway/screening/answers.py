# SPDX-License-Identifier: GPL-3.0-or-later
"""What the gateway says to a client about a message that it keeps back or cannot handle now.

The client learns what to do next and nothing of our insides. A 550 carries the sentence and the suggestion, because a
mail client shows it while the draft is still open (design, *A verdict says what, a listener says how*).
"""

from __future__ import annotations

import unicodedata

from gateway.mail.server_reply import ServerReply
from gateway.policy.finding import Finding, Mode
from gateway.verdict.verdict import Verdict

_LINE = 400
"""Octets of text a reply line may have: RFC 5321 4.5.3.1.5 allows 512 with code and CRLF."""

LEDGER_UNAVAILABLE = ServerReply.of(451, "4.3.0 Cannot keep this message for review now, please try again later")
NOT_JUDGED = ServerReply.of(451, "4.3.0 Cannot check this message now, please try again later")
ROUTE_CANNOT_CARRY = ServerReply.of(451, "4.3.5 Cannot keep this message for review now, please try again later")


def held(hold_id: str) -> ServerReply:
    """The answer to a message that was committed to the ledger."""
    return ServerReply.of(250, f"2.0.0 Held for review as {hold_id}")


def refused(verdict: Verdict) -> ServerReply:
    """The answer of a listener that refuses what it would hold."""
    return ServerReply.of(550, *("5.7.1 " + line for line in ("This reply was not sent.", *_reasons(verdict))))


def nudged(verdict: Verdict) -> ServerReply:
    """The answer of a listener that asks once; the same message sent again passes."""
    return ServerReply.of(
        550,
        *(
            "5.7.1 " + line
            for line in ("Before this goes out:", *_reasons(verdict), "To send it as it is, send it once more.")
        ),
    )


def _reasons(verdict: Verdict) -> list[str]:
    """One or two lines for each finding that led here, at most three findings."""
    weighty = [finding for finding in verdict.findings if finding.counted and finding.mode is not Mode.SHADOW]
    weighty.sort(key=lambda finding: (finding.mode is not Mode.HOLD, -finding.points))
    return [line for finding in weighty[:3] for line in _reason(finding)]


def _reason(finding: Finding) -> list[str]:
    lines = [_plain(finding.message)]
    if finding.excerpt and finding.excerpt not in finding.message:
        lines.append(f'"{_plain(finding.excerpt)}"')
    if finding.suggestion:
        lines.append(f"Better: {_plain(finding.suggestion)}")
    return lines


def _plain(text: str) -> str:
    """Text for a reply line: ASCII, since a reply is (RFC 5321 4.2), without line breaks, and not too long."""
    for typographic, plain in (("’", "'"), ("‘", "'"), ("“", '"'), ("”", '"'), ("–", "-"), ("—", "-"), ("…", "...")):
        text = text.replace(typographic, plain)
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    folded = " ".join("".join(c if c.isprintable() else " " for c in ascii_text).split())
    return folded if len(folded) <= _LINE else folded[: _LINE - 3].rstrip() + "..."
