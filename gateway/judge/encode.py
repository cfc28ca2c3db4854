# SPDX-License-Identifier: GPL-3.0-or-later
"""From a reply and its customer's message to what the model reads: tokens, and which tokens make up a sentence.

Customer and reply go through the model together, once: ``[CLS] customer [SEP] reply [SEP]``, the customer's half with
token type 0 and the reply's with type 1, also when there is no customer. Each sentence is then pooled from its own
tokens. A reply that is longer than a window is cut between sentences into several, each with the same customer.

Training and judging share this module, so that the model meets the same numbers in both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

WINDOW: Final = 320
"""Most tokens of a window, the three special ones included."""
CUSTOMER: Final = 112
"""Most tokens of the customer's message; what follows is not read."""
CLS: Final = 101
SEP: Final = 102


class Tokens(Protocol):
    """What the tokenizer gives for one text (`tokenizers.Encoding`)."""

    @property
    def ids(self) -> list[int]:
        """Numbers of the tokens."""
        ...

    @property
    def offsets(self) -> list[tuple[int, int]]:
        """Where each token stands in the text."""
        ...


@dataclass(frozen=True, slots=True)
class Window:
    """One pass through the model.

    Attributes:
        ids: numbers of the tokens, special ones included.
        customer: first token of the customer's message and the one behind its last; equal if there is none.
        reply: likewise of the reply.
        sentences: index of a sentence, its first token, and the one behind its last.
    """

    ids: tuple[int, ...]
    customer: tuple[int, int]
    reply: tuple[int, int]
    sentences: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows side by side, padded.

    Attributes:
        ids: tokens, shape (windows, tokens), int64.
        types: 0 for the customer's half, 1 for the reply's; same shape.
        mask: 1 where there is a token; same shape.
        sentences: weights that average each sentence's tokens, shape (windows, sentences, tokens), float32.
        reply: weights that average the reply's tokens, shape (windows, tokens), float32.
        customer: weights that average the customer's tokens, all 0 if there is none; same shape.
    """

    ids: NDArray[np.int64]
    types: NDArray[np.int64]
    mask: NDArray[np.int64]
    sentences: NDArray[np.float32]
    reply: NDArray[np.float32]
    customer: NDArray[np.float32]

    def inputs(self) -> dict[str, NDArray[np.int64] | NDArray[np.float32]]:
        """The arrays by the names of the exported model's inputs."""
        return {
            "ids": self.ids,
            "types": self.types,
            "mask": self.mask,
            "sentences": self.sentences,
            "reply": self.reply,
            "customer": self.customer,
        }


def windows(customer: Tokens | None, reply: Tokens, spans: Sequence[tuple[int, int]]) -> tuple[Window, ...]:
    """Cut a reply into windows of whole sentences; at least one, even if there is no sentence.

    Args:
        customer: tokens of the customer's message without special ones; None if it is unknown.
        reply: tokens of the authored text without special ones.
        spans: places of the sentences in the authored text, in order, not overlapping.
    """
    head = (CLS, *(customer.ids[:CUSTOMER] if customer is not None else ()), SEP)
    room = WINDOW - len(head) - 1
    found = _tokens_of(reply.offsets, spans)
    made: list[Window] = []
    group: list[tuple[int, int, int]] = []
    for index, first, behind in found:
        behind = min(behind, first + room)  # noqa: PLW2901 - a sentence longer than a window is read from its start
        if group and behind - group[0][1] > room:
            made.append(_window(head, reply.ids, group))
            group = []
        group.append((index, first, behind))
    if group:
        made.append(_window(head, reply.ids, group))
    return tuple(made) or (_window(head, reply.ids[:room], []),)


def batch(pieces: Sequence[Window]) -> Batch:
    """Lay windows side by side."""
    width = max(len(piece.ids) for piece in pieces)
    height = max(1, *(len(piece.sentences) for piece in pieces))
    shape = (len(pieces), width)
    made = Batch(
        ids=np.zeros(shape, np.int64),
        types=np.zeros(shape, np.int64),
        mask=np.zeros(shape, np.int64),
        sentences=np.zeros((len(pieces), height, width), np.float32),
        reply=np.zeros(shape, np.float32),
        customer=np.zeros(shape, np.float32),
    )
    for row, piece in enumerate(pieces):
        length = len(piece.ids)
        made.ids[row, :length] = piece.ids
        made.mask[row, :length] = 1
        made.types[row, piece.reply[0] : length] = 1
        _average(made.reply[row], *piece.reply)
        _average(made.customer[row], *piece.customer)
        for place, (_, first, behind) in enumerate(piece.sentences):
            _average(made.sentences[row, place], first, behind)
    return made


def _tokens_of(offsets: Sequence[tuple[int, int]], spans: Sequence[tuple[int, int]]) -> list[tuple[int, int, int]]:
    found = []
    token = 0
    for index, (start, end) in enumerate(spans):
        while token < len(offsets) and offsets[token][0] < start:
            token += 1
        first = token
        while token < len(offsets) and offsets[token][0] < end:
            token += 1
        if token > first:
            found.append((index, first, token))
    return found


def _window(head: tuple[int, ...], ids: Sequence[int], group: Sequence[tuple[int, int, int]]) -> Window:
    first, behind = (group[0][1], group[-1][2]) if group else (0, len(ids))
    shift = len(head) - first
    return Window(
        ids=(*head, *ids[first:behind], SEP),
        customer=(1, len(head) - 1),
        reply=(len(head), len(head) + behind - first),
        sentences=tuple((index, start + shift, end + shift) for index, start, end in group),
    )


def _average(weights: NDArray[np.float32], first: int, behind: int) -> None:
    if behind > first:
        weights[first:behind] = 1.0 / (behind - first)
