# SPDX-License-Identifier: GPL-3.0-or-later
"""The learned model in this process: files in, judgements out. It opens three files and no connection.

Needs the extra `judge` (onnxruntime, tokenizers); other modules import this one only when a model is to be opened.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from gateway.judge.alike import Alike
from gateway.judge.calibration import Calibration
from gateway.judge.encode import Window, batch, windows
from gateway.judge.question import Question
from gateway.mail.language import detect
from gateway.policy.judgement import Judgement

_MOST_WINDOWS: Final = 24
"""Windows of one reply that are read, about 25 kB of text; sentences behind them get no probability."""
_PIECES: Final = 1.35
"""Tokens a word from which a text that does not look English is taken for another language."""
_SUSPECT: Final = 0.2
"""Probability from which a sentence's likeness to a labelled one is looked up."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the model said of one window: logits, and the vectors of its sentences."""

    window: Window
    sentences: NDArray[np.float32]
    whole: NDArray[np.float32]
    level: NDArray[np.float32]
    ours: float
    vectors: NDArray[np.float32]


class Model:
    """The model, loaded. Not for use by several threads at a time.

    Attributes:
        digest: short name of this very model, for logs and reports.
    """

    def __init__(
        self,
        session: onnxruntime.InferenceSession,
        tokenizer: Tokenizer,
        calibration: Calibration,
        alike: Alike,
        digest: str,
    ) -> None:
        self._session = session
        self._tokenizer = tokenizer
        self._calibration = calibration
        self._alike = alike
        self.digest = digest

    @classmethod
    def open(cls, folder: Path, threads: int = 1) -> Model:
        """Load the model that `bedside judge train` wrote to a folder.

        Args:
            folder: with `model.onnx`, `tokenizer.json`, `judge.json` and `alike.npz`.
            threads: processor cores it may use.

        Raises:
            OSError: a file is missing.
            ValueError: a file is not what it should be.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        facts = json.loads((folder / "judge.json").read_text("utf-8"))
        content = (folder / "model.onnx").read_bytes()
        session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        tokenizer.encode_special_tokens = True  # "[SEP]" in a mail is text like any other
        calibration = Calibration.from_data(facts["calibration"])
        return cls(session, tokenizer, calibration, Alike.open(folder / "alike.npz"), facts["digest"])

    def judge(self, questions: Sequence[Question]) -> list[Judgement]:
        """Judge several replies."""
        said = self.read(questions)
        return [self.conclude(question, each) for question, each in zip(questions, said, strict=True)]

    def read(self, questions: Sequence[Question]) -> list[list[Said]]:
        """What the model says of each reply, window by window; nothing where it does not know the language."""
        return [[self._read(window) for window in self._windows(question)] for question in questions]

    def _windows(self, question: Question) -> tuple[Window, ...]:
        if not question.spans:
            return ()
        reply = self._tokenizer.encode(question.authored, add_special_tokens=False)
        if not _is_english(question.authored, reply):
            return ()
        customer = None
        if question.customer:
            customer = self._tokenizer.encode(question.customer[:_CUSTOMER_TEXT], add_special_tokens=False)
        return windows(customer, reply, question.spans)[:_MOST_WINDOWS]

    def _read(self, window: Window) -> Said:
        # One window a pass: eight-bit arithmetic takes its scale from all that is in a pass, and a verdict must not
        # depend on what else waits. On one core a wider pass would gain nothing.
        outputs = self._session.run(_OUTPUTS, batch([window]).inputs())
        sentences, whole, level, ours, vectors = (output[0] for output in outputs)
        count = len(window.sentences)
        return Said(window, sentences[:count], whole, level, float(ours), vectors[:count])

    def conclude(self, question: Question, said: Sequence[Said]) -> Judgement:
        """Probabilities, from what the model said of the windows of a reply."""
        families: list[dict[str, float]] = [{} for _ in question.spans]
        alike = [""] * len(question.spans)
        for one in said:
            probabilities = self._calibration.families(one.sentences, one.whole)
            for place, (index, _, _) in enumerate(one.window.sentences):
                families[index] = probabilities[place]
                best = max(probabilities[place], key=probabilities[place].__getitem__)
                if probabilities[place][best] >= _SUSPECT:
                    alike[index] = self._alike.nearest(one.vectors[place], best)
        if not said or not question.customer:
            return Judgement(tuple(families), {}, alike=tuple(alike))
        return Judgement(
            sentences=tuple(families),
            whole=self._calibration.absent([one.whole for one in said]),
            level=self._calibration.levels(said[0].level),
            our_failure=self._calibration.our_failure(said[0].ours),
            alike=tuple(alike),
        )


_OUTPUTS: Final = ["sentence_logits", "whole_logits", "level_logits", "ours_logits", "vectors"]
_CUSTOMER_TEXT: Final = 2000
"""Characters of the customer's message that are looked at, more than the model reads."""


def _is_english(text: str, tokens: Encoding) -> bool:
    """Whether the model knows the language of a text; it has learned English alone.

    Function words decide, and where they speak against English the model's own vocabulary must agree: it has English
    words whole (1.05 tokens a word on the average) and cuts others into pieces (1.5 and more).
    """
    letters = [character for character in text[:2000] if character.isalpha()]
    if letters and sum(character < "\u0250" for character in letters) < 0.7 * len(letters):
        return False
    words = max((number for number in tokens.word_ids if number is not None), default=0) + 1
    return detect(text) in (None, "en") or len(tokens.ids) < _PIECES * words
