# SPDX-License-Identifier: GPL-3.0-or-later
"""One entry of a hold's history: who caused what, when, and by which folder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a hold's append-only history.

    Attributes:
        hold: its id.
        at: UTC.
        what: one word or two, for example ``held``, ``card``, ``decision``, ``attempt``, ``delivered``.
        actor: who caused it.
        detail: for an administrator; never message text.
    """

    hold: str
    at: datetime
    what: str
    actor: str
    detail: str = ""
