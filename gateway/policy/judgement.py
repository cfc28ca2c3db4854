# SPDX-License-Identifier: GPL-3.0-or-later
"""What the learned judge says of one reply. The judge itself is an adapter; rules only see this value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the learned judge says of one reply.

    Attributes:
        sentences: for each sentence of the reply, probability by family.
        whole: probability by family for the reply as a whole (the absences).
        level: probabilities of the customer's levels 0 to 3; None without a customer's message.
        our_failure: probability that the customer reports a failure of ours; None likewise.
        alike: for each sentence, a labelled one from the corpus that is most like it, as a reason to show; empty where
            the sentence is not suspect, or nothing is like it.
    """

    sentences: tuple[Mapping[str, float], ...]
    whole: Mapping[str, float]
    level: tuple[float, float, float, float] | None = None
    our_failure: float | None = None
    alike: tuple[str, ...] = ()
