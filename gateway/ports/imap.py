# SPDX-License-Identifier: GPL-3.0-or-later
"""What the use cases need of the IMAP server: mailboxes with cards in them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from gateway.hold.seen import SeenCard


class Mailbox(Protocol):
    """One reviewer's mailbox, opened. Every method may raise `Unavailable`; the mailbox is then of no more use."""

    async def ensure(self, folders: Sequence[str]) -> Sequence[str] | None:
        """Create and subscribe the folders that are missing; give those that were, or None if that is not known."""
        ...

    async def cards(self, folders: Sequence[str]) -> tuple[SeenCard, ...]:
        """All messages in these folders with their tokens; a folder that is missing counts as empty."""
        ...

    async def append(self, folder: str, content: bytes, token: str, flags: Sequence[str] = ()) -> None:
        """Put a card or notice there, once: if one with this token is there already, it stays the only one."""
        ...

    async def move(self, card: SeenCard, folder: str) -> None:
        """Move a card."""
        ...

    async def remove(self, card: SeenCard) -> None:
        """Delete and expunge one message, and no other."""
        ...

    async def find(self, folder: str, token: str) -> SeenCard | None:
        """The message with this token in a folder that may hold a great deal of other mail (INBOX)."""
        ...

    async def content(self, card: SeenCard, limit: int) -> bytes:
        """The first octets of a message, as the server gives them now; none if it is not there any more."""
        ...

    def changes(self, folders: Sequence[str]) -> AsyncIterator[None]:
        """Wakes whenever something may have changed in these folders, by NOTIFY, IDLE or not at all.

        The wait for the next item may be cancelled; the mailbox is then of use for other commands again.
        """
        ...


class Mailboxes(Protocol):
    """The IMAP server, as many mailboxes."""

    def open(self, mailbox: str) -> AbstractAsyncContextManager[Mailbox]:
        """Log in to a mailbox.

        Raises:
            Unavailable: the server is not there, or does not let us in.
        """
        ...
