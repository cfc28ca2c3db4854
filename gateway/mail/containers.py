# SPDX-License-Identifier: GPL-3.0-or-later
"""Gmail's wrapper in HTML: it holds an attribution, the quotation, and answers typed into it."""

from __future__ import annotations

import re

from gateway.mail import cuts
from gateway.mail.lines import Hint, Lines, Role, anything_authored

_ANSWER = 0.85
_UNINTRODUCED_TEXT = 0.6
_LONGEST_ATTRIBUTION = 3
# One wrapper in a column where 1 is a line of a wrapper's own, 2 a deeper one, and 0 any other.
_WRAPPER = re.compile(rb"\x01[\x01\x02]*")


def mark(lines: Lines, roles: bytearray) -> float:
    """Mark as QUOTED what a wrapper's attribution is, and give how sure the split inside the wrappers is."""
    if Hint.CONTAINER not in lines.hints:
        return 1.0
    column = bytes(
        2 if depth else hint == Hint.CONTAINER for depth, hint in zip(lines.depths, lines.hints, strict=True)
    )
    return min((_one(lines, roles, *found.span()) for found in _WRAPPER.finditer(column)), default=1.0)


def _one(lines: Lines, roles: bytearray, start: int, end: int) -> float:
    """One wrapper: what stands above its quotation is the attribution, in whatever language, unless it is too much."""
    deeper = next((number for number in range(start, end) if lines.depths[number]), end)
    head = [number for number in range(start, deeper) if lines.filled[number]]
    above = lines.filled.rfind(1, 0, start)
    if above >= 0 and lines.depths[above]:
        return _ANSWER if head else 1.0  # typed between two pieces of the quotation
    if any(cuts.attribution(lines, number) or cuts.cut(lines, number) for number in head):
        pass  # it says itself where the quotation begins
    elif _anything(lines, roles, 0, start) and (len(head) <= _LONGEST_ATTRIBUTION or deeper == end):
        roles[start:deeper] = bytes([Role.QUOTED]) * (deeper - start)
    elif head:
        return _UNINTRODUCED_TEXT
    return _ANSWER if _anything(lines, roles, deeper, end) else 1.0


def _anything(lines: Lines, roles: bytearray, start: int, end: int) -> bool:
    return anything_authored(lines.part(start, end), roles[start:end])
