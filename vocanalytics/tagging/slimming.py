"""Makes the inner layers of a network narrower, so that it reads faster. Needs the ``train`` extra.

The units that can best be spared go, and what is left is fitted to do their work (optimal brain surgeon: Hassibi
and Stork, NIPS 1992; by layers: Dong et al., NIPS 2017). The network wants a pass of `fine_tuning` after it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vocanalytics.tagging.wording import plain

RIDGE = 1e-4  # of the mean square of a unit
MAX_PIECES = 96
logger = logging.getLogger(__name__)


def slim(weights: Path, texts: Sequence[str], width: int, output: Path) -> None:
    """Leave ``width`` units of every inner layer, chosen and fitted on ``texts``; save network and tokenizer."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer: Any = AutoTokenizer.from_pretrained(weights, local_files_only=True)
    network: Any = AutoModel.from_pretrained(weights, local_files_only=True).eval()
    pieces = tokenizer([plain(text) for text in texts], truncation=True, max_length=MAX_PIECES)["input_ids"]
    with torch.no_grad():
        for number, layer in enumerate(network.encoder.layer, start=1):
            _narrow(layer, _second_moments(network, layer, pieces), width)
            logger.info("layer %d: %d units", number, width)
    network.config.intermediate_size = width
    network.save_pretrained(output)
    tokenizer.save_pretrained(output)


def _second_moments(network: Any, layer: Any, pieces: Sequence[list[int]]) -> Any:
    """Mean of z z' over word pieces; z are the units of an inner layer and, last, the constant 1."""
    import torch

    total, count = 0.0, 0

    def add(_: Any, given: tuple[Any, ...]) -> None:
        nonlocal total, count
        units = given[0].flatten(0, -2).double()
        units = torch.cat([units, torch.ones(len(units), 1, dtype=torch.double)], dim=1)
        total, count = total + units.T @ units, count + len(units)

    hook = layer.output.dense.register_forward_pre_hook(add)
    for row in pieces:  # one at a time: padding would count
        network(input_ids=torch.tensor([row]))
    hook.remove()
    return total / count


def _narrow(layer: Any, moments: Any, width: int) -> None:
    """One unit after another goes, always the one whose loss the others make up for best."""
    import torch

    wide, out = layer.intermediate.dense, layer.output.dense
    ridge = RIDGE * moments.diagonal().mean() * torch.eye(len(moments), dtype=torch.double)
    inverse = torch.linalg.inv(moments + ridge)
    fitted = inverse @ moments @ torch.cat([out.weight.T, out.bias[None]]).double()
    kept = torch.ones(out.in_features, dtype=torch.bool)
    for _ in range(out.in_features - width):
        cost = (fitted[:-1] ** 2).sum(1) / inverse.diagonal()[:-1]
        unit = int(cost.where(kept, torch.inf).argmin())
        kept[unit] = False
        share = inverse[:, unit] / inverse[unit, unit]
        fitted = fitted - torch.outer(share, fitted[unit])
        inverse = inverse - torch.outer(share, inverse[unit])
        inverse[unit, unit] = 1.0  # gone; no later step divides by it
    rest = fitted[:-1][kept].float()
    layer.intermediate.dense = _linear(wide.weight[kept], wide.bias[kept])
    layer.output.dense = _linear(rest.T, fitted[-1].float())


def _linear(weight: Any, bias: Any) -> Any:
    import torch

    layer = torch.nn.Linear(weight.shape[1], weight.shape[0])
    layer.weight.copy_(weight)
    layer.bias.copy_(bias)
    return layer
