"""Loss and accuracy, added up on the device so that it is waited for once an epoch.

Notation
    n           number of images
    totals      `(2,)`: sum of the losses and number of right answers
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from nbnas.training.data.part import Part
from nbnas.training.device import autocast

EVALUATION_BATCH = 1024


def evaluate(
    network: nn.Module,
    part: Part,
    precision: torch.dtype = torch.float32,
    layout: torch.memory_format = torch.contiguous_format,
) -> Tensor:
    """Measure a network on a part, in batches, without waiting for the device.

    Args:
        network: The network; put into evaluation mode.
        part: Images and labels; the labels on the network's device, the images wherever they are.
        precision: Number type of the forward pass.
        layout: Memory layout of the images.

    Returns:
        `(2,)`: the sum of the losses (without label smoothing) and the number of right answers.
    """
    images, labels = part
    device = labels.device
    totals = torch.zeros(2, dtype=torch.float32, device=device)
    network.eval()
    pieces = zip(
        torch.split(images, EVALUATION_BATCH), torch.split(labels, EVALUATION_BATCH), strict=True
    )
    with torch.inference_mode(), autocast(device, precision):
        for x, y in pieces:
            scores = network(x.to(device).contiguous(memory_format=layout))
            totals += epoch_totals(cross_entropy(scores, y, reduction="sum"), scores, y)
    return totals


def epoch_totals(loss: Tensor, scores: Tensor, labels: Tensor) -> Tensor:
    """Sum of losses and number of right answers, `(2,)`."""
    return torch.stack([loss.float(), (scores.argmax(1) == labels).sum()])


def epoch_means(totals: Tensor, n: int) -> tuple[float, float]:
    """Mean loss and accuracy; waits for the device."""
    loss, right = totals.tolist()
    return loss / n, right / n
