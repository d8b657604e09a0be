"""Teaches the network to tell feelings apart while its embedding stays general. Needs the ``train`` extra.

The mean over the word pieces is the embedding: it is held to what the network said before, so topics stay
apart. The first piece (`feeling`) is free, and polarity and emotion are read from both. The loss has a bias
per channel, because domains disagree about what is neutral. The heads trained here are saved
beside the network; `encoder_training` makes the shipped ones of them.
"""

from __future__ import annotations

import logging
import math
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from vocanalytics.records import CHANNELS
from vocanalytics.tagging.concepts import Lessons, concepts
from vocanalytics.tagging.corpora import POLARITIES, Row
from vocanalytics.tagging.critical import REASONS
from vocanalytics.tagging.encoder_rows import own_labels
from vocanalytics.tagging.heads import Floats
from vocanalytics.tagging.wording import plain

WEIGHTS = "model.safetensors"
HEADS = "heads.npz"  # beside the saved network
_POLISH_EPOCHS, _POLISH_RATE = 6, 0.05
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Schedule:
    epochs: int = 3
    batch: int = 32
    rate: float = 6e-5  # of the network; its heads learn `head_rate`
    head_rate: float = 1e-3
    warm_up: float = 0.06
    keep: float = 2.0  # weight of the distance to the old embedding
    emotion: float = 10.0  # weight of the emotions, whose loss is small by nature
    concepts: bool = False  # whether to teach what a sentence is about, too
    critical: float = 0.0  # weight of the reasons for alarm
    smoothing: float = 0.05
    forget: float = 0.5  # share of the rows whose channel is withheld: it must help and not be missed
    max_pieces: int = 96
    shares: Mapping[str, float] = field(default_factory=dict)  # of a source seen per epoch, drawn anew; default all
    seed: int = 20261121


def fine_tune(
    weights: Path, rows: Sequence[Row], before: Floats, labels: Sequence[str], output: Path, schedule: Schedule
) -> None:
    """Train on ``rows`` and save the network, with its tokenizer, in ``output``.

    Parameters
    ----------
    weights : path
        Folder of the network to start from.
    rows : sequence of Row
        Polarity "" where unknown; emotions empty where unknown.
    before : array (n, d)
        Embedding of each row by the network as it was.
    labels : sequence of str
        The emotions, in the order of the emotion head.
    """
    import torch
    from transformers import AutoModel, AutoTokenizer

    torch.manual_seed(schedule.seed)
    tokenizer: Any = AutoTokenizer.from_pretrained(weights, local_files_only=True)
    texts = [plain(row.text) for row in rows]
    pieces = tokenizer(texts, truncation=True, max_length=schedule.max_pieces)["input_ids"]
    network: Any = AutoModel.from_pretrained(weights, local_files_only=True)
    heads = _heads(network.config.hidden_size, len(labels))
    optimizer = torch.optim.AdamW(
        [
            {"params": network.parameters(), "lr": schedule.rate},
            {"params": heads.parameters(), "lr": schedule.head_rate},
        ],
        weight_decay=0.01,
    )
    plan = list(_batches(pieces, rows, schedule))
    pace = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _pace(step, len(plan), schedule.warm_up))
    targets = _Targets(rows, before, labels)
    lessons = _lessons(network, tokenizer, schedule)
    network.train()
    started, seen = time.monotonic(), 0
    for step, batch in enumerate(plan, start=1):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            embedding, feeling = _embed(network, [pieces[i] for i in batch])
        loss = targets.loss(embedding.float(), feeling.float(), heads, batch, schedule)
        (loss + lessons.loss() if schedule.concepts else loss).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        pace.step()
        optimizer.zero_grad(set_to_none=True)
        seen += len(batch)
        if step % 100 == 0:
            speed = seen / (time.monotonic() - started)
            logger.info("step %d of %d, loss %.3f, %.0f texts/s", step, len(plan), float(loss), speed)
    network.eval()
    network.save_pretrained(output)
    tokenizer.save_pretrained(output)
    np.savez(output / HEADS, **_linear(heads, network.config.hidden_size))  # type: ignore[arg-type]


def _lessons(network: Any, tokenizer: Any, schedule: Schedule) -> Lessons:
    import torch

    def embed(texts: Sequence[str]) -> Any:
        read = tokenizer([plain(text) for text in texts], truncation=True, max_length=schedule.max_pieces)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return _embed(network, read["input_ids"])[0].float()

    return Lessons([concepts(), *own_labels()], embed, random.Random(schedule.seed))  # noqa: S311 - an order, no secret


