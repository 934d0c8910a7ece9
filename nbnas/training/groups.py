"""Losses and right answers of networks side by side, each on pictures of its own.

Notation
    G        number of networks, which are groups of one
    x, y     images `(b, G * C, H, W)` and labels `(b, G)` of a batch, another one for each network
    K        number of classes
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from nbnas.training.data.part import Part

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
