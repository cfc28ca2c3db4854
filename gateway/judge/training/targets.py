# SPDX-License-Identifier: GPL-3.0-or-later
"""From labelled rows to what the model is to say of each window: one value a sentence, a reply, a customer.

What nobody labelled, or what cannot be known, has weight 0. Without the customer's message nobody can tell whether
it was taken notice of, so the absences then have weight 0 too. Absences of a reply in several windows likewise.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from gateway.judge.encode import Window, windows
from gateway.judge.families import ABSENCES, IN_A_SENTENCE
from gateway.judge.question import plain
from gateway.judge.training.rows import Row
from gateway.mail.sentences import split

ACTS: Final = ("apology", "ownership", "acknowledgement", "relating", "next_step", "choice", "route", "joint")
"""Speech acts of the reply: learned beside the absences because they are their other side, and not exported."""
WHOLE: Final = len(ABSENCES) + 1 + len(ACTS)
HOLD: Final = len(ABSENCES)
SENTENCE: Final = 1 + len(IN_A_SENTENCE)
_SURE: Final = {1: 0.4, 2: 0.8, 3: 1.0}
_OVERLAP: Final = 12
"""Characters that a marked span must share with a sentence for it to be the one meant (half of it, if it is short)."""


@dataclass(frozen=True, slots=True)
class Example:
    """A window and what the model is to say of it.

    Attributes:
        row: the row that it comes from.
        window: what the model reads.
        sentences: 0 or 1, shape (sentences, 1 + families): any of them, then each.
        whole: 0 or 1, shape (WHOLE,): absences, hold, acts.
        whole_weight: weight of each of these.
        level: 0 to 3, or -1.
        ours: 0 or 1, or -1.
        weight: of the whole example.
    """

    row: Row
    window: Window
    sentences: NDArray[np.float32]
    whole: NDArray[np.float32]
    whole_weight: NDArray[np.float32]
    level: int
    ours: int
    weight: float


def examples(rows: Sequence[Row], tokenizer: Tokenizer) -> list[Example]:
    """All windows of all rows, in order."""
    return [example for row in rows for example in of_row(row, tokenizer)]


def without_customer(row: Row) -> Row:
    """The same reply where the customer's message is not known, as in much real mail."""
    return replace(row, customer=None)


def of_row(row: Row, tokenizer: Tokenizer) -> list[Example]:
    """The windows of one row."""
    text = plain(row.reply)
    places = [(sentence.start, sentence.end) for sentence in split(text)]
    customer = tokenizer.encode(plain(row.customer), add_special_tokens=False) if row.customer else None
    pieces = windows(customer, tokenizer.encode(text, add_special_tokens=False), places)
    marks = _marks(text, row.spans)
    labels = np.stack([_sentence(row, place, marks) for place in places]) if places else _NOTHING
    return [_example(row, piece, labels, alone=len(pieces)) for piece in pieces]


_NOTHING: Final = np.zeros((0, SENTENCE), np.float32)


def _marks(text: str, marked: Sequence[str]) -> list[tuple[int, int]]:
    """Where the marked spans stand, also if lines are broken elsewhere than in the span."""
    found = []
    for span in marked:
        pattern = r"\s+".join(re.escape(word) for word in plain(span).split())
        place = re.search(pattern, text) if pattern else None
        if place is not None:
            found.append(place.span())
    return found


def _sentence(row: Row, place: tuple[int, int], marks: Sequence[tuple[int, int]]) -> NDArray[np.float32]:
    values = np.zeros(SENTENCE, np.float32)
    start, end = place
    if any(min(end, to) - max(start, at) >= min(_OVERLAP, (end - start) / 2) for at, to in marks):
        values[0] = 1
        for number, family in enumerate(IN_A_SENTENCE, start=1):
            values[number] = family in row.labels
    return values


def _example(row: Row, piece: Window, labels: NDArray[np.float32], *, alone: int) -> Example:
    kept = labels[[index for index, _, _ in piece.sentences]] if len(labels) else _NOTHING
    whole = np.zeros(WHOLE, np.float32)
    weight = np.zeros(WHOLE, np.float32)
    tone = any(label in IN_A_SENTENCE for label in row.labels)
    known = row.acts is not None and row.customer is not None
    if alone == 1:
        whole[HOLD] = row.hold if known or row.real else tone
        weight[HOLD] = 1.0 if known or row.real or tone or not row.hold else 0.0
        if known:
            whole[: len(ABSENCES)] = [absence in row.labels for absence in ABSENCES]
            weight[: len(ABSENCES)] = 1.0
    else:
        whole[HOLD] = bool(len(kept)) and kept[:, 0].max() > 0
        weight[HOLD] = 0.5
    if row.acts is not None and alone == 1:
        whole[HOLD + 1 :] = [act in row.acts for act in ACTS]
        weight[HOLD + 1 :] = 0.5
    return Example(
        row=row,
        window=piece,
        sentences=kept,
        whole=whole,
        whole_weight=weight,
        level=-1 if row.level is None or row.customer is None else row.level,
        ours=-1 if row.ours is None or row.customer is None else int(row.ours),
        weight=_SURE[row.sure],
    )
