# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages in a decision folder that are no cards: forged, edited as new, ordinary mail dragged there by mistake.

They decide nothing. Each goes to INBOX, where its owner finds it again, beside one answer a look and kind: nobody who
appends thousands of them gets thousands of answers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import structlog

from gateway.hold.folders import Meaning
from gateway.hold.seen import SeenCard
from gateway.hold.steps import Reason
from gateway.hold.token import Role, Token
from gateway.ports import Mailbox
from gateway.review.faces import Faces

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Stray:
    """A message in a decision folder that is no card of a hold that we know.

    Attributes:
        card: where it lies.
        reason: what is wrong with it.
        meaning: of the folder.
    """

    card: SeenCard
    reason: Reason
    meaning: Meaning


async def answer_strays(
    box: Mailbox, faces: Faces, secret: bytes, mailbox: str, strays: Sequence[Stray], now: datetime
) -> bool:
    """Answer, then move them to INBOX. Whether there were any."""
    ordered = sorted(strays, key=lambda stray: (stray.reason, stray.meaning))
    for (reason, meaning), group in groupby(ordered, key=lambda stray: (stray.reason, stray.meaning)):
        some = list(group)
        token = _token(some).sign(secret, mailbox)
        await box.append("INBOX", faces.stray_answer(reason, meaning, len(some), token, now), token)
        _log.warning("review.stray", reason=str(reason), folder=str(meaning), count=len(some))
        for stray in some:
            await box.move(stray.card, "INBOX")
    return bool(strays)


def _token(strays: Sequence[Stray]) -> Token:
    """A token that is the same when the same messages are found again, because we died before we moved them."""
    places = "\0".join(f"{stray.card.folder}\0{stray.card.uid}" for stray in strays)
    return Token(hashlib.sha256(places.encode()).hexdigest()[:16], Role.ANSWER, 0)
