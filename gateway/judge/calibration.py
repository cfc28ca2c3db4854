# SPDX-License-Identifier: GPL-3.0-or-later
"""From the model's logits to probabilities that mean something.

A probability here is meant for mail as it is: about one reply in twenty deserves a second look (`PRIOR`). What the
numbers are was fitted on rows that the model has not learned from, weighted to that share (`training/calibrate.py`).

The probability that a reply has a faulty sentence joins the logit of its worst one with that of the whole reply. The
worst sentence carries it; each other has as much less as its own logit is lower. Within a sentence, the family that
suits it best carries the probability, and the others a part of it, in proportion: one sentence is one fault, and a rule
that asks for a family should not miss it because the model wavers between two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gateway.judge.families import ABSENCES, IN_A_SENTENCE

PRIOR: Final = 0.05
"""Share of replies that deserve a second look, for which the probabilities are meant."""
HOLD: Final = len(ABSENCES)
"""Column of *hold* among the logits of the whole reply."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line in logits: `slope` times the logit, and `shift`."""

    slope: float
    shift: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """What turns logits into probabilities.

    Attributes:
        sentence: for the logit of the worst sentence; its shift is that of the sum.
        hold: slope for the logit of the whole reply, added to it.
        absences: for each of `ABSENCES`.
        ours: for the customer's report of a failure of ours.
        level: temperature of the customer's level.
        bend: points of a rising curve through which that sum then goes, straight between them and shifted beyond them:
            what the sum says about authors that it was not fitted on, and what was true of them.
    """

    sentence: Line
    hold: float
    absences: tuple[Line, ...]
    ours: Line
    level: float
    bend: tuple[tuple[float, float], ...] = ((0.0, 0.0),)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Calibration:
        """Read it back from what `as_data` gave."""
        return cls(
            sentence=Line(**data["sentence"]),
            hold=data["hold"],
            absences=tuple(Line(**data["absences"][name]) for name in ABSENCES),
            ours=Line(**data["ours"]),
            level=data["level"],
            bend=tuple((told, meant) for told, meant in data.get("bend", ((0.0, 0.0),))),
        )

    def as_data(self) -> dict[str, Any]:
        """For `judge.json`."""
        return {
            "sentence": asdict(self.sentence),
            "hold": self.hold,
            "absences": {name: asdict(line) for name, line in zip(ABSENCES, self.absences, strict=True)},
            "ours": asdict(self.ours),
            "level": self.level,
            "bend": [list(point) for point in self.bend],
        }

    def suspicion(self, sentences: Floats, whole: Floats) -> Floats:
        """Probability for each sentence that anything is wrong with it.

        Args:
            sentences: logits, shape (sentences, 1 + families).
            whole: logits of the reply, or of the window in which they stand.
        """
        own = sentences[:, 0]
        worst = own.max(initial=-30.0)
        reply = self._bent(self.sentence.slope * worst + self.hold * whole[HOLD] + self.sentence.shift)
        return _sigmoid(np.asarray(reply + own - worst, np.float32))

    def _bent(self, logit: float | np.floating[Any]) -> float:
        told, meant = zip(*self.bend, strict=True)
        at = float(logit)
        inside = float(np.interp(at, told, meant))
        return inside + min(0.0, at - float(told[0])) + max(0.0, at - float(told[-1]))

    def families(self, sentences: Floats, whole: Floats) -> list[dict[str, float]]:
        """For each sentence, probability by family."""
        share = _sigmoid(sentences[:, 1:])
        share = share / share.max(axis=1, keepdims=True, initial=1e-9)
        found = self.suspicion(sentences, whole)[:, None] * share
        return [dict(zip(IN_A_SENTENCE, map(_short, row), strict=True)) for row in found]

    def absent(self, wholes: Sequence[Floats]) -> dict[str, float]:
        """Probability of each absence. What one window of the reply has, the reply has."""
        found = {}
        for column, (name, line) in enumerate(zip(ABSENCES, self.absences, strict=True)):
            lowest = np.asarray([min(float(whole[column]) for whole in wholes)], np.float32)
            found[name] = _short(_sigmoid(line.slope * lowest + line.shift)[0])
        return found

    def levels(self, logits: Floats) -> tuple[float, float, float, float]:
        """Probabilities of the customer's levels 0 to 3."""
        raised: Floats = np.exp((logits - logits.max()) / self.level)
        calm, fault, harm, upset = (_short(value) for value in raised / raised.sum())
        return calm, fault, harm, upset

    def our_failure(self, logit: float) -> float:
        """Probability that the customer reports a failure of ours."""
        return _short(_sigmoid(np.asarray([self.ours.slope * logit + self.ours.shift], np.float32))[0])


def _sigmoid(logits: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logits, -30, 30))), np.float32)


def _short(value: float | np.floating[Any]) -> float:
    return round(float(value), 4)
