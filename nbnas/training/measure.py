"""Loss and right answers, added up on the device so that it is waited for once an epoch.

Notation
    n           number of pictures
    K           number of classes
    totals      `(1 + K,)`: sum of the losses, and number of right answers in each class
"""

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from nbnas.records import ACCURACY, EpochReport, Measure
from nbnas.records.measure import BALANCED_ACCURACY, BITS_A_CHARACTER, LOG_LOSS, PERPLEXITY
from nbnas.training.data.part import Part
from nbnas.training.data.text import TextData
from nbnas.training.device import Place

EVALUATION_BATCH = 1024
Figures = Mapping[Measure, float]
PICTURE_MEASURES = (ACCURACY, BALANCED_ACCURACY, LOG_LOSS)
WORD_MEASURES = (PERPLEXITY, LOG_LOSS)
CHARACTER_MEASURES = (BITS_A_CHARACTER, *WORD_MEASURES)
HERE = Place()


def evaluate(
    network: nn.Module,
    part: Part,
    classes: int,
    place: Place = HERE,
    size: int = EVALUATION_BATCH,
    flip: bool = False,
) -> Tensor:
    """Measure a network on pictures, in batches, without waiting for the device.

    Args:
        network: The network; put into evaluation mode.
        part: Pictures and labels; the labels on the network's device, the pictures anywhere.
        classes: K.
        place: Where it computes.
        size: How many pictures it reads at a time.
        flip: Whether the scores of each picture are the mean of its own and of those of its mirror
            image.

    Returns:
        `(1 + K,)`: the sum of the losses (without label smoothing), and the number of right
        answers in each class.
    """
    images, labels = part
    totals = torch.zeros(1 + classes, dtype=torch.float32, device=labels.device)
    network.eval()
    pieces = zip(torch.split(images, size), torch.split(labels, size), strict=True)
    with torch.inference_mode(), place.autocast:
        for x, y in pieces:
            x = x.to(labels.device).contiguous(memory_format=place.layout)
            scores = network(x)
            if flip:
                mirrored = x.flip(3).contiguous(memory_format=place.layout)
                scores = (scores + network(mirrored)) / 2
            totals[0] += cross_entropy(scores, y, reduction="sum").float()
            totals[1:].index_add_(0, y, right_answers(scores, y).float())
    return totals


def right_answers(scores: Tensor, labels: Tensor) -> Tensor:
    """Whether the highest of the scores `(n, K)` is that of the label, `(n,)`."""
    return scores.argmax(1) == labels


def picture_figures(totals: Sequence[float], counts: Sequence[int]) -> dict[Measure, float]:
    """All measures of pictures.

    Args:
        totals: Sum of the losses, and number of right answers in each class, `1 + K` numbers.
        counts: How many pictures of each class there are, `K` numbers.

    Returns:
        Their values; classes without a picture do not count for the balanced accuracy.
    """
    loss, *right = totals
    shares = [share / count for share, count in zip(right, counts, strict=True) if count]
    return {
        ACCURACY: sum(right) / sum(counts),
        BALANCED_ACCURACY: sum(shares) / len(shares),
        LOG_LOSS: loss / sum(counts),
    }


def epoch_report(
    epoch: tuple[int, int],
    means: tuple[float, float],
    held: Figures,
    known: tuple[float, float, float],
    measure: Measure,
) -> EpochReport:
    """What is told of an epoch.

    Args:
        epoch: Its number, and how many there are.
        means: Mean loss and share of right answers in training.
        held: The measures on the held-out part.
        known: Learning rate, seconds since the training began, and how much was read a second.
        measure: Which of the measures is searched.
    """
    figures = (*means, held[LOG_LOSS], held.get(ACCURACY, math.nan), *known)
    value = None if measure == ACCURACY else held[measure]
    return EpochReport(*epoch, *figures, value)


def text_figures(loss: float, measures: Sequence[Measure]) -> dict[Measure, float]:
    """All measures of text.

    Args:
        loss: Mean loss of a token, in nats.
        measures: Which to tell.
    """
    known = {
        LOG_LOSS: loss,
        PERPLEXITY: math.exp(min(loss, 700.0)),  # beyond, it is no float
        BITS_A_CHARACTER: loss / math.log(2),
    }
    return {measure: known[measure] for measure in measures}


def measures_of_text(data: TextData) -> tuple[Measure, ...]:
    """What is measured of text: bits a character, too, where it is read by characters."""
    return CHARACTER_MEASURES if data.level == "character" else WORD_MEASURES
