# SPDX-License-Identifier: GPL-3.0-or-later
"""The network as a file for onnxruntime, with weights of eight bits."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from gateway.judge.encode import Window, batch
from gateway.judge.training.network import Network

_INPUTS = ["ids", "types", "mask", "sentences", "reply", "customer"]
_OUTPUTS = ["sentence_logits", "whole_logits", "level_logits", "ours_logits", "vectors"]


def export(network: Network, tokenizer: Path, folder: Path) -> None:
    """Write `model.onnx` (int8) and `tokenizer.json`.

    Args:
        network: taught.
        tokenizer: the encoder's `tokenizer.json`.
        folder: made if it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    network.eval()
    network.trunk.set_attn_implementation("eager")  # its graph has fewer steps for onnxruntime
    sample = batch([Window((101, 2000, 102, 2001, 2002, 102), (1, 2), (3, 5), ((0, 3, 4), (1, 4, 5)))] * 2).inputs()
    sizes = {
        name: {0: "windows", 1: "sentences", 2: "tokens"} if name == "sentences" else {0: "windows", 1: "tokens"}
        for name in _INPUTS
    }
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "whole.onnx"
        torch.onnx.export(
            network,
            tuple(torch.from_numpy(sample[name]) for name in _INPUTS),
            str(whole),
            input_names=_INPUTS,
            output_names=_OUTPUTS,
            dynamic_axes=sizes,
            opset_version=17,
            dynamo=False,
        )
        # The heads are small and decide: they, and the averages, stay as they are.
        heads = [node.name for node in onnx.load(whole).graph.node if not node.name.startswith("/trunk/")]
        heads += [f"{name}_MatMul" for name in heads]  # what the quantizer makes of a Gemm
        quantize_dynamic(
            whole,
            folder / "model.onnx",
            per_channel=True,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=heads,
            extra_options={"MatMulConstBOnly": True},
        )
    shutil.copyfile(tokenizer, folder / "tokenizer.json")
