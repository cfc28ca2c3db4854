# SPDX-License-Identifier: GPL-3.0-or-later
"""How a team reviews, and the cards that lie on its desk."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from gateway.hold.folders import Folders, Meaning
from gateway.hold.seen import SeenCard
from gateway.hold.token import Token
from gateway.policy.finding import To


@dataclass(frozen=True, slots=True)
class Desk:
    """How holds are reviewed.

    Attributes:
        folders: their names.
        grace: time in which a release can be taken back.
        retry_for: time for which a release that upstream puts off is tried again.
        notices: whether notices go into INBOX.
    """

    folders: Folders = field(default_factory=Folders)
    grace: timedelta = timedelta(seconds=10)
    retry_for: timedelta = timedelta(days=5)
    notices: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """A card of ours that lies in a folder of ours: its token is proven for this mailbox.

    Attributes:
        card: where it lies.
        token: what it shows.
        meaning: of the folder.
        role: whose folder it is.
    """

    card: SeenCard
    token: Token
    meaning: Meaning
    role: To
