"""A live training: one loop that yields a report after every epoch, on pictures and on text.

Notation
    x, y        what a batch is, see `nbnas.training.tasks.task`
    now         how far it is: what a checkpoint holds, see `nbnas.training.checkpoints.progress`
"""

import time
import traceback
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from typing import cast

import torch
from torch import nn

from nbnas.errors import NbnasError
from nbnas.graphs.architecture import Architecture
from nbnas.records import EpochReport, Evaluation
from nbnas.records.profile import OPTIMISER
from nbnas.training.checkpoints.kept import KeptTraining
from nbnas.training.checkpoints.progress import Moving, Progress
from nbnas.training.data.text import TextData
from nbnas.training.device import (
    choose_device,
    choose_place,
    cpu_threads,
    deterministic,
    release_memory,
)
from nbnas.training.draws import Draws
from nbnas.training.losses import Losses
from nbnas.training.measure import epoch_report
from nbnas.training.memory.need import check_batch_fits, check_weights_fit
from nbnas.training.memory.pieces import GRADIENT_ACCUMULATION, Pieces
from nbnas.training.networks.darts.paths import schedule_paths
from nbnas.training.networks.faults import fault
from nbnas.training.networks.network import build_network, count_parameters
from nbnas.training.networks.normalize import normalized
from nbnas.training.networks.own import build_own
from nbnas.training.profiling.timer import timer_of
from nbnas.training.recipe import Recipe
from nbnas.training.speed.quickest import quickest
from nbnas.training.speed.step import Step
from nbnas.training.steps.averaging import Averaging
from nbnas.training.steps.optimizer import optimizer_of
from nbnas.training.steps.stopping import Stopping
from nbnas.training.tasks.of_recipe import task_of
from nbnas.undisturbed import float32, undisturbed


class Training(KeptTraining):
    """A training that is under way; see `LiveTraining`. Seconds are those of training.

    It can `keep` checkpoints, and then goes on where another one, or another process, was ended.

    On the CPU the same seed and number of threads give the same numbers, on one kind of processor
    and with one version of torch. On CUDA in mixed precision, as by default, all trainings that
    were repeated on one card gave the same numbers; `deterministic=True` of the recipe enforces
    it. In float32 most did not: some sums there are added up in whatever order they come.

    Attributes:
        final: Whether it trains on the training and validation part and holds out the test part,
            which then is what `val_loss`, `val_accuracy` and `value` of the reports are of.
        look: The epochs of a look, which its evaluation says; `None` for a full training.
        measure: What the value is.
        network: The network, from the first epoch on; `None` again after an error.
    """

    final: bool
    network: nn.Module | None

    def __init__(
        self,
        trainer: Recipe,
        architecture: Architecture,
        seed: int,
        *,
        final: bool,
        look: int | None = None,
    ) -> None:
        super().__init__(trainer, architecture, seed, final=final, look=look)
        data = self.trainer.data
        self.counted = f"{data.level}s" if isinstance(data, TextData) else "images"
        self.network = None
        self._draws = Draws(self.seed)

    def _rounds(self) -> Iterator[EpochReport]:
        """Train; free the memory if it fails."""
        try:
            rounds = self._train()
            while (report := self._next(rounds)) is not None:
                yield report
            if self.evaluation is None and self.reports:  # it had come to its end before
                self.evaluation = self._conclude()
            self._now = None
        except (Exception, KeyboardInterrupt) as error:
            told = self._told(error)
            self.network = self._now = None
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
        device = choose_device(self.trainer.device)
        draws = self._draws.within(device)
        alike = deterministic(device) if self.trainer.deterministic else nullcontext()
        with undisturbed(dtype=False), cpu_threads(self.trainer.threads), draws, alike:
            return next(rounds, None)

    def _train(self) -> Iterator[EpochReport]:
        """The training loop."""
        trainer, start, self._started = self.trainer, time.perf_counter(), time.time()
        rng = torch.Generator().manual_seed(self.seed)
        place = choose_place(trainer.device, trainer.mixed_precision, trainer.channels_last)
        task = self._task = task_of(trainer, place, rng)
        train, held_out = task.parts(final=self.final)
        check_weights_fit(trainer, self.architecture, place)
        network = network_of(trainer, self.architecture, rng).to(place.device)
        network = network.to(memory_format=place.layout)
        check_batch_fits(trainer, self.architecture, network, place)
        averaging = Averaging(network, trainer.ema)
        self.network = averaging.network
        patience = None if self.final else trainer.patience  # else the test part would choose
        stopping = Stopping(self.network, patience, self.measure, trainer.measures)
        optimizer = optimizer_of(trainer, network)
        scaler = torch.amp.GradScaler(place.device.type, enabled=place.precision == torch.float16)
        batches = task.batches_of(train)
        timer = timer_of(place.device, batches, self.counted)
        pieces = Pieces(task, network, scaler, place, allowed=self.alone, timer=timer)
        kept = (network, averaging, stopping, optimizer, scaler)
        moving = Moving(*kept, rng, self._draws, pieces)
        now = Progress(moving, place.device)
        self._resume(now)
        steps = batches * trainer.epochs
        rate = partial(rate_of, trainer, steps=steps)
        losses = Losses(trainer.epochs, batches, rate, trainer.learning_rate)
        plain = Step(pieces, optimizer, averaging, trainer.clip)
        step = quickest(trainer, self.architecture, plain, place, rng, steps)
        now.seconds += time.perf_counter() - start
        while not self.is_trained:
            now.begin_epoch()
            network.train()
            schedule_paths(network, now.epoch / trainer.epochs)
            for x, y in timer.steps(now.coming(task.batches(train))):
                now.rate = rate(now.step)
                answer = step((x, y), now.carried, now.rate)
                timer.lap(OPTIMISER)
                if losses.add(now.add(answer, y.numel())) or self._keeper.due:
                    losses.check(now.step)
                    self._save(now, self.reports)
            losses.check(now.step)
            held = pieces.figures(averaging.network, held_out)
            loss, right, speed = now.finish_epoch()
            at, known = (now.epoch, trainer.epochs), (now.rate, now.seconds, speed)
            report = epoch_report(at, (loss, right), held, known, self.measure)
            losses.check_report(report)
            report = replace(report, profile=timer.profile(pieces.training))
            report, self._figures = stopping.seen(report, held)
            report = self._counted(report)
            self._save(now, (*self.reports, report))
            yield report
        step.close()

    def _conclude(self) -> Evaluation:
        network, now = cast(nn.Module, self.network), cast(Progress, self._now)
        parts = now.moving.pieces.training
        return Evaluation(
            self.architecture,
            value=self._figures[self.measure],
            seconds=self.reports[-1].seconds - self._before,
            seed=self.seed,
            parameters=count_parameters(network),
            multiply_adds=self._task.multiply_adds(network),
            started=self._started,
            reports=self.reports,
            measured={
                **{measure.name: value for measure, value in self._figures.items()},
                **({GRADIENT_ACCUMULATION: parts} if parts > 1 else {}),
            },
            epochs=self.look,
        )


def rate_of(trainer: Recipe, step: int, steps: int) -> float:
    """The learning rate of a step, by its number from 0."""
    return trainer.schedule.learning_rate(trainer.learning_rate, step, steps)


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
