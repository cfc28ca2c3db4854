# SPDX-License-Identifier: GPL-3.0-or-later
"""What people see: messages that the keeper puts into mailboxes, made elsewhere and handed in."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from gateway.hold.folders import Meaning
from gateway.hold.hold import Hold
from gateway.hold.steps import Reason
from gateway.policy.finding import To


class Faces(Protocol):
    """Makes messages for reviewers: plain functions of what they are given, each a complete RFC 5322 message.

    Every one carries its token as `gateway.hold.card_identity` has it.
    """

    def card(self, hold: Hold, role: To, content: bytes, token: str, now: datetime) -> bytes:
        """The card of a hold or note in its present state, with the original attached."""
        ...

    def notice(self, hold: Hold, role: To, token: str, now: datetime) -> bytes:
        """The short notice in INBOX that something waits."""
        ...

    def answer(self, hold: Hold, role: To, reason: Reason, token: str, now: datetime) -> bytes:
        """Why what was done with a card did not do what its reviewer may think."""
        ...

    def stray_answer(self, reason: Reason, meaning: Meaning, count: int, token: str, now: datetime) -> bytes:
        """The same about messages in a decision folder that are no cards of a hold."""
        ...
