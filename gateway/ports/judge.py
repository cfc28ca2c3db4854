# SPDX-License-Identifier: GPL-3.0-or-later
"""What the use cases need of the learned judge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from gateway.policy.judgement import Judgement


class Judge(Protocol):
    """The learned judge, wherever it runs."""

    async def judge(self, customer: str | None, authored: str, spans: Sequence[tuple[int, int]]) -> Judgement:
        """Probabilities for the sentences at `spans` in `authored`.

        Raises:
            Unavailable: no answer within its deadline.
        """
        ...
