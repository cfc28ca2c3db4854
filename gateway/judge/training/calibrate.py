# SPDX-License-Identifier: GPL-3.0-or-later
"""Fitting the calibration on rows that the model has not learned from, weighted to mail as it is.

A line fitted on some authors is too sure of others. So each author (and each source of real text) is also asked with a
line that was fitted without them, and how far off those answers were bends the line that ships.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gateway.judge.calibration import HOLD, PRIOR, Calibration, Line
from gateway.judge.families import ABSENCES, IN_A_SENTENCE
from gateway.judge.model import Said
from gateway.judge.training.rows import Row

Doubles = NDArray[np.float64]
_BINS: Final = 8
"""Of the curve: few, since each stands for some eighty faulty rows."""


def calibrate(rows: Sequence[Row], said: Sequence[Sequence[Said]]) -> Calibration:
    """Fit every line and the temperature.

    Args:
        rows: written for us and real, none of them learned from.
        said: what the model said of each (`Model.read`).
    """
    pairs = [(row, each) for row, each in zip(rows, said, strict=True) if each]
    tone = np.array([bool(set(row.labels) & set(IN_A_SENTENCE)) for row, _ in pairs])
    # Rows that only lack something say nothing about sentences.
    asked = np.array([row.hold == bool(bad) for (row, _), bad in zip(pairs, tone, strict=True)])
    worst = np.array([_worst(each) for _, each in pairs])[asked]
    slope, hold, shift = logistic(worst, tone[asked])
    authors = np.array([row.author for row, _ in pairs])[asked]
    curve = bend(unseen(worst, tone[asked], authors), tone[asked])
    with_customer = [(row, each) for row, each in pairs if row.customer and row.acts is not None]
    absences = tuple(
        Line(*logistic(_lowest(with_customer, column)[:, None], _has(with_customer, name)))
        for column, name in enumerate(ABSENCES)
    )
    ours = [(row, each) for row, each in with_customer if row.ours is not None]
    ours_line = logistic(
        np.array([[each[0].ours] for _, each in ours]), np.array([bool(row.ours) for row, _ in ours]), prior=None
    )
    return Calibration(Line(slope, shift), hold, absences, Line(*ours_line), _temperature(with_customer), curve)


def unseen(inputs: Doubles, meant: NDArray[np.bool_], authors: NDArray[np.str_]) -> Doubles:
    """For each row, the logit by a line that was fitted without its author.

    Args:
        inputs: shape (rows, inputs).
        meant: shape (rows,).
        authors: of each row.
    """
    told = np.zeros(len(inputs))
    for author in sorted(set(authors.tolist())):
        own = authors == author
        if not own.all() and meant[~own].any() and not meant[~own].all():
            *slopes, shift = logistic(inputs[~own], meant[~own])
            told[own] = inputs[own] @ np.array(slopes) + shift
    return told


def bend(told: Doubles, meant: NDArray[np.bool_], bins: int = _BINS) -> tuple[tuple[float, float], ...]:
    """Points of a rising curve from told to true logits, weighted to `PRIOR`: isotonic regression over bins.

    Args:
        told: logits, shape (rows,).
        meant: shape (rows,).
        bins: each holds as many of the true rows as any other.
    """
    weight = np.where(meant, PRIOR / meant.mean(), (1 - PRIOR) / (1 - meant.mean()))
    good = (1 - PRIOR) / (1 - float(meant.mean()))
    edges = np.quantile(told[meant], np.linspace(0, 1, bins + 1)[1:-1])
    place = np.searchsorted(edges, told)
    blocks: list[tuple[float, float, float]] = []  # weight of all, weight of the true, weighted sum of logits
    for number in range(bins):
        inside = place == number
        if not inside.any():
            continue
        mass = weight[inside]
        # One good row more: where none was seen, that is no proof that there is none.
        total = float(mass.sum()) + good
        middle = float(np.average(told[inside], weights=mass))
        blocks.append((total, float(mass[meant[inside]].sum()), middle * total))
        while len(blocks) > 1 and blocks[-2][1] / blocks[-2][0] >= blocks[-1][1] / blocks[-1][0]:
            last = blocks.pop()
            blocks[-1] = tuple(one + other for one, other in zip(blocks[-1], last, strict=True))  # type: ignore[assignment] # of three
    return tuple((round(logits / mass, 4), round(_logit(true / mass), 4)) for mass, true, logits in blocks)


def _logit(share: float) -> float:
    inside = min(max(share, 1e-4), 1 - 1e-4)
    return float(np.log(inside / (1 - inside)))


def logistic(inputs: Doubles, meant: NDArray[np.bool_], prior: float | None = PRIOR) -> tuple[float, ...]:
    """Slopes and, last, the shift of a logistic regression, by Newton's method with a little ridge.

    Args:
        inputs: shape (rows, inputs).
        meant: shape (rows,).
        prior: share of true rows that the weights make; None leaves them as they are.
    """
    columns = np.hstack([inputs, np.ones((len(inputs), 1))])
    weight = np.ones(len(inputs))
    if prior is not None:
        weight = np.where(meant, prior / meant.mean(), (1 - prior) / (1 - meant.mean()))
    values = np.zeros(columns.shape[1])
    ridge = np.diag([1e-3] * inputs.shape[1] + [0.0]) * len(inputs) / 100
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(columns @ values, -30, 30)))
        slope = columns.T @ (weight * (meant - chance)) - ridge @ values
        bend = (columns * (weight * chance * (1 - chance))[:, None]).T @ columns + ridge
        step = np.linalg.solve(bend + 1e-9 * np.eye(len(values)), slope)
        values = values + np.clip(step, -2, 2)
        if float(np.abs(step).max()) < 1e-6:
            break
    return tuple(round(float(value), 5) for value in values)


def _worst(said: Sequence[Said]) -> tuple[float, float]:
    """The highest logit of a sentence, and the logit of *hold* of the window it stands in."""
    found = [(float(one.sentences[:, 0].max()), float(one.whole[HOLD])) for one in said if len(one.sentences)]
    return max(found, default=(-10.0, -10.0))


def _lowest(pairs: Sequence[tuple[Row, Sequence[Said]]], column: int) -> Doubles:
    return np.array([min(float(one.whole[column]) for one in said) for _, said in pairs])


def _has(pairs: Sequence[tuple[Row, Sequence[Said]]], label: str) -> NDArray[np.bool_]:
    return np.array([label in row.labels for row, _ in pairs])


def _temperature(pairs: Sequence[tuple[Row, Sequence[Said]]]) -> float:
    known = [(row.level, said[0].level) for row, said in pairs if row.level is not None]
    levels = np.array([level for level, _ in known])
    logits = np.array([each for _, each in known], np.float64)

    def surprise(temperature: float) -> float:
        scaled = logits / temperature
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        chances = scaled - np.log(np.exp(scaled).sum(axis=1, keepdims=True))
        return -float(chances[np.arange(len(levels)), levels].mean())

    return min((step / 20 for step in range(10, 61)), key=surprise)