def blend(first: Path, second: Path, share: float) -> None:
    """Replace the network in ``second``, and its heads, by ``share`` of those in ``first`` and the rest of its own."""
    from safetensors.torch import load_file, save_file

    def mixed(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
        return {name: share * old[name] + (1 - share) * new[name] for name in new}

    network = mixed(load_file(first / WEIGHTS), load_file(second / WEIGHTS))
    save_file(network, second / WEIGHTS, metadata={"format": "pt"})
    np.savez(second / HEADS, **mixed(np.load(first / HEADS), np.load(second / HEADS)))


def polish(dense: Floats, bias: Floats, vectors: Floats, target: Any) -> tuple[Floats, Floats]:
    """Fit a head of independent labels further on vectors that no longer move.

    The last pass sees a part of the rows and begins with new heads: too little for the rarer labels.
    """
    import torch
    from torch.nn import functional

    torch.manual_seed(Schedule().seed)
    weight, shift = torch.tensor(dense).requires_grad_(), torch.tensor(bias).requires_grad_()
    seen, wanted = torch.tensor(vectors), torch.tensor(target, dtype=torch.float32)
    optimizer = torch.optim.AdamW([weight, shift], lr=_POLISH_RATE, weight_decay=0.01)
    for epoch in range(_POLISH_EPOCHS):
        optimizer.param_groups[0]["lr"] = _POLISH_RATE * (1 - epoch / _POLISH_EPOCHS)
        for batch in torch.randperm(len(seen)).split(512):
            loss = functional.binary_cross_entropy_with_logits(seen[batch] @ weight + shift, wanted[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return weight.detach().numpy(), shift.detach().numpy()


def _heads(size: int, emotions: int) -> Any:
    from torch import nn

    return nn.ModuleDict(
        {
            "polarity": nn.Sequential(nn.Dropout(0.1), nn.Linear(2 * size, len(POLARITIES))),
            "channel": nn.Embedding(len(CHANNELS) + 1, len(POLARITIES)),
            "emotion": nn.Sequential(nn.Dropout(0.1), nn.Linear(2 * size, emotions)),
            "alarm": nn.Sequential(nn.Dropout(0.1), nn.Linear(2 * size, len(REASONS))),
        }
    )


def _linear(heads: Any, size: int) -> dict[str, Floats]:
    """The heads as they apply to vectors of unit parts."""
    scale = math.sqrt(size)
    found = {}
    for name in ("polarity", "emotion", "alarm"):
        layer = heads[name][1]
        found[f"{name}.dense"] = (layer.weight.detach().numpy() * scale).T
        found[f"{name}.bias"] = layer.bias.detach().numpy()
    return found | {"polarity.channel": heads["channel"].weight.detach().numpy()}


class _Targets:
    def __init__(self, rows: Sequence[Row], before: Floats, labels: Sequence[str]) -> None:
        import torch

        self.polarity = torch.tensor([POLARITIES.index(r.polarity) if r.polarity else -100 for r in rows])
        self.channel = torch.tensor([CHANNELS.index(r.channel) + 1 if r.channel else 0 for r in rows])
        self.weight = torch.tensor([min(r.weight, 3.0) for r in rows])
        self.emotion = torch.tensor(
            np.array([[label in r.emotions for label in labels] for r in rows], dtype=np.float32)
        )
        self.before = torch.tensor(before)
        self.reasons = torch.tensor([[reason in (r.reasons or ()) for reason in REASONS] for r in rows]).float()
        # who was hurt was mostly in danger: neither for nor against
        self.looked = torch.tensor(
            [[r.reasons is not None and _settles(r.reasons, reason) for reason in REASONS] for r in rows]
        ).float()

    def loss(self, embedding: Any, feeling: Any, heads: Any, batch: list[int], schedule: Schedule) -> Any:
        import torch
        from torch.nn import functional

        both = torch.cat([embedding, feeling], dim=1) * math.sqrt(embedding.shape[1])
        channel = self.channel[batch] * (torch.rand(len(batch)) >= schedule.forget)
        each = functional.cross_entropy(
            heads["polarity"](both) + heads["channel"](channel),
            self.polarity[batch],
            reduction="none",
            label_smoothing=schedule.smoothing,
            ignore_index=-100,
        )
        moved = (1 - (embedding * self.before[batch]).sum(1)).mean()
        total = (each * self.weight[batch]).mean() + schedule.keep * moved
        felt = self.emotion[batch]
        known = felt.sum(1) > 0
        if known.any():
            emotion = functional.binary_cross_entropy_with_logits(heads["emotion"](both[known]), felt[known])
            total = total + schedule.emotion * emotion * known.float().mean()
        if schedule.critical:
            alarm = functional.binary_cross_entropy_with_logits(
                heads["alarm"](both), self.reasons[batch], weight=self.looked[batch], reduction="sum"
            )
            total = total + schedule.critical * alarm / len(batch)
        return total


def _settles(reasons: frozenset[str], reason: str) -> bool:
    return reason != "safety" or "fire_or_injury" not in reasons


def _embed(network: Any, pieces: list[list[int]]) -> tuple[Any, Any]:
    import torch

    longest = max(map(len, pieces))
    ids = torch.tensor([row + [0] * (longest - len(row)) for row in pieces])
    mask = (torch.arange(longest)[None, :] < torch.tensor([len(row) for row in pieces])[:, None]).long()
    hidden = network(input_ids=ids, attention_mask=mask)[0]
    mean = (hidden * mask.unsqueeze(-1)).sum(1) / mask.sum(1, keepdim=True)
    return torch.nn.functional.normalize(mean, dim=1), torch.nn.functional.normalize(hidden[:, 0], dim=1)


def _batches(pieces: Sequence[Sequence[int]], rows: Sequence[Row], schedule: Schedule) -> Iterator[list[int]]:
    """Shuffled, but with texts of like length together, so that little padding is computed."""
    chance = random.Random(schedule.seed)  # noqa: S311 - an order, no secret
    for _ in range(schedule.epochs):
        order = [i for i, row in enumerate(rows) if chance.random() < schedule.shares.get(row.source, 1.0)]
        chance.shuffle(order)
        pool = schedule.batch * 50
        batches = []
        for start in range(0, len(order), pool):
            part = sorted(order[start : start + pool], key=lambda i: len(pieces[i]))
            batches += [part[i : i + schedule.batch] for i in range(0, len(part), schedule.batch)]
        chance.shuffle(batches)
        yield from batches


def _pace(step: int, steps: int, warm_up: float) -> float:
    rising = max(1, int(steps * warm_up))
    return step / rising if step < rising else max(0.0, (steps - step) / (steps - rising))
