# SPDX-License-Identifier: GPL-3.0-or-later
"""The judge inside this process: for `bedside scan`, `policy try`, the demo, and for the judge's own process.

Without the extra `judge`, or without a model, opening it says so by `Unavailable`; nothing else depends on either.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gateway.judge.question import Question
from gateway.policy.judgement import Judgement
from gateway.ports import Unavailable

if TYPE_CHECKING:
    from gateway.judge.model import Model

SHIPPED: Final = Path(__file__).parent / "artifact"
"""The model that comes with the package."""


def open_model(folder: Path = SHIPPED, threads: int = 1) -> Model:
    """Load a model.

    Args:
        folder: as `bedside judge train` wrote it.
        threads: processor cores that it may use.

    Raises:
        Unavailable: the extra `judge` is not installed, or there is no such model; the text says which.
    """
    try:
        # Loaded here and nowhere else: an installation without the extra must run.
        from gateway.judge.model import Model as Opened  # noqa: PLC0415
    except ImportError as error:
        raise Unavailable(f"the learned judge needs the extra: pip install 'bedside[judge]' ({error.name})") from error
    try:
        return Opened.open(folder, threads)
    except (OSError, ValueError, KeyError) as error:
        raise Unavailable(f"no learned judge in {folder}: {error}") from error


class LocalJudge:
    """A `gateway.ports.Judge` that runs the model in a thread of this process.

    Args:
        model: asked by one thread at a time.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._turn = threading.Lock()

    async def judge(self, customer: str | None, authored: str, spans: Sequence[tuple[int, int]]) -> Judgement:
        """Probabilities for the sentences at `spans` in `authored`; never on the event loop."""
        return await asyncio.to_thread(self.judge_now, customer, authored, spans)

    def judge_now(self, customer: str | None, authored: str, spans: Sequence[tuple[int, int]]) -> Judgement:
        """The same where there is no event loop to keep free."""
        with self._turn:
            (judgement,) = self._model.judge([Question.of(customer, authored, spans)])
        return judgement
