# SPDX-License-Identifier: GPL-3.0-or-later
"""The network: a sentence encoder, and one linear head for each thing asked of what it read."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn
from transformers import AutoModel

from gateway.judge.training.targets import SENTENCE, WHOLE


class Answers(NamedTuple):
    """Logits, and the vector that each sentence was judged by.

    Attributes:
        sentences: shape (windows, sentences, 1 + families).
        whole: shape (windows, WHOLE).
        level: shape (windows, 4).
        ours: shape (windows,).
        vectors: shape (windows, sentences, hidden), of length 1.
    """

    sentences: Tensor
    whole: Tensor
    level: Tensor
    ours: Tensor
    vectors: Tensor


class Network(nn.Module):
    """One pass over customer and reply, many heads.

    A sentence is the mean of its tokens beside the mean of the reply; the reply is its mean beside the customer's and
    its most telling sentence; the customer is the mean of their message. The averages are made by matrices of weights
    that come with the input, so that the exported graph has no loop.
    """

    def __init__(self, trunk: Path, layers: int) -> None:
        super().__init__()
        quiet = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
        self.trunk = AutoModel.from_pretrained(
            trunk, add_pooling_layer=False, attn_implementation="sdpa", local_files_only=True, **quiet
        )
        if layers < len(self.trunk.encoder.layer):
            step = len(self.trunk.encoder.layer) // layers
            self.trunk.encoder.layer = nn.ModuleList(list(self.trunk.encoder.layer)[step - 1 :: step])
            self.trunk.config.num_hidden_layers = layers
        width = self.trunk.config.hidden_size
        self.drop = nn.Dropout(0.15)
        self.sentence = nn.Linear(2 * width, SENTENCE)
        self.whole = nn.Linear(2 * width, WHOLE)
        self.level = nn.Linear(width, 4)
        self.ours = nn.Linear(width, 1)

    def forward(
        self, ids: Tensor, types: Tensor, mask: Tensor, sentences: Tensor, reply: Tensor, customer: Tensor
    ) -> Answers:
        """Logits for a batch (`gateway.judge.encode.Batch`)."""
        hidden = self.trunk(input_ids=ids, token_type_ids=types, attention_mask=mask).last_hidden_state
        each = torch.bmm(sentences, hidden)
        all_of_it = torch.bmm(reply.unsqueeze(1), hidden)
        asked = torch.bmm(customer.unsqueeze(1), hidden).squeeze(1)
        beside = all_of_it.expand(-1, each.shape[1], -1)
        return Answers(
            sentences=self.sentence(self.drop(torch.cat([each, beside], dim=2))),
            whole=self.whole(self.drop(torch.cat([all_of_it.squeeze(1), asked], dim=1))),
            level=self.level(self.drop(asked)),
            ours=self.ours(self.drop(asked)).squeeze(1),
            vectors=nn.functional.normalize(each, dim=2),
        )
