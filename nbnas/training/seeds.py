"""Trainings of one architecture that differ in their seeds only, side by side in one network.

For each seed the same initial weights, batches and sums as those of a `Training`, in another
order of rounding. So the numbers agree with a `Trainer`'s for the first steps to about six digits
and drift apart later, as two trainings on different machines do.

Notation
    G        number of seeds
    x, y     images `(b, G * C, H, W)` and labels `(b, G)` of a batch, another one for each seed
    K        number of classes
    totals   sum of losses and number of right answers over an epoch, `(2, G)`; of a part that is
             held out, number of right answers in each class, `(1 + K, G)`
"""

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import nn

from nbnas.checks import SEED, each
from nbnas.errors import SettingError, TrainingError, shown
from nbnas.graphs.architecture import Architecture
from nbnas.records import EpochReport, Evaluation
from nbnas.records.profile import BACKWARD, FORWARD, OPTIMISER
from nbnas.training.data.part import Part
from nbnas.training.data.resident import parts_on
from nbnas.training.device import CPU, cpu_threads
from nbnas.training.groups import (
    batches_of_groups,
    evaluate_groups,
    losses_of,
    resume,
    totals_of,
)
from nbnas.training.measure import Figures, epoch_report, picture_figures
from nbnas.training.networks.darts.paths import check_keeps_paths
from nbnas.training.networks.network import (
    check_operations,
    count_multiply_adds,
    count_parameters,
)
from nbnas.training.networks.side_by_side import side_by_side
from nbnas.training.optimizers.groups import set_learning_rate
from nbnas.training.optimizers.optimizer import SGD, AdamW
from nbnas.training.profiling.clock import HostClock
from nbnas.training.profiling.peak import ProcessPeak
from nbnas.training.profiling.timer import StepTimer
from nbnas.training.run import network_of
from nbnas.training.steps.optimizer import optimizer_of
from nbnas.training.trainer import Trainer
from nbnas.training.usual import NEVER
from nbnas.undisturbed import undisturbed

ALONE = ("network", "augment", "mix", "ema", "patience", "clip", "test_flip", "keep_weights")


def train_seeds(
    trainer: Trainer, architecture: Architecture, seeds: Sequence[int]
) -> tuple[Evaluation, ...]:
    """Train an architecture once for each seed, all at once, on the CPU.

    Where it is ended, it begins anew. On one core that takes about half as long as one after the
    other; trainings that differ in more than the seed are for `workers`.

    Args:
        trainer: The recipe; see `check_seeds`.
        architecture: A cell with operations on its edges, or a genotype.
        seeds: The seeds, `G` of them.

    Returns:
        An evaluation for each seed, with its learning curve and, as `test`, the accuracy on the
        test part of the very network that gave `value`. Seconds are those of the processor in
        this thread, shared equally, so that other work beside it does not count.

    Raises:
        ArchitectureError: If the architecture cannot be trained in this way.
        SettingError: If there is no seed, or the recipe cannot be; see `check_seeds`.
        TrainingError: If a loss is no longer a finite number.
    """
    trainings = SeedTrainings(trainer, architecture, tuple(map(int, seeds)))
    with undisturbed(dtype=False), cpu_threads(trainer.threads):
        reports = tuple(trainings.epochs())
        return trainings.evaluations(reports)


def check_seeds(trainer: Trainer, seeds: Sequence[int]) -> None:
    """Check that a recipe can be trained with these seeds side by side.

    Raises:
        SettingError: If there is no seed, the recipe is on text, or has what trainings have alone:
            augmentation or mixing, dropped paths, a network of its own, averaged or kept weights,
            early stopping, clipping, flips in tests, or an optimiser that sees several weights.
    """
    each(SEED, least=1, of="a seed")("seeds", seeds)
    _ = trainer.pictures  # it is on pictures
    check_keeps_paths(trainer.skeleton)
    for name in ALONE:
        given, usual = getattr(trainer, name), NEVER.get(name)
        if given != usual:
            raise SettingError(
                f"expected {name} to be {usual} to train seeds side by side, got "
                f"{name}={shown(given)}; train them one by one with it"
            )
    if not isinstance(trainer.optimizer, SGD | AdamW):
        raise SettingError(
            "expected optimizer to be SGD() or AdamW() to train seeds side by side, as these see "
            f"each weight by itself, got {shown(trainer.optimizer)}; train them one by one with it"
        )


