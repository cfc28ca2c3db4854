# SPDX-License-Identifier: GPL-3.0-or-later
"""From which probability a family may note, and from which it may hold: set on what is fine.

Real text has a budget of what may be flagged wrongly, and replies written for us, most of which were made to look
faulty, have another; the stricter of both decides. Two thirds of a budget go to the faults of tone, under one
threshold, and a third to the absences. A count of a few in some hundred rows says little, so neither threshold goes
below a floor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from gateway.judge.families import ABSENCES, FAMILIES, IN_A_SENTENCE
from gateway.judge.training.measure import Scored

MILD: Final = ("isolate", "presume", "overinvolved")
"""Families that never hold by themselves."""
_NEVER: Final = 1.01
_GRID: Final = np.round(np.arange(0.05, 0.96, 0.01), 2)


@dataclass(frozen=True, slots=True)
class Budget:
    """What may happen to replies that are fine.

    Attributes:
        share: of real mail that may be flagged.
        made: of replies written for us, near misses most of them.
        floor: lowest threshold, whatever the count.
    """

    share: float
    made: float
    floor: float


NOTE: Final = Budget(0.01, 0.03, 0.15)
HOLD: Final = Budget(0.003, 0.015, 0.35)


def thresholds(scored: Sequence[Scored], budget: Budget) -> dict[str, float]:
    """A threshold for each family.

    Args:
        scored: rows that the model has not learned from; those that are fine count, of real ones those like mail.
        budget: what may be flagged of them.
    """
    real = [one for one in scored if not one.row.hold and like_mail(one)]
    made = [one for one in scored if not one.row.hold and not one.row.real]
    shares = ((real, budget.share), (made, budget.made))
    tone = max(_least([one.tone for one in fine], share * 2 / 3, budget.floor) for fine, share in shares)
    found = dict.fromkeys(IN_A_SENTENCE, tone)
    for family in ABSENCES:
        found[family] = max(
            _least([one.families[family] for one in fine if one.row.customer], share / 6, budget.floor)
            for fine, share in shares
        )
    if budget is HOLD:
        found |= dict.fromkeys(MILD, _NEVER)
    return {family: found[family] for family in FAMILIES}


def like_mail(one: Scored) -> bool:
    """Whether a row is an answer to somebody who asked, and was not drawn by a label that others gave it."""
    return one.row.real and (one.row.drawn == "any" or "scored" in one.row.drawn)


def _least(values: Sequence[float], share: float, floor: float) -> float:
    over = [float(least) for least in _GRID if sum(value >= least for value in values) <= share * len(values)]
    return max(floor, min(over, default=_NEVER))
