# SPDX-License-Identifier: GPL-3.0-or-later
"""The folders that cards move between, and what each of them means."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gateway.policy.finding import To


class Meaning(StrEnum):
    """What it means that a card lies in a folder."""

    QUARANTINE = "quarantine"
    RELEASE = "release"
    RELEASE_AS_FINE = "release_as_fine"
    DISCARD = "discard"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Folders:
    """Names as people see them, not encoded; ``/`` separates levels, whatever the server uses.

    The lead's folders are the same names below `lead`, so that one mailbox can have both, with an ACL on the second.

    Attributes:
        quarantine: where cards appear.
        release: moving a card there sends the message.
        release_as_fine: likewise, and marks the finding as wrong.
        discard: moving a card there drops the message.
        done: where decided cards go.
        lead: the folder below which the lead has the same folders.
        inbox: where notices go.
    """

    quarantine: str = "Quarantine"
    release: str = "Quarantine/Release"
    release_as_fine: str = "Quarantine/Release as fine"
    discard: str = "Quarantine/Discard"
    done: str = "Quarantine/Done"
    lead: str = "Lead"
    inbox: str = "INBOX"

    def name(self, meaning: Meaning, role: To) -> str:
        """The folder with this meaning for an agent's or a lead's cards."""
        name = {
            Meaning.QUARANTINE: self.quarantine,
            Meaning.RELEASE: self.release,
            Meaning.RELEASE_AS_FINE: self.release_as_fine,
            Meaning.DISCARD: self.discard,
            Meaning.DONE: self.done,
        }[meaning]
        return f"{self.lead}/{name}" if role is To.LEAD else name

    def of(self, role: To) -> tuple[str, ...]:
        """All folders of a role, parents first."""
        return tuple(self.name(meaning, role) for meaning in Meaning)

    def meaning(self, folder: str) -> tuple[Meaning, To] | None:
        """What a folder means, and whose it is; None for any other folder."""
        for role in To:
            for meaning in Meaning:
                if self.name(meaning, role) == folder:
                    return meaning, role
        return None
