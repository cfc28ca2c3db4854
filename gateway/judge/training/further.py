# SPDX-License-Identifier: GPL-3.0-or-later
"""Going on from a model that was exported: its weights, read back from eight bits.

A model that ships is thus what the next one can start from, without a file that is not in the repository. Each weight
comes back to within half a step of its eight bits, which teaching evens out.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper

from gateway.judge.training.network import Network

_TAILS = ("/Gemm_MatMul_quant", "/MatMul_quant", "/MatMul")


def go_on_from(network: Network, model: Path) -> None:
    """Give the network the weights of an exported model; its word vectors stay as they are.

    Args:
        network: changed in place.
        model: `model.onnx` as `export` wrote it.

    Raises:
        ValueError: the file lacks a weight of this network.
    """
    graph = onnx.load(model).graph
    kept = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    found = {name: array for name, array in kept.items() if name in network.state_dict()}
    for node in graph.node:
        for name, array in _weights(node, kept):
            found[f"{name}.weight"] = array.T
    state = network.state_dict()
    for name, old in state.items():
        if name.startswith("trunk.embeddings"):
            continue
        if name not in found or found[name].shape != tuple(old.shape):
            raise ValueError(f"{model}: has no {name} for this network")
        state[name] = torch.from_numpy(np.array(found[name], np.float32))
    network.load_state_dict(state)


def _weights(node: onnx.NodeProto, kept: dict[str, NDArray[np.generic]]) -> list[tuple[str, NDArray[np.floating]]]:
    """The matrices that a node multiplies by, each with the name of its layer, shape (in, out)."""
    if node.op_type not in ("MatMul", "MatMulInteger") or node.input[1] not in kept:
        return []
    tail = next((tail for tail in _TAILS if node.name.endswith(tail)), "")
    name = node.name.removesuffix(tail).strip("/").replace("/", ".")
    return [(name, _whole(node.input[1], kept))]


def _whole(name: str, kept: dict[str, NDArray[np.generic]]) -> NDArray[np.floating]:
    """A matrix as numbers, whether it is kept so or in eight bits with a scale for each column."""
    array = kept[name]
    if not name.endswith("_quantized"):
        return np.asarray(array, np.float32)
    stem = name.removesuffix("_quantized")
    zero = np.asarray(kept[f"{stem}_zero_point"], np.float32)
    return (np.asarray(array, np.float32) - zero) * np.asarray(kept[f"{stem}_scale"], np.float32)