@dataclass(slots=True)
class SeedTrainings:
    """The trainings of one architecture: iterate `epochs`, then ask for `evaluations`.

    Args:
        trainer: The recipe; see `check_seeds`.
        architecture: A cell with operations on its edges, or a genotype.
        seeds: The seeds, `G` of them.

    Attributes:
        started: When the first epoch began, in seconds since 1970.
        held: All measures of each network on the validation part, after the last epoch so far.
        now: How far they are after that epoch, as plain values and tensors that go on changing.

    Raises:
        ArchitectureError: If the architecture cannot be trained in this way.
        SettingError: If there is no seed, or the recipe cannot be; see `check_seeds`.
    """

    trainer: Trainer
    architecture: Architecture
    seeds: tuple[int, ...]
    _networks: list[nn.Module] = field(default_factory=list, init=False)  # before the training
    _network: nn.Module = field(default_factory=nn.Identity, init=False)  # that is trained
    started: float = field(default=0.0, init=False)
    held: list[Figures] = field(default_factory=list, init=False)
    now: dict[str, Any] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        check_seeds(self.trainer, self.seeds)
        check_operations(self.architecture, self.trainer.operations)

    def evaluations(self, reports: Sequence[tuple[EpochReport, ...]]) -> tuple[Evaluation, ...]:
        """An evaluation for each seed, once all epochs are done.

        Args:
            reports: Those of each epoch.
        """
        _, _, test = parts_on(self.trainer.pictures, CPU)
        measure, tests = self.trainer.measure, self._figures(test)
        parameters, multiply_adds = self.sizes
        curves = zip(*reports, strict=True)
        return tuple(
            Evaluation(
                self.architecture,
                value=curve[-1].measured,
                test=tested[measure],
                seconds=curve[-1].seconds,
                seed=seed,
                parameters=parameters,
                multiply_adds=multiply_adds,
                started=self.started,
                reports=curve,
                measured={each.name: value for each, value in held.items()},
            )
            for seed, curve, tested, held in zip(self.seeds, curves, tests, self.held, strict=True)
        )

    @property
    def sizes(self) -> tuple[int, int]:
        """Trainable weights of one network, and its multiply-adds for one image."""
        network = self._networks[0]
        image_shape = self.trainer.pictures.image_shape
        return count_parameters(network), count_multiply_adds(network, image_shape)

    def epochs(self, before: Mapping[str, Any] | None = None) -> Iterator[tuple[EpochReport, ...]]:
        """The training loop: after every epoch a report for each seed.

        Args:
            before: What `now` was after some epochs, in this process or another one; the loop goes
                on from there, to the same numbers. `None` to begin.

        Raises:
            TrainingError: If a loss is no longer a finite number.
        """
        self.started, began = time.time(), time.thread_time()
        trainer, groups = self.trainer, len(self.seeds)
        rngs = [torch.Generator().manual_seed(seed) for seed in self.seeds]
        self._networks = [network_of(trainer, self.architecture, rng) for rng in rngs]
        joined = side_by_side(*self._networks)
        network = self._network = joined.to(memory_format=torch.channels_last)
        (images, labels), val, _ = parts_on(trainer.pictures, CPU)
        optimizer = optimizer_of(trainer, network)
        batches = math.ceil(len(labels) / trainer.batch_size)
        steps, step, rate = batches * trainer.epochs, 0, 0.0
        timer = StepTimer(HostClock(time.thread_time), ProcessPeak(), batches)
        seconds, first = time.thread_time() - began, 1
        if before is not None:
            first, step = before["epoch"] + 1, before["epoch"] * batches
            seconds += before["seconds"]
            resume(before, network, optimizer, rngs)
        for epoch in range(first, trainer.epochs + 1):
            began = time.thread_time()
            network.train()
            totals = torch.zeros(2, groups, dtype=torch.float32)
            order = torch.stack([torch.randperm(len(labels), generator=rng) for rng in rngs], 1)
            for x, y in timer.steps(batches_of_groups((images, labels), order, batches)):
                scores = network(x)
                losses = losses_of(scores, y, trainer.label_smoothing)
                loss = (losses / len(y)).sum()
                timer.lap(FORWARD)
                rate = trainer.schedule.learning_rate(trainer.learning_rate, step, steps)
                set_learning_rate(optimizer, rate)
                optimizer.zero_grad()
                torch.autograd.backward(loss)
                timer.lap(BACKWARD)
                optimizer.step()
                timer.lap(OPTIMISER)
                totals += totals_of(losses.detach(), scores.detach(), y)
                step += 1
            self.held = self._figures(val)
            lasted = time.thread_time() - began
            seconds += lasted
            means = (totals.double() / len(labels)).T.tolist()
            speed = len(labels) * groups / max(lasted, 1e-9)
            known = (rate, seconds / groups, speed)
            profile = timer.profile(networks=groups)
            made = tuple(
                epoch_report(
                    (epoch, trainer.epochs), (loss, right), figures, known, trainer.measure
                )
                for (loss, right), figures in zip(means, self.held, strict=True)
            )
            self._check(made)
            self.now = {
                **{"epoch": epoch, "seconds": seconds, "network": network.state_dict()},
                "optimizer": optimizer.state_dict(),
                "rngs": [rng.get_state() for rng in rngs],
            }
            yield tuple(replace(each, profile=profile) for each in made)

    def _figures(self, part: Part) -> list[Figures]:
        """All measures of each network on a part."""
        classes = self.trainer.pictures.classes
        totals = evaluate_groups(self._network, part, classes, len(self.seeds)).T.tolist()
        counts = torch.bincount(part[1], minlength=classes).tolist()
        return [picture_figures(each, counts) for each in totals]

    def _check(self, reports: Sequence[EpochReport]) -> None:
        for seed, report in zip(self.seeds, reports, strict=True):
            if not math.isfinite(report.train_loss + report.val_loss):
                raise TrainingError(
                    f"expected finite losses, got {report.train_loss} in training and "
                    f"{report.val_loss} held out after epoch {report.epoch} with seed {seed} of "
                    f"{self.architecture}; lower the learning rate"
                )
