"""Pictures: which class does each show?

Notation
    x, y    pictures `(b, C, H, W)` and classes `(b,)` of a batch
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from nbnas.training.data.augment import augment_images
from nbnas.training.data.image_data import ImageData
from nbnas.training.data.mix import mix_images
from nbnas.training.data.resident import chosen, parts_on
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
        """Every picture once, normalised and augmented; sizes differ by one at most."""
        images, labels = part
        normalize = normalizing(self.data).to(labels.device)
        order = torch.randperm(len(labels), generator=self.generator).to(labels.device)
        for batch in order.tensor_split(self.batches_of(part)):
            x, y = normalize(chosen(images, batch)), labels[batch]
            if self.recipe.augment is not None:
                x = augment_images(x, self.recipe.augment, self.generator)
            yield x.contiguous(memory_format=self.place.layout), y

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
