"""Pictures: which class does each show?

Notation
    x, y    pictures `(b, C, H, W)` and classes `(b,)` of a batch
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from nbnas.training.data.augment import CropAndFlip, Moves, augment_images, joined
from nbnas.training.data.image_data import ImageData
from nbnas.training.data.mix import mix_images
from nbnas.training.data.resident import chosen, parts_on, room_on
from nbnas.training.device import Place
from nbnas.training.measure import (
    EVALUATION_BATCH,
    Figures,
    evaluate,
    picture_figures,
    right_answers,
)
from nbnas.training.networks.network import count_multiply_adds
from nbnas.training.networks.normalize import normalizing
from nbnas.training.recipe import Recipe
from nbnas.training.tasks.task import Answer, Batch, Part

COPIES = 5  # of pictures while they are made ready: as chosen, normalised, padded and moved


@dataclass(frozen=True, slots=True)
class PictureTask:
    """Pictures in an order that is new in every epoch, and the class that each shows; see `Task`.

    Attributes:
        data: The pictures.
        recipe: The settings.
        place: Where the network computes.
        generator: Source of order, augmentation and mixing.
    """

    data: ImageData
    recipe: Recipe
    place: Place
    generator: torch.Generator

    def parts(self, *, final: bool) -> tuple[Part, Part]:
        """Pictures and labels; see `Task.parts`."""
        train, val, test = parts_on(self.data, self.place.device)
        if not final:
            return train, val
        return (torch.cat([train[0], val[0]]), torch.cat([train[1], val[1]])), test

    def batches_of(self, part: Part) -> int:
        """As few as hold all pictures; see `Task.batches_of`."""
        return math.ceil(len(part[1]) / self.recipe.batch_size)

    def batches(self, part: Part) -> Iterator[Batch]:
        """Every picture once, normalised and augmented; sizes differ by one at most.

        On a GPU as many are made ready at once as its memory has room for, most often all of an
        epoch. What is drawn for them is drawn batch by batch in any case.
        """
        images, labels = part
        normalize = normalizing(self.data).to(labels.device)
        order = torch.randperm(len(labels), generator=self.generator).to(labels.device)
        batches = order.tensor_split(self.batches_of(part))
        augment = self.recipe.augment
        at_once = self.batches_at_once(len(batches))
        drawn = self._moves(batches, ahead=at_once > 1)
        for several in grouped(batches, at_once):
            which = several[0] if len(several) == 1 else torch.cat([*several])
            x, y = normalize(chosen(images, which)), labels[which]
            if isinstance(augment, CropAndFlip):
                x = augment.move(x, joined([next(drawn) for _ in several]))
            elif augment is not None:
                x = augment_images(x, augment, self.generator)
            x, sizes = x.contiguous(memory_format=self.place.layout), [*map(len, several)]
            yield from zip(torch.split(x, sizes), torch.split(y, sizes), strict=True)

    def batches_at_once(self, batches: int) -> int:
        """How many of an epoch's batches are made ready together: on a GPU what it has room for.

        Other transforms than `CropAndFlip`, and mixing, draw as they go, batch by batch.

        Args:
            batches: How many an epoch has.
        """
        draws = self.recipe.mix is not None or not isinstance(
            self.recipe.augment, CropAndFlip | None
        )
        if draws or self.place.device.type == "cpu":
            return 1
        size = 4 * math.prod(self.data.image_shape) * self.recipe.batch_size
        return max(1, min(batches, int(room_on(self.place.device) // (COPIES * size))))

    def _moves(self, batches: Sequence[Tensor], *, ahead: bool) -> Iterator[Moves]:
        """What is drawn for each batch, when it is asked for or all of it ahead."""
        augment, (_, *sides) = self.recipe.augment, self.data.image_shape
        if not isinstance(augment, CropAndFlip):
            return iter(())
        drawn = (augment.draw(len(each), (sides[0], sides[1]), self.generator) for each in batches)
        return iter([*drawn]) if ahead else drawn

    def answer(self, network: nn.Module, batch: Batch, carried: None) -> Answer:
        """Cross-entropy of the scores; nothing is carried; see `Task.answer`.

        The network's first module is left out: what is augmented is normalised already. Of a mixed
        picture the class that it shows most of is the right one.
        """
        (x, y), (_, body) = batch, cast(nn.Sequential, network)
        target = y
        if self.recipe.mix is not None:
            x, target = mix_images(x, y, self.data.classes, self.recipe.mix, self.generator)
            x, y = x.contiguous(memory_format=self.place.layout), target.argmax(1)
        scores = body(x)
        loss = cross_entropy(scores, target, label_smoothing=self.recipe.label_smoothing)
        return Answer(loss, right_answers(scores.detach(), y).sum())

    def figures(self, network: nn.Module, part: Part, less: int = 1) -> Figures:
        """Accuracy, balanced accuracy and log loss; see `Task.figures`."""
        images, labels = part
        size, flip = max(1, EVALUATION_BATCH // less), self.recipe.test_flip
        totals = evaluate(network, (images, labels), self.data.classes, self.place, size, flip)
        counts = torch.bincount(labels, minlength=len(totals) - 1).tolist()
        return picture_figures(totals.tolist(), counts)

    def multiply_adds(self, network: nn.Module) -> int:
        """For one picture; see `Task.multiply_adds`."""
        return count_multiply_adds(network, self.data.image_shape)


def grouped(batches: Sequence[Tensor], size: int) -> Iterator[Sequence[Tensor]]:
    """Batches in their order, so many together at most."""
    return (batches[first : first + size] for first in range(0, len(batches), size))
