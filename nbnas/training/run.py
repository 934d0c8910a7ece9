"""A live training: one loop that yields a report after every epoch, on pictures and on text.

Notation
    x, y        what a batch is, see `nbnas.training.tasks.task`
    totals      sum of losses and number of right answers over an epoch, `(2,)`, on the device
    seen        how many answers that were
"""

import math
import time
import traceback
from collections.abc import Iterator
from typing import cast

import torch
from torch import nn

from nbnas.checks import FLAG, instance
from nbnas.errors import NbnasError, TrainingError
from nbnas.graphs.architecture import Architecture
from nbnas.records import EpochReport, Evaluation
from nbnas.training.data.text import TextData
from nbnas.training.device import (
    Place,
    choose_device,
    choose_place,
    cpu_threads,
    release_memory,
)
from nbnas.training.draws import Draws
from nbnas.training.live import LiveTraining
from nbnas.training.measure import Figures, epoch_report
from nbnas.training.networks.faults import fault
from nbnas.training.networks.network import build_network, count_parameters
from nbnas.training.networks.normalize import normalized
from nbnas.training.networks.own import build_own
from nbnas.training.optimizers.groups import set_learning_rate
from nbnas.training.recipe import Recipe
from nbnas.training.steps.averaging import Averaging
from nbnas.training.steps.optimizer import optimizer_of
from nbnas.training.steps.stopping import Stopping
from nbnas.training.tasks.pictures import PictureTask
from nbnas.training.tasks.task import Task
from nbnas.training.tasks.text import TextTask
from nbnas.undisturbed import float32, undisturbed


class Training(LiveTraining):
    """A training that is under way; see `LiveTraining`. Seconds are those of training.

    On the CPU the same seed and number of threads give the same numbers, on one kind of processor
    and with one version of torch. On CUDA in mixed precision, as by default, all trainings that
    were repeated on one card gave the same numbers; nothing enforces it. In float32 most did not:
    some sums there are added up in whatever order they come.

    Attributes:
        final: Whether it trains on the training and validation part and holds out the test part,
            which then is what `val_loss`, `val_accuracy` and `value` of the reports are of.
        measure: What the value is.
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
        self.measure = trainer.measure
        self.counted = f"{trainer.data.level}s" if isinstance(trainer.data, TextData) else "images"
        self.network = None
        self._figures: Figures = {}
        self._started = 0.0
        self._draws = Draws(self.seed)

    def _rounds(self) -> Iterator[EpochReport]:
        """Train; free the memory if it fails."""
        try:
            rounds = self._train()
            while (report := self._next(rounds)) is not None:
                yield report
        except (Exception, KeyboardInterrupt) as error:
            told = self._told(error)
            self.network = None
            traceback.clear_frames(error.__traceback__)
            release_memory(choose_device(self.trainer.device))
            if told is error:
                raise
            raise told from error

    def _told(self, error: BaseException) -> BaseException:
        """The error, or one that says in which line of the user's own network it happened."""
        own = self.trainer.network is not None or self.trainer.operations
        if not own or not isinstance(error, Exception) or isinstance(error, NbnasError):
            return error
        return fault(error, f"{self.architecture.text!r:.200} to be trained")

    def _next(self, rounds: Iterator[EpochReport]) -> EpochReport | None:
        """The next epoch's report, computed with the recipe's number of threads."""
        draws = self._draws.within(choose_device(self.trainer.device))
        with undisturbed(dtype=False), cpu_threads(self.trainer.threads), draws:
            return next(rounds, None)

    def _train(self) -> Iterator[EpochReport]:
        """The training loop."""
        trainer, start, self._started = self.trainer, time.perf_counter(), time.time()
        rng = torch.Generator().manual_seed(self.seed)
        place = choose_place(trainer.device, trainer.mixed_precision, trainer.channels_last)
        task = self._task = task_of(trainer, place, rng)
        train, held_out = task.parts(final=self.final)
        network = network_of(trainer, self.architecture, rng).to(place.device)
        network = network.to(memory_format=place.layout)
        averaging = Averaging(network, trainer.ema)
        self.network = averaging.network
        patience = None if self.final else trainer.patience  # else the test part would choose
        stopping = Stopping(averaging.network, patience, self.measure)
        optimizer = optimizer_of(trainer, network)
        scaler = torch.amp.GradScaler(place.device.type, enabled=place.precision == torch.float16)
        steps, step, rate = task.batches_of(train) * trainer.epochs, 0, 0.0
        seconds = time.perf_counter() - start
        for epoch in range(1, trainer.epochs + 1):
            start, seen, carried = time.perf_counter(), 0, None
            network.train()
            totals = torch.zeros(2, dtype=torch.float32, device=place.device)
            for x, y in task.batches(train):
                with place.autocast:
                    answer = task.answer(network, (x, y), carried)
                rate = trainer.schedule.learning_rate(trainer.learning_rate, step, steps)
                set_learning_rate(optimizer, rate)
                optimizer.zero_grad()
                torch.autograd.backward(scaler.scale(answer.loss))
                if trainer.clip is not None:
                    scaler.unscale_(optimizer)
                    nn.utils.clip_grad_norm_(network.parameters(), trainer.clip)
                scaler.step(optimizer)
                scaler.update()
                averaging.update()
                lost = answer.loss.detach().float() * y.numel()
                totals += torch.stack([lost, answer.right])
                seen, step, carried = seen + y.numel(), step + 1, answer.carried
            held = task.figures(averaging.network, held_out)
            loss, right = totals.tolist()
            lasted = time.perf_counter() - start
            seconds, speed = seconds + lasted, seen / lasted
            at, known = (epoch, trainer.epochs), (rate, seconds, speed)
            report = epoch_report(at, (loss / seen, right / seen), held, known, self.measure)
            _check_finite(report, trainer.learning_rate)
            report, self._figures = stopping.seen(report, held)
            yield report
            if report.epoch == report.epochs:
                return

    def _conclude(self) -> Evaluation:
        network = cast(nn.Module, self.network)
        return Evaluation(
            self.architecture,
            value=self._figures[self.measure],
            seconds=self.reports[-1].seconds,
            seed=self.seed,
            parameters=count_parameters(network),
            multiply_adds=self._task.multiply_adds(network),
            started=self._started,
            reports=self.reports,
            measured={measure.name: value for measure, value in self._figures.items()},
        )


