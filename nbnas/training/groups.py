"""Losses and right answers of networks side by side, each on pictures of its own.

Notation
    G        number of networks, which are groups of one
    x, y     images `(b, G * C, H, W)` and labels `(b, G)` of a batch, another one for each network
    K        number of classes
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from nbnas.records import EpochReport
from nbnas.training.data.part import Part
from nbnas.training.measure import Figures

EVALUATED = 150  # images at a time; their groups fit the cache of one core


def batches_of_groups(part: Part, order: Tensor, batches: int) -> Iterator[Part]:
    """The batches of an epoch, x and y.

    Args:
        part: Images and labels.
        order: The order in which each network sees them, `(n, G)`.
        batches: How many there are.
    """
    images, labels = part
    for batch in order.tensor_split(batches):
        x = images[batch].flatten(1, 2).contiguous(memory_format=torch.channels_last)
        yield x, labels[batch]


def losses_of(scores: Tensor, labels: Tensor, smoothing: float = 0.0) -> Tensor:
    """Cross-entropy of each group, summed over the batch, `(G,)`."""
    losses = cross_entropy(
        scores.flatten(0, 1), labels.flatten(), reduction="none", label_smoothing=smoothing
    )
    return losses.view(labels.shape).sum(0)


def totals_of(losses: Tensor, scores: Tensor, labels: Tensor) -> Tensor:
    """Sum of losses and number of right answers of a batch, `(2, G)`."""
    return torch.stack([losses, (scores.argmax(2) == labels).sum(0).to(losses.dtype)])


def evaluate_groups(network: nn.Module, part: Part, classes: int, groups: int) -> Tensor:
    """Of each group the sum of the losses and the right answers in each class, `(1 + K, G)`."""
    totals = torch.zeros(1 + classes, groups, dtype=torch.float32)
    network.eval()
    with torch.inference_mode():
        for x, y in zip(*(torch.split(values, EVALUATED) for values in part), strict=True):
            copies = x.repeat(1, groups, 1, 1).contiguous(memory_format=torch.channels_last)
            labels = y[:, None].expand(-1, groups)
            scores = network(copies)
            totals[0] += losses_of(scores, labels)
            totals[1:].index_add_(0, y, (scores.argmax(2) == labels).float())
    return totals


def resume(
    before: Mapping[str, Any],
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    rngs: Sequence[torch.Generator],
) -> None:
    """Let networks side by side be as they were after an epoch, with all that changes beside them.

    Args:
        before: Their weights, the optimiser's state, and the generators' states, `G` of them.
        network: The networks as one.
        optimizer: What makes their steps.
        rngs: What orders their pictures.

    Raises:
        RuntimeError: If they are other networks.
    """
    network.load_state_dict(before["network"])
    optimizer.load_state_dict(before["optimizer"])
    for rng, state in zip(rngs, before["rngs"], strict=True):
        rng.set_state(state)


def mean_report(reports: tuple[EpochReport, ...]) -> EpochReport:
    """The mean of the reports of one epoch; seconds are added up."""

    def mean(numbers: Iterable[float]) -> float:
        return float(np.mean(list(numbers)))

    values = [each.value for each in reports if each.value is not None]
    return replace(
        reports[0],
        train_loss=mean(each.train_loss for each in reports),
        train_accuracy=mean(each.train_accuracy for each in reports),
        val_loss=mean(each.val_loss for each in reports),
        val_accuracy=mean(each.val_accuracy for each in reports),
        seconds=sum(each.seconds for each in reports),
        value=mean(values) if values else None,
    )


def mean_figures(held: Sequence[Figures]) -> dict[str, float]:
    """The mean of each measure over the seeds, by its name."""
    return {each.name: float(np.mean([one[each] for one in held])) for each in held[0]}
