"""A live training: one loop that yields a report after every epoch.

Notation
    x, y        images `(b, C, H, W)` and labels `(b,)` of a batch
    totals      sum of losses and number of right answers over an epoch, `(2,)`, on the device
"""

import math
import time
import traceback
from collections.abc import Iterator
from typing import cast

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from nbnas.checks import FLAG, instance
from nbnas.errors import TrainingError
from nbnas.graphs.architecture import Architecture
from nbnas.records import EpochReport, Evaluation
from nbnas.training.data.augment import augment_images
from nbnas.training.data.part import Part
from nbnas.training.data.resident import chosen, parts_on
from nbnas.training.device import (
    autocast,
    choose_device,
    choose_layout,
    choose_precision,
    cpu_threads,
    release_memory,
)
from nbnas.training.live import LiveTraining
from nbnas.training.measure import epoch_means, epoch_totals, evaluate
from nbnas.training.networks.network import build_network, count_multiply_adds, count_parameters
from nbnas.training.networks.normalize import normalized
from nbnas.training.recipe import Recipe
from nbnas.undisturbed import float32, undisturbed


class Training(LiveTraining):
    """A training that is under way; see `LiveTraining`. Seconds are those of training.

    On the CPU the same seed and number of threads give the same numbers, on one kind of processor
    and with one version of torch. On CUDA in mixed precision, as by default, all trainings that
    were repeated on one card gave the same numbers; nothing enforces it. In float32 most did not:
    some sums there are added up in whatever order they come.

    Attributes:
        final: Whether it trains on the training and validation part and holds out the test part,
            which then is what `val_loss` and `val_accuracy` of the reports are measured on.
        network: The network, from the first epoch on; `None` again after an error.
    """

    final: bool
    network: nn.Module | None

    def __init__(
        self, trainer: Recipe, architecture: Architecture, seed: int, *, final: bool
    ) -> None:
        trainer = instance(Recipe, "Trainer(digits())")("trainer", trainer)
        super().__init__(architecture, seed, trainer.epochs)
        self.trainer = trainer
        self.final = FLAG("final", final)
        self.network = None
        self._started = 0.0

    def _rounds(self) -> Iterator[EpochReport]:
        """Train; free the memory if it fails."""
        try:
            rounds = self._train()
            while (report := self._next(rounds)) is not None:
                yield report
        except (Exception, KeyboardInterrupt) as error:
            self.network = None
            traceback.clear_frames(error.__traceback__)
            release_memory(choose_device(self.trainer.device))
            raise

    def _next(self, rounds: Iterator[EpochReport]) -> EpochReport | None:
        """The next epoch's report, computed with the recipe's number of threads."""
        with undisturbed(dtype=False), cpu_threads(self.trainer.threads):
            return next(rounds, None)

    def _train(self) -> Iterator[EpochReport]:
        """The training loop."""
        trainer, start, self._started = self.trainer, time.perf_counter(), time.time()
        rng = torch.Generator().manual_seed(self.seed)
        device = choose_device(trainer.device)
        precision = choose_precision(device, trainer.mixed_precision)
        layout = choose_layout(device, trainer.channels_last)
        (images, labels), held_out = self._parts(device)
        network = self.network = (
            network_of(trainer, self.architecture, rng).to(device).to(memory_format=layout)
        )
        normalize, body = network
        optimizer = optimizer_of(trainer, network)
        scaler = torch.amp.GradScaler(device.type, enabled=precision == torch.float16)
        batches = math.ceil(len(labels) / trainer.batch_size)
        steps, step, rate = batches * trainer.epochs, 0, 0.0
        seconds = time.perf_counter() - start
        for epoch in range(1, trainer.epochs + 1):
            start = time.perf_counter()
            network.train()
            totals = torch.zeros(2, dtype=torch.float32, device=device)
            order = torch.randperm(len(labels), generator=rng).to(device)
            for batch in order.tensor_split(batches):
                x, y = normalize(chosen(images, batch)), labels[batch]
                if trainer.augment is not None:
                    x = augment_images(x, trainer.augment, rng)
                x = x.contiguous(memory_format=layout)
                with autocast(device, precision):
                    scores = body(x)
                    loss = cross_entropy(scores, y, label_smoothing=trainer.label_smoothing)
                rate = trainer.schedule.learning_rate(trainer.learning_rate, step, steps)
                optimizer.param_groups[0]["lr"] = rate
                optimizer.zero_grad()
                torch.autograd.backward(scaler.scale(loss))
                scaler.step(optimizer)
                scaler.update()
                totals += epoch_totals(loss.detach() * len(y), scores.detach(), y)
                step += 1
            held_totals = evaluate(network, held_out, precision, layout)
            figures = epoch_means(totals, len(labels)) + epoch_means(held_totals, len(held_out[1]))
            lasted = time.perf_counter() - start
            seconds, speed = seconds + lasted, len(labels) / lasted
            report = EpochReport(epoch, trainer.epochs, *figures, rate, seconds, speed)
            _check_finite(report, trainer.learning_rate)
            yield report

    def _parts(self, device: torch.device) -> tuple[Part, Part]:
        """What is trained on and what is held out, on the device."""
        train, val, test = parts_on(self.trainer.data, device)
        if not self.final:
            return train, val
        return (torch.cat([train[0], val[0]]), torch.cat([train[1], val[1]])), test

    def _conclude(self) -> Evaluation:
        network = cast(nn.Module, self.network)
        return Evaluation(
            self.architecture,
            value=self.reports[-1].val_accuracy,
            seconds=self.reports[-1].seconds,
            seed=self.seed,
            parameters=count_parameters(network),
            multiply_adds=count_multiply_adds(network, self.trainer.data.image_shape),
            started=self._started,
            reports=self.reports,
        )


@float32()
def network_of(
    trainer: Recipe, architecture: Architecture, generator: torch.Generator
) -> nn.Sequential:
    """The network that a recipe trains, with the initial weights that a generator gives.

    Returns:
        It takes images as they are in the data: `(Normalize, network for normalised images)`.
    """
    network = build_network(
        architecture,
        image_shape=trainer.data.image_shape,
        classes=trainer.data.classes,
        channels=trainer.channels,
        cells=trainer.cells,
        generator=generator,
    )
    return normalized(trainer.data, network)


def optimizer_of(trainer: Recipe, network: nn.Module) -> torch.optim.SGD:
    """The optimiser of a recipe for a network's weights."""
    device = next(network.parameters()).device
    return torch.optim.SGD(
        network.parameters(),
        lr=trainer.learning_rate,
        momentum=trainer.momentum,
        weight_decay=trainer.weight_decay,
        nesterov=trainer.momentum > 0,
        fused=device.type in ("cpu", "cuda"),
    )


def _check_finite(report: EpochReport, highest: float) -> None:
    if not math.isfinite(report.train_loss + report.val_loss):
        raise TrainingError(
            f"expected a finite loss, got {report.train_loss} in training and {report.val_loss} "
            f"held out after epoch {report.epoch} of {report.epochs}; lower learning_rate, "
            f"which is {highest:g}, or lengthen the schedule's warm-up"
        )
