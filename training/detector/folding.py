"""Batch normalisation folded into the convolutions for shipping, and taken out again to train on.

A shipped file holds folded weights under the layers' own names, so that a training can start from it.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import cast

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from training.detector.network import PlateNet


def _pairs(net: nn.Module) -> list[tuple[str, nn.Sequential]]:
    """Every convolution that a batch normalisation follows, by the name of the two together."""
    found = ((n, m) for n, m in net.named_modules() if isinstance(m, nn.Sequential) and len(m) > 1)
    return [(n, m) for n, m in found if isinstance(m[0], nn.Conv2d) and isinstance(m[1], nn.BatchNorm2d)]


def folded(net: PlateNet) -> PlateNet:
    """A copy, ready to run, whose normalisations do nothing and whose convolutions do their work."""
    plain = copy.deepcopy(net).eval()
    for _, pair in _pairs(plain):
        pair[0] = fuse_conv_bn_eval(cast(nn.Conv2d, pair[0]), cast(nn.BatchNorm2d, pair[1]))
        pair[1] = nn.Identity()
    return plain


def weights_from_onnx(path: Path) -> dict[str, Tensor]:
    """Folded weights and biases of a shipped file by their layer's name."""
    graph = onnx.load(str(path)).graph
    arrays = ((i.name.removeprefix("net."), numpy_helper.to_array(i)) for i in graph.initializer)
    return {
        name: torch.from_numpy(array.copy()) for name, array in arrays if name.endswith((".weight", ".bias"))
    }


def unfold(net: PlateNet, weights: dict[str, Tensor]) -> None:
    """Put folded weights into a network in place; in evaluation it then answers as the shipped file does.

    The normalisations start as what passes everything on plus the folded bias; `settle` gives them the
    statistics of data.

    Raises:
        KeyError: a layer of the network is not among the weights.
    """
    paired = {f"{name}.{part}" for name, _ in _pairs(net) for part in ("0.weight", "1.weight")}
    with torch.no_grad():
        for name, pair in _pairs(net):
            norm = cast(nn.BatchNorm2d, pair[1])
            cast(Tensor, pair[0].weight).copy_(weights[f"{name}.0.weight"])
            norm.weight.fill_(1.0)
            norm.bias.copy_(weights[f"{name}.0.bias"])
            cast(Tensor, norm.running_mean).zero_()
            cast(Tensor, norm.running_var).fill_(1.0 - norm.eps)
        for name, value in net.named_parameters():
            owner = name.rsplit(".", 1)[0]
            if name not in paired and not any(owner == f"{n}.1" for n, _ in _pairs(net)):
                value.copy_(weights[name])


def settle(net: PlateNet, image: Tensor) -> None:
    """Give the normalisations the statistics of a batch (n, 3, h, w) in -1..1; the net says what it said."""

    def take(norm: nn.BatchNorm2d, x: Tensor) -> None:
        mean, var = x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), unbiased=False)
        scale = (var + norm.eps).sqrt()
        old_mean, old_var = cast(Tensor, norm.running_mean), cast(Tensor, norm.running_var)
        gain = norm.weight / (old_var + norm.eps).sqrt()
        norm.bias.copy_(norm.bias + gain * (mean - old_mean))
        norm.weight.copy_(gain * scale)
        old_mean.copy_(mean)
        old_var.copy_(var)

    norms = [cast(nn.BatchNorm2d, pair[1]) for _, pair in _pairs(net)]
    hooks = [n.register_forward_pre_hook(lambda m, x: take(cast(nn.BatchNorm2d, m), x[0])) for n in norms]
    was = net.training
    with torch.no_grad():
        net.eval()(image)
    for hook in hooks:
        hook.remove()
    net.train(was)
