# SPDX-License-Identifier: GPL-3.0-or-later
"""What the judge is asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_SAME: Final = str.maketrans(
    "’‘‛`´“”„«»‐‑‒–—―\u00a0\u2007\u202f\u200b\ufeff", "'''''\"\"\"\"\"------     "
) | dict.fromkeys(range(0xD800, 0xE000), 0xFFFD)
"""Typographic variants, and surrogates that no encoding has a place for."""


def plain(text: str) -> str:
    """Typographic variants as one, character by character, so that offsets stay what they were."""
    return text.translate(_SAME)


@dataclass(frozen=True, slots=True)
class Question:
    """A reply to be judged.

    Attributes:
        customer: the customer's message; None if it is unknown.
        authored: what the agent wrote.
        spans: places of its sentences: start, and the offset behind the end; in order, not overlapping.

    Both texts in plain characters, see `Question.of`.
    """

    customer: str | None
    authored: str
    spans: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, customer: str | None, authored: str, spans: Sequence[tuple[int, int]]) -> Question:
        """A question in plain characters."""
        return cls(plain(customer) if customer else None, plain(authored), tuple(spans))
