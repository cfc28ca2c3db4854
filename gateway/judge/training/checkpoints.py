# SPDX-License-Identifier: GPL-3.0-or-later
"""The weights after each epoch: teaching that was cut off goes on, and an earlier epoch can be shipped."""

from __future__ import annotations

from pathlib import Path

import structlog
import torch

from gateway.judge.training.network import Network

_log = structlog.get_logger(__name__)


class Checkpoints:
    """Files `epoch-1.pt` and so on in a folder, each with what it was taught from.

    Args:
        folder: made if it is not there.
        lesson: digest of plan, data and code: weights of another lesson are not gone on from.
    """

    def __init__(self, folder: Path, lesson: str) -> None:
        self._folder = folder
        self._lesson = lesson

    def keep(self, epoch: int, network: Network, optimizer: torch.optim.Optimizer) -> None:
        """Write the weights after an epoch; whole or not at all."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._path(epoch)
        half = path.with_suffix(".half")
        torch.save({"lesson": self._lesson, "network": network.state_dict(), "optimizer": optimizer.state_dict()}, half)
        half.replace(path)

    def resume(self, network: Network, optimizer: torch.optim.Optimizer) -> int:
        """Load the last weights of this very lesson; the number of their epoch, 0 if there are none."""
        epoch = 0
        while self._path(epoch + 1).exists():
            kept = torch.load(self._path(epoch + 1), weights_only=True)
            if kept["lesson"] != self._lesson:
                _log.warning("weights.of_another_lesson", file=self._path(epoch + 1).name)
                break
            network.load_state_dict(kept["network"])
            optimizer.load_state_dict(kept["optimizer"])
            epoch += 1
        return epoch

    def _path(self, epoch: int) -> Path:
        return self._folder / f"epoch-{epoch}.pt"
