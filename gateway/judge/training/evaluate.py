# SPDX-License-Identifier: GPL-3.0-or-later
"""One report of what the judge finds, as data and as tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from gateway.judge.families import ABSENCES, IN_A_SENTENCE
from gateway.judge.model import Model
from gateway.judge.training.measure import Scored, Share, area, by_family, curve, found_at, precision, score
from gateway.judge.training.question import question
from gateway.judge.training.rows import Row
from gateway.judge.training.thresholds import like_mail
from gateway.policy.judgement import Judgement

_FALSE = (0.02, 0.05, 0.1)
_NAMED = 60
_EDGES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)


def judge_all(model: Model, rows: Sequence[Row]) -> list[Judgement]:
    """What the gateway would hear about each row."""
    return [model.judge([question(row)])[0] for row in rows]


def report(rows: Sequence[Row], judgements: Sequence[Judgement], at: dict[str, dict[str, float]]) -> dict[str, Any]:
    """The figures, by name.

    Args:
        rows: written for us and real, none of them learned from.
        judgements: of each.
        at: thresholds by family, for "note" and "hold".
    """
    scored = [score(row, judgement) for row, judgement in zip(rows, judgements, strict=True)]
    made = [one for one in scored if not one.row.real]
    real = [one for one in scored if one.row.real]
    figures: dict[str, Any] = {}
    if made:
        figures["written for us"] = _ranked(made) | _made(made, at)
        figures["customer"] = _customer(rows, judgements)
        figures["calibration"] = [[round(value, 3) for value in bin_] for bin_ in curve(made, _EDGES)]
    if real:
        figures["real text"] = _ranked(real) | _real(real, at)
    figures["wrong at the threshold to note"] = _wrong(scored, at["note"])
    return figures


def _wrong(scored: Sequence[Scored], least: dict[str, float]) -> dict[str, str]:
    """The ids of the false finds, and of the misses that were furthest off; no text, since authors may be sealed."""
    false = sorted((one for one in scored if not one.row.hold and one.over(least)), key=lambda one: -one.any)
    missed = sorted((one for one in scored if one.row.hold and not one.over(least)), key=lambda one: one.any)
    return {
        f"false finds, {len(false)}": ", ".join(f"{one.row.id} {one.any:.2f}" for one in false[:_NAMED]) or "none",
        f"missed, {len(missed)}, the furthest off": ", ".join(one.row.id for one in missed[:_NAMED]) or "none",
    }


def _ranked(scored: Sequence[Scored]) -> dict[str, str]:
    """How well the bad are ranked above the good, by the highest probability of any family."""
    values = [one.any for one in scored]
    bad = [one.row.hold for one in scored]
    figures = {"rows": f"{len(bad)}, {sum(bad)} of them bad", "AUC": f"{area(values, bad):.3f}"}
    for false in _FALSE:
        found = found_at(values, bad, false)
        figures[f"found at {false:.0%} false"] = str(found)
    two = found_at(values, bad, 0.02).value
    figures["precision at 2% false, one bad in twenty"] = f"{100 * precision(two, 0.02):.0f} %"
    return figures


def _made(made: Sequence[Scored], at: dict[str, dict[str, float]]) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    bad = [one for one in made if one.row.hold]
    good = [one for one in made if not one.row.hold]
    for what, least in at.items():
        figures[f"found at the threshold to {what}"] = str(_flagged(bad, least))
        figures[f"good ones at the threshold to {what}"] = str(_flagged(good, least))
    figures["found to note, by family"] = {name: str(share) for name, share in by_family(made, at["note"]).items()}
    for absence in ABSENCES:
        known = [one for one in made if one.row.customer]
        ranked = area([one.families[absence] for one in known], [absence in one.row.labels for one in known])
        figures[f"{absence}: AUC"] = f"{ranked:.3f}"
    tone = [one for one in bad if set(one.row.labels) & set(IN_A_SENTENCE)]
    named = sum(max(IN_A_SENTENCE, key=one.families.__getitem__) in one.row.labels for one in tone)
    figures["the family named is one of those labelled"] = str(Share(named, len(tone)))
    return figures


def _real(real: Sequence[Scored], at: dict[str, dict[str, float]]) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    drawn = [one for one in real if one.row.drawn == "any"]
    for what, least in at.items():
        figures[f"bad ones found at the threshold to {what}"] = str(_flagged([o for o in real if o.row.hold], least))
        fine = [one for one in drawn if not one.row.hold]
        figures[f"fine ones, drawn without selection, at the threshold to {what}"] = str(_flagged(fine, least))
        fine = [one for one in real if not one.row.hold and like_mail(one)]
        figures[f"fine ones of mail, doubtful ones among them, at the threshold to {what}"] = str(_flagged(fine, least))
    figures["AUC by source"] = {
        source: f"{area([o.any for o in some], [o.row.hold for o in some]):.2f} of {len(some)}"
        for source in sorted({one.row.author for one in real})
        for some in [[one for one in real if one.row.author == source]]
    }
    return figures


def _customer(rows: Sequence[Row], judgements: Sequence[Judgement]) -> dict[str, str]:
    levels = [
        (row.level, int(np.argmax(judgement.level)))
        for row, judgement in zip(rows, judgements, strict=True)
        if row.level is not None and judgement.level is not None
    ]
    ours = [
        (row.ours, judgement.our_failure)
        for row, judgement in zip(rows, judgements, strict=True)
        if row.ours is not None and judgement.our_failure is not None
    ]
    return {
        "level exact": str(Share(sum(meant == told for meant, told in levels), len(levels))),
        "level 2 or more, or not": str(Share(sum((m >= 2) == (t >= 2) for m, t in levels), len(levels))),
        "failure of ours: AUC": f"{area([told for _, told in ours], [meant for meant, _ in ours]):.3f}",
    }


def _flagged(scored: Sequence[Scored], least: dict[str, float]) -> Share:
    return Share(sum(one.over(least) for one in scored), len(scored))


def as_markdown(figures: dict[str, Any], depth: int = 3) -> Iterator[str]:
    """The figures as tables, one line after the other."""
    for title, values in figures.items():
        yield from ("", f"{'#' * depth} {title[0].upper()}{title[1:]}", "")
        if isinstance(values, list):
            yield from ("| from | mean probability | bad, of twenty-to-one mail | rows |", "| --- | --- | --- | --- |")
            yield from ("| " + " | ".join(f"{value:g}" for value in bin_) + " |" for bin_ in values)
            continue
        yield from ("| | |", "| --- | --- |")
        for name, value in values.items():
            told = value if isinstance(value, str) else "; ".join(f"{key} {one}" for key, one in value.items())
            yield f"| {name} | {told} |"


def worst(rows: Sequence[Row], judgements: Sequence[Judgement], count: int) -> Iterator[str]:
    """The ids of the worst misses and the worst false finds; no text, since authors may be sealed."""
    scored = sorted((score(*pair) for pair in zip(rows, judgements, strict=True)), key=lambda one: one.any)
    missed = [one for one in scored if one.row.hold][:count]
    false = [one for one in reversed(scored) if not one.row.hold][:count]
    for what, some in (("missed", missed), ("false", false)):
        for one in some:
            family = max(one.families, key=one.families.__getitem__)
            yield f"{what}: {one.row.id} {one.any:.2f} {family}; labelled {', '.join(one.row.labels) or 'fine'}"
