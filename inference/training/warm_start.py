"""Goes on from an exported model: its ONNX weights back into the network that made it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn


class CannotStart(Exception):
    """The file does not hold the weights of this network."""


@torch.no_grad()
def start_from(network: nn.Module, path: Path, pictures: Iterable[torch.Tensor], prefix: str = "") -> None:
    """Fills ``network`` with the weights of ``path``, which ``export`` wrote from the same architecture.

    Export folds each batch normalization into the convolution before it. ``pictures``, batches of real input, give
    the statistics to unfold it again, so that training begins where the exported model stands. ``prefix`` is what
    the exporting wrapper put before the names. Raises ``CannotStart`` when a weight is missing or of another shape.
    """
    if not path.is_file():
        raise CannotStart(f"{path}: no such file")
    graph = onnx.load(str(path)).graph
    given = {each.name.removesuffix(".half"): numpy_helper.to_array(each) for each in graph.initializer}
    batches = [batch.contiguous(memory_format=torch.channels_last) for batch in pictures]
    network.eval()
    called = _in_order(network, batches[0][:1])
    _fill_layers(called, _weighted(graph, given, "Conv"), nn.Conv2d, path)
    _fill_layers(called, _weighted(graph, given, "MatMul", "Gemm"), nn.Linear, path)
    _fill_named(network, given, prefix, path)
    _unfold(network, called, batches)
    network.train()


def _weighted(graph: Any, given: dict[str, Any], *kinds: str) -> list[list[Any]]:
    """The weights (and bias) of each node of some kinds, in the order of execution, as PyTorch lays them out."""
    casts = {node.output[0]: node.input[0] for node in graph.node if node.op_type == "Cast"}

    def value(name: str) -> Any:
        return given.get(casts.get(name, name).removesuffix(".half"))

    found: list[list[Any]] = []
    for node in graph.node:
        weight, *bias = [value(name) for name in node.input[1:]] if node.op_type in kinds else [None]
        if weight is not None:
            found.append([weight.T if node.op_type == "MatMul" else weight, *bias])
    return found


def _in_order(network: nn.Module, picture: torch.Tensor) -> list[nn.Module]:
    """The layers in the order in which a forward pass calls them."""
    called: list[nn.Module] = []
    kinds = (nn.Conv2d, nn.Linear, nn.BatchNorm2d)
    hooks = [
        layer.register_forward_hook(lambda layer, *_: called.append(layer))
        for layer in network.modules()
        if isinstance(layer, kinds) and layer.weight.requires_grad
    ]
    network(picture)
    for hook in hooks:
        hook.remove()
    return called


def _fill_layers(called: list[nn.Module], values: list[list[Any]], kind: type[nn.Module], path: Path) -> None:
    layers = [layer for layer in called if isinstance(layer, kind)]
    if len(layers) != len(values):
        raise CannotStart(f"{path} has {len(values)} {kind.__name__} weights, the network {len(layers)}")
    for place, layer in enumerate(called):
        if not isinstance(layer, kind):
            continue
        weight, *bias = values.pop(0)
        if weight.shape != tuple(layer.weight.shape):
            raise CannotStart(f"{path}: a weight of shape {weight.shape} where {tuple(layer.weight.shape)} belongs")
        layer.weight.copy_(torch.from_numpy(np.array(weight, np.float32)))
        if not bias:
            continue
        after = called[place + 1] if layer.bias is None else layer
        after.bias.copy_(torch.from_numpy(np.array(bias[0], np.float32)))


def _fill_named(network: nn.Module, given: dict[str, Any], prefix: str, path: Path) -> None:
    """What is neither a convolution nor the matrix of a linear layer keeps its name in the file."""
    folded = {
        f"{name}.{part}"
        for name, layer in network.named_modules()
        for part, _ in layer.named_parameters(recurse=False)
        if isinstance(layer, (nn.Conv2d, nn.BatchNorm2d)) or (isinstance(layer, nn.Linear) and part == "weight")
    }
    for name, parameter in network.named_parameters():
        if name in folded:
            continue
        if prefix + name not in given:
            raise CannotStart(f"{path} has no {prefix + name}")
        parameter.copy_(torch.from_numpy(np.array(given[prefix + name], np.float32)))


def _unfold(network: nn.Module, called: list[nn.Module], batches: list[torch.Tensor]) -> None:
    """Gives each batch normalization the statistics of its input, and a scale and shift that cancel them."""
    norms = [layer for layer in called if isinstance(layer, nn.BatchNorm2d)]
    sums = {norm: torch.zeros(2, norm.num_features, dtype=torch.float64) for norm in norms}
    counts = dict.fromkeys(norms, 0)

    def gather(norm: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        assert isinstance(norm, nn.BatchNorm2d)
        values = inputs[0].double().transpose(0, 1).flatten(1)
        sums[norm] += torch.stack([values.sum(1), values.square().sum(1)])
        counts[norm] += values.shape[1]

    hooks = [norm.register_forward_pre_hook(gather) for norm in norms]
    for norm in norms:
        norm.running_mean.zero_()
        norm.running_var.fill_(1 - norm.eps)
        norm.weight.fill_(1)
    for batch in batches:
        network(batch)
    for hook in hooks:
        hook.remove()
    for norm in norms:
        mean, square = sums[norm] / counts[norm]
        norm.running_mean.copy_(mean)
        norm.running_var.copy_((square - mean.square()).clamp(min=1e-6))
        norm.weight.copy_((norm.running_var + norm.eps).sqrt())
        norm.bias.add_(norm.running_mean)
