# SPDX-License-Identifier: GPL-3.0-or-later
"""Teaching the network: seeded, on the CPU, with a bound on its time."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import structlog
import torch
from torch import Tensor

from gateway.judge.encode import batch
from gateway.judge.training.checkpoints import Checkpoints
from gateway.judge.training.network import Answers, Network
from gateway.judge.training.targets import Example

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """How to teach.

    Attributes:
        seed: of everything drawn.
        epochs: how often each row is seen.
        rate: highest learning rate of the encoder; that of the heads is ten times as much.
        size: windows a batch.
        frozen: lowest layers that stay as they are (the word vectors always do).
        hidden_customer: share of the rows with a customer that are also shown without.
        changed: share of the times that a row is shown with harmless changes (`vary`).
        threads: processor cores; with another number the sums, and so the weights, come out a little different.
        further: digest of the exported model that teaching goes on from; empty if it begins at the encoder.
        fresh: authors that the earlier model has not met, whose rows are all learned from; empty if none is known.
        again: share of all other rows that are learned from, so that they are not forgotten.
    """

    seed: int = 1
    epochs: int = 4
    rate: float = 1.5e-4
    size: int = 16
    frozen: int = 0
    hidden_customer: float = 0.15
    changed: float = 0.35
    threads: int = 2
    further: str = ""
    fresh: tuple[str, ...] = ()
    again: float = 1.0


def fit(network: Network, rows: Callable[[], Sequence[Sequence[Example]]], plan: Plan, kept: Checkpoints) -> None:
    """Teach the network, from where it was cut off if it was.

    Args:
        network: changed in place.
        rows: gives for each window of a row its variants, of which one is drawn an epoch; asked if any epoch is left.
        plan: how.
        kept: where the weights are kept after each epoch.
    """
    optimizer = _optimizer(network, plan)
    done = kept.resume(network, optimizer)
    if done >= plan.epochs:
        return
    pool = rows()
    # Every epoch has about as many batches; the schedule needs the number beforehand.
    steps = plan.epochs * math.ceil(len(pool) / plan.size)
    for epoch in range(done + 1, plan.epochs + 1):
        # Drawn from the number of the epoch, so that one that goes on draws what one without a break would have drawn.
        dice = random.Random(plan.seed * 1000 + epoch)  # noqa: S311 - the order of examples is no secret
        torch.manual_seed(plan.seed * 1000 + epoch)
        network.train()
        began = time.monotonic()
        losses: list[float] = []
        for group in _batches([dice.choice(variants) for variants in pool], plan.size, dice):
            step = (epoch - 1) * steps // plan.epochs + len(losses)
            losses.append(_learn(network, optimizer, group, plan.rate * _share(step, steps)))
            if len(losses) % 50 == 0:
                _log.info("learning", step=step + 1, steps=steps, loss=round(float(np.mean(losses[-50:])), 4))
        _log.info("epoch", number=epoch, loss=round(float(np.mean(losses)), 4), s=round(time.monotonic() - began))
        kept.keep(epoch, network, optimizer)


def _share(step: int, steps: int) -> float:
    """Of the highest rate: it rises for a while, then falls in a straight line."""
    return min(1.0, (step + 1) / (0.06 * steps)) * max(0.01, 1 - step / steps)


def _learn(network: Network, optimizer: torch.optim.Optimizer, group: Sequence[Example], rate: float) -> float:
    """One step; its loss."""
    for settings in optimizer.param_groups:
        settings["lr"] = rate * settings["factor"]
    loss = _loss(answers(network, group), group)
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    return float(loss.item())


def answers(network: Network, group: Sequence[Example]) -> Answers:
    """What the network says of these windows."""
    inputs = {name: torch.from_numpy(array) for name, array in batch([one.window for one in group]).inputs().items()}
    result: Answers = network(**inputs)
    return result


def _optimizer(network: Network, plan: Plan) -> torch.optim.Optimizer:
    for still in (network.trunk.embeddings, *network.trunk.encoder.layer[: plan.frozen]):
        still.requires_grad_(requires_grad=False)
    body = [each for each in network.trunk.parameters() if each.requires_grad]
    heads = [each for name, each in network.named_parameters() if not name.startswith("trunk.")]
    return torch.optim.AdamW([{"params": body, "factor": 1.0}, {"params": heads, "factor": 10.0}], weight_decay=0.01)


def _batches(drawn: list[Example], size: int, dice: random.Random) -> Iterator[list[Example]]:
    dice.shuffle(drawn)
    made = []
    for start in range(0, len(drawn), size * 24):  # of about one length, so that little is padding
        chunk = sorted(drawn[start : start + size * 24], key=lambda one: len(one.window.ids))
        made += [chunk[at : at + size] for at in range(0, len(chunk), size)]
    dice.shuffle(made)
    yield from made


def _loss(said: Answers, group: Sequence[Example]) -> Tensor:
    weight = torch.tensor([one.weight for one in group])
    present = torch.zeros(said.sentences.shape[:2])
    meant = torch.zeros_like(said.sentences)
    for row, one in enumerate(group):
        present[row, : len(one.sentences)] = one.weight
        meant[row, : len(one.sentences)] = torch.from_numpy(one.sentences)
    each = _entropy(said.sentences, meant, torch.tensor(2.0))
    loss = 2.0 * ((each[:, :, 0] + 0.25 * each[:, :, 1:].sum(2)) * present).sum() / present.sum().clamp(min=1)
    whole_weight = torch.from_numpy(np.stack([one.whole_weight for one in group])) * weight.unsqueeze(1)
    whole = _entropy(said.whole, torch.from_numpy(np.stack([one.whole for one in group])), torch.tensor(1.0))
    loss = loss + 0.4 * (whole * whole_weight).sum() / max(1, len(group))
    # The worst sentence must tell a bad reply from a good one, also where the marked words were not found.
    top = said.sentences[:, :, 0].masked_fill(present == 0, -20.0)
    loss = loss + 0.5 * (_entropy(top.max(1).values, meant[:, :, 0].max(1).values, torch.tensor(1.0)) * weight).mean()
    return loss + _customer_loss(said, group)


def _customer_loss(said: Answers, group: Sequence[Example]) -> Tensor:
    level = torch.tensor([one.level for one in group])
    ours = torch.tensor([one.ours for one in group])
    loss = torch.zeros(())
    if (level >= 0).any():
        loss = loss + 0.3 * torch.nn.functional.cross_entropy(said.level[level >= 0], level[level >= 0])
    if (ours >= 0).any():
        loss = loss + 0.2 * _entropy(said.ours[ours >= 0], ours[ours >= 0].float(), torch.tensor(1.0)).mean()
    return loss


def _entropy(logits: Tensor, meant: Tensor, positive: Tensor) -> Tensor:
    return torch.nn.functional.binary_cross_entropy_with_logits(logits, meant, pos_weight=positive, reduction="none")
