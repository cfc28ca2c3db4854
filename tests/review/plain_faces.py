# SPDX-License-Identifier: GPL-3.0-or-later
"""Cards that say only what a test asks about."""

from __future__ import annotations

from datetime import datetime

from gateway.hold.card_identity import TOKEN_FIELD, message_id
from gateway.hold.folders import Meaning
from gateway.hold.hold import Hold
from gateway.hold.steps import Reason
from gateway.policy.finding import To


class PlainFaces:
    def card(self, hold: Hold, role: To, content: bytes, token: str, now: datetime) -> bytes:  # noqa: ARG002 - the port's
        said = "; ".join(f"{d.recipient.address} {d.outcome} {d.reply}" for d in hold.deliveries)
        return _message(token, f"card {hold.id} {role} {hold.state}: {said}")

    def notice(self, hold: Hold, role: To, token: str, now: datetime) -> bytes:  # noqa: ARG002 - the port's
        return _message(token, f"notice {hold.id} {role}")

    def answer(self, hold: Hold, role: To, reason: Reason, token: str, now: datetime) -> bytes:  # noqa: ARG002 - the port's
        return _message(token, f"answer {hold.id} {role} {reason}")

    def stray_answer(self, reason: Reason, meaning: Meaning, count: int, token: str, now: datetime) -> bytes:  # noqa: ARG002 - the port's
        return _message(token, f"stray {reason} {meaning} {count}")


def _message(token: str, text: str) -> bytes:
    return f"{TOKEN_FIELD}: {token}\r\nMessage-ID: {message_id(token)}\r\nSubject: {text}\r\n\r\n{text}\r\n".encode()
