# SPDX-License-Identifier: GPL-3.0-or-later
"""Labelled sentences of the corpus by their vectors: which of them is a suspect sentence most like?

It is shown as a reason, and decides nothing. Only sentences written for this project are in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

_CLOSE: Final = 0.6
"""Cosine below which two sentences have nothing to say about each other."""


class Alike:
    """Sentences and their vectors, by family.

    Args:
        texts: the sentences.
        families: of each.
        vectors: of each, of length 1 times 127, shape (sentences, hidden), int8.
    """

    def __init__(self, texts: Sequence[str], families: Sequence[str], vectors: NDArray[np.int8]) -> None:
        places: dict[str, list[int]] = defaultdict(list)
        for place, family in enumerate(families):
            places[family].append(place)
        self._by_family = {
            family: ([texts[place] for place in some], vectors[some].astype(np.float32) / 127)
            for family, some in places.items()
        }

    @classmethod
    def open(cls, path: Path) -> Alike:
        """Read `alike.npz`: no pickled objects, only arrays.

        Raises:
            OSError: the file is missing.
            ValueError: it is not such a file.
        """
        with np.load(path, allow_pickle=False) as kept:
            return cls(kept["texts"].tolist(), kept["families"].tolist(), kept["vectors"])

    @staticmethod
    def write(path: Path, texts: Sequence[str], families: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Write `alike.npz` from vectors of length 1."""
        small = np.clip(np.round(vectors * 127), -127, 127).astype(np.int8)
        np.savez_compressed(path, texts=np.array(texts), families=np.array(families), vectors=small)

    def nearest(self, vector: NDArray[np.float32], family: str) -> str:
        """The labelled sentence of this family that is most like it; empty if none is."""
        texts, vectors = self._by_family.get(family, ((), np.zeros((0, len(vector)), np.float32)))
        if not len(texts):
            return ""
        likeness = vectors @ vector
        best = int(likeness.argmax())
        return texts[best] if likeness[best] >= _CLOSE else ""
