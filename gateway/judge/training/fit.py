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
from numpy.typing import NDArray
from torch import Tensor

from gateway.judge.encode import batch
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
    """

    seed: int = 1
    epochs: int = 4
    rate: float = 1.5e-4
    size: int = 16
    frozen: int = 0
    hidden_customer: float = 0.15


def fit(network: Network, pool: Sequence[Sequence[Example]], plan: Plan, after_epoch: Callable[[int], None]) -> None:
    """Teach the network.

    Args:
        network: changed in place.
        pool: for each row its variants, each a list of windows flattened; one variant is drawn an epoch.
        plan: how.
        after_epoch: told the number of each epoch that is over, the first being 1.
    """
    dice = random.Random(plan.seed)  # noqa: S311 - the order of examples is no secret
    torch.manual_seed(plan.seed)
    optimizer = _optimizer(network, plan)
    # Every epoch has about as many batches; the schedule needs the number beforehand.
    steps = plan.epochs * math.ceil(len(pool) / plan.size)
    step = 0
    for epoch in range(plan.epochs):
        network.train()
        began = time.monotonic()
        losses = []
        for group in _batches([dice.choice(variants) for variants in pool], plan.size, dice):
            share = min(1.0, (step + 1) / (0.06 * steps)) * max(0.01, 1 - step / steps)
            for settings in optimizer.param_groups:
                settings["lr"] = plan.rate * settings["factor"] * share
            loss = _loss(answers(network, group), group)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            step += 1
            losses.append(loss.item())
            if step % 50 == 0:
                _log.info("learning", step=step, steps=steps, loss=round(float(np.mean(losses[-50:])), 4))
        _log.info("epoch", number=epoch + 1, loss=round(float(np.mean(losses)), 4), s=round(time.monotonic() - began))
        after_epoch(epoch + 1)


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


def predict(network: Network, group: Sequence[Example], size: int = 24) -> list[tuple[NDArray[np.float32], ...]]:
    """For each window: logits of its sentences, of the whole, of the level, of *ours*."""
    network.eval()
    order = sorted(range(len(group)), key=lambda at: len(group[at].window.ids))
    found: list[tuple[NDArray[np.float32], ...]] = [()] * len(group)
    with torch.no_grad():
        for start in range(0, len(order), size):
            part = order[start : start + size]
            said = answers(network, [group[at] for at in part])
            for row, at in enumerate(part):
                count = len(group[at].window.sentences)
                found[at] = (
                    said.sentences[row, :count].numpy(),
                    said.whole[row].numpy(),
                    said.level[row].numpy(),
                    said.ours[row].numpy(),
                )
    return found
