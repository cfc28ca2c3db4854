# SPDX-License-Identifier: GPL-3.0-or-later
"""What the judge finds, and what it finds wrongly, on rows that it has not learned from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gateway.judge.calibration import PRIOR
from gateway.judge.families import ABSENCES, FAMILIES, IN_A_SENTENCE
from gateway.judge.training.rows import Row
from gateway.policy.judgement import Judgement


@dataclass(frozen=True, slots=True)
class Share:
    """A share of counted things, with its 95 % interval (Wilson).

    Attributes:
        hits: how many.
        of: of how many.
    """

    hits: int
    of: int

    def __str__(self) -> str:
        """Percent, and the interval."""
        if not self.of:
            return "none to count"
        low, high = self.interval
        return f"{100 * self.hits / self.of:.1f} % ({100 * low:.1f} to {100 * high:.1f})"

    @property
    def value(self) -> float:
        """The share itself; 0 if there was nothing to count."""
        return self.hits / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper bound."""
        z = 1.96
        middle = self.value + z * z / (2 * self.of)
        spread = z * math.sqrt(self.value * (1 - self.value) / self.of + z * z / (4 * self.of * self.of))
        scale = 1 + z * z / self.of
        return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


@dataclass(frozen=True, slots=True)
class Scored:
    """A row and the probabilities that the judge gave it.

    Attributes:
        row: the row.
        families: the highest of each family, over its sentences or of the whole.
    """

    row: Row
    families: dict[str, float]

    @property
    def tone(self) -> float:
        """Probability of the most suspect sentence."""
        return max(self.families[family] for family in IN_A_SENTENCE)

    @property
    def any(self) -> float:
        """The highest of all."""
        return max(self.families.values())

    def over(self, thresholds: dict[str, float]) -> bool:
        """Whether any family reaches its threshold."""
        return any(self.families[family] >= least for family, least in thresholds.items())


def score(row: Row, judgement: Judgement) -> Scored:
    """The highest probability of each family."""
    highest = {
        family: max((sentence.get(family, 0.0) for sentence in judgement.sentences), default=0.0)
        for family in IN_A_SENTENCE
    }
    return Scored(row, highest | {family: judgement.whole.get(family, 0.0) for family in ABSENCES})


def found_at(values: Sequence[float], bad: Sequence[bool], false: float) -> Share:
    """Share of the bad ones above the threshold that this share of the good ones passes."""
    everything = np.array(values)
    wrong = np.array(bad)
    good = np.sort(everything[~wrong])
    least = good[min(len(good) - 1, math.ceil(len(good) * (1 - false)) - 1)] if len(good) else 0.0
    return Share(int((everything[wrong] > least).sum()), int(wrong.sum()))


def area(values: Sequence[float], bad: Sequence[bool]) -> float:
    """Area under the ROC curve: how often a bad one is ranked above a good one."""
    everything = np.array(values)
    wrong = np.array(bad)
    if wrong.all() or not wrong.any():
        return float("nan")
    ranks = np.empty(len(everything))
    order = np.argsort(everything, kind="stable")
    ranks[order] = np.arange(1, len(everything) + 1)
    for value in np.unique(everything):
        same = everything == value
        ranks[same] = ranks[same].mean()
    return float((ranks[wrong].sum() - wrong.sum() * (wrong.sum() + 1) / 2) / (wrong.sum() * (~wrong).sum()))


def precision(found: float, false: float, prior: float = PRIOR) -> float:
    """Share of what is flagged that deserves it, where `prior` of all mail does."""
    hits = prior * found
    return hits / (hits + (1 - prior) * false) if found or false else 0.0


def by_family(scored: Sequence[Scored], thresholds: dict[str, float]) -> dict[str, Share]:
    """For each family, share of its rows that are flagged for anything."""
    shares = {}
    for family in FAMILIES:
        rows = [one for one in scored if family in one.row.labels]
        shares[family] = Share(sum(one.over(thresholds) for one in rows), len(rows))
    return shares


def curve(scored: Sequence[Scored], edges: Sequence[float]) -> list[tuple[float, float, float, int]]:
    """Calibration: for each bin its lower edge, mean probability, share that is bad, rows; weighted to `PRIOR`."""
    told = np.array([one.tone for one in scored])
    bad = np.array([bool(set(one.row.labels) & set(IN_A_SENTENCE)) for one in scored])
    weight: NDArray[np.float64] = np.where(bad, PRIOR / bad.mean(), (1 - PRIOR) / (1 - bad.mean()))
    bins = []
    for low, high in zip(edges, [*edges[1:], 1.01], strict=True):
        inside = (told >= low) & (told < high)
        if inside.any():
            mass = weight[inside].sum()
            mean = float((told * weight)[inside].sum() / mass)
            bins.append((low, mean, float(weight[inside & bad].sum() / mass), int(inside.sum())))
    return bins
