# SPDX-License-Identifier: GPL-3.0-or-later
"""A picture of what is found by what is flagged wrongly, as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

_LEFT, _TOP, _WIDTH, _HEIGHT = 60, 20, 420, 320
_MOST_FALSE = 0.2
_COLOURS = ("#b0b0b0", "#c98a2b", "#1f5fa8", "#4b8b3b")


@dataclass(frozen=True, slots=True)
class Curve:
    """Something that ranks.

    Attributes:
        name: for the legend.
        places: share of the good ones above a threshold, and share of the bad ones, threshold by threshold.
    """

    name: str
    places: tuple[tuple[float, float], ...]

    @classmethod
    def of(cls, name: str, scores: Sequence[float], bad: Sequence[bool]) -> Curve:
        """The curve of these scores, as far as it is drawn."""
        values, wrong = np.array(scores), np.array(bad)
        found = []
        for least in sorted(set(values.tolist()), reverse=True):
            false = float((values[~wrong] >= least).mean())
            if false > _MOST_FALSE:
                break
            found.append((round(false, 4), round(float((values[wrong] >= least).mean()), 4)))
        return cls(name, ((0.0, 0.0), *found))


@dataclass(frozen=True, slots=True)
class Point:
    """Something that decides: its name, share of the good ones flagged, share of the bad ones found."""

    name: str
    false: float
    found: float


def picture(curves: Sequence[Curve], points: Sequence[Point]) -> str:
    """All in one picture, 2 to 20 % false."""
    right = _LEFT + _WIDTH + 20
    size = f'width="{right + 270}" height="{_TOP + _HEIGHT + 50}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="#fff"/>',
        *_grid(),
    ]
    for number, (curve, colour) in enumerate(zip(curves, _COLOURS, strict=False)):
        line = " ".join(f"{_across(false):.1f},{_up(found):.1f}" for false, found in curve.places)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        at = _TOP + 14 + 20 * number
        parts.append(f'<path d="M{right} {at - 4}h20" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{right + 28}" y="{at}">{escape(curve.name)}</text>')
    for number, point in enumerate(points, start=1):
        at = _TOP + 30 + 20 * (len(curves) + number)
        parts += _marked(number, _across(min(point.false, _MOST_FALSE)), _up(point.found))
        parts += _marked(number, right + 10, at - 4)
        parts.append(f'<text x="{right + 28}" y="{at}">{escape(point.name)}</text>')
    return "\n".join((*parts, "</svg>\n"))


def _marked(number: int, x: float, y: float) -> list[str]:
    return [
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="8" fill="#fff" stroke="#333"/>',
        f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle" font-size="10">{number}</text>',
    ]


def _grid() -> list[str]:
    parts = []
    for step in range(11):
        y = _up(step / 10)
        parts.append(f'<path d="M{_LEFT} {y:.1f}h{_WIDTH}" stroke="#e4e4e4"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10 * step} %</text>')
    for share in (0.0, 0.02, 0.05, 0.1, 0.15, 0.2):
        x = _across(share)
        parts.append(f'<path d="M{x:.1f} {_TOP}v{_HEIGHT}" stroke="#e4e4e4"/>')
        parts.append(f'<text x="{x:.1f}" y="{_TOP + _HEIGHT + 18}" text-anchor="middle">{share:.0%}</text>')
    middle = _LEFT + _WIDTH / 2
    parts.append(f'<text x="{middle}" y="{_TOP + _HEIGHT + 38}" text-anchor="middle">good replies flagged</text>')
    return parts


def _across(false: float) -> float:
    return _LEFT + _WIDTH * false / _MOST_FALSE


def _up(found: float) -> float:
    return _TOP + _HEIGHT * (1 - found)
