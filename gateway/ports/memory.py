# SPDX-License-Identifier: GPL-3.0-or-later
"""What the use cases need of a memory of mail, and the inbound feed of a use case."""

from __future__ import annotations

from typing import Protocol

from gateway.mail.envelope import Envelope
from gateway.policy.memory import Heard, Question, Recollection, Sent
from gateway.ports.smtp import Message


class Memory(Protocol):
    """Keeps keyed hashes, numbers and dates of mail, and is asked about a reply. Mail goes on without it."""

    async def recall(self, question: Question) -> Recollection:
        """What is known about a reply before it is sent.

        Raises:
            Unavailable: it cannot be asked now.
        """
        ...

    async def sent(self, *replies: Sent) -> None:
        """Remember replies of ours; told again of the same one, it knows it once. Many cost little more than one.

        Raises:
            Unavailable: it may not have been kept.
        """
        ...

    async def heard(self, heard: Heard) -> None:
        """Remember a customer's message; likewise.

        Raises:
            Unavailable: it may not have been kept.
        """
        ...


class Ear(Protocol):
    """What the inbound feed tells of a copy of incoming mail."""

    async def hear(self, envelope: Envelope, message: Message) -> None:
        """Take a copy in; when this returns, all that is to be kept of it is kept.

        Raises:
            Unavailable: it is not; the copy is to come again.
        """
        ...

    def passed_over(self, why: str) -> None:
        """Count a copy that cannot be looked at, by a word that says why."""
        ...