def task_of(trainer: Recipe, place: Place, generator: torch.Generator) -> Task:
    """What a recipe's training is about: pictures or text, as its data are.

    Args:
        trainer: The recipe.
        place: Where the network computes.
        generator: Source of all that is random in batches and in what is dropped.
    """
    if isinstance(trainer.data, TextData):
        return TextTask(trainer.data, trainer, place, generator)
    return PictureTask(trainer.data, trainer, place, generator)


@float32()
def network_of(
    trainer: Recipe, architecture: Architecture, generator: torch.Generator
) -> nn.Module:
    """The network that a recipe trains, with the initial weights that a generator gives.

    Returns:
        For pictures as they are in the data: `(Normalize, network for normalised pictures)`; for
        text the network itself.
    """
    network = _bare_network_of(trainer, architecture, generator)
    if isinstance(trainer.data, TextData):
        return network
    return normalized(trainer.data, network)


def _bare_network_of(
    trainer: Recipe, architecture: Architecture, generator: torch.Generator
) -> nn.Module:
    if trainer.network is not None:  # one of the user's own
        return build_own(trainer.network, architecture, trainer.data, generator)
    return build_network(
        architecture,
        image_shape=trainer.data.image_shape,
        classes=trainer.data.classes,
        channels=trainer.channels,
        cells=trainer.cells,
        operations=trainer.operations,
        skeleton=trainer.skeleton,
        generator=generator,
    )


def _check_finite(report: EpochReport, highest: float) -> None:
    if not math.isfinite(report.train_loss + report.val_loss):
        raise TrainingError(
            f"expected a finite loss, got {report.train_loss} in training and {report.val_loss} "
            f"held out after epoch {report.epoch} of {report.epochs}; lower learning_rate, "
            f"which is {highest:g}, or lengthen the schedule's warm-up"
        )
