"""Trainings of one architecture that differ in their seeds only, side by side in one network.

For each seed the same initial weights, batches and sums as those of a `Training`, in another
order of rounding. So the numbers agree with a `Trainer`'s for the first steps to about six digits
and drift apart later, as two trainings on different machines do.

Notation
    G        number of seeds
    x, y     images `(b, G * C, H, W)` and labels `(b, G)` of a batch, another one for each seed
    totals   sum of losses and number of right answers over an epoch, `(2, G)`
"""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from nbnas.errors import TrainingError
from nbnas.graphs.architecture import Architecture
from nbnas.records import EpochReport, Evaluation
from nbnas.training.data.images import parts_on
from nbnas.training.data.part import Part
from nbnas.training.device import cpu_threads
from nbnas.training.networks.network import (
    check_operations,
    count_multiply_adds,
    count_parameters,
)
from nbnas.training.networks.side_by_side import side_by_side
from nbnas.training.run import network_of, optimizer_of
from nbnas.training.settings import check
from nbnas.training.trainer import Trainer

EVALUATED = 150  # images at a time; their groups fit the cache of one core
CPU = torch.device("cpu")


def train_seeds(
    trainer: Trainer, architecture: Architecture, seeds: Sequence[int]
) -> tuple[Evaluation, ...]:
    """Train an architecture once for each seed, all at once, on the CPU.

    Args:
        trainer: The recipe, without augmentation.
        architecture: A cell with operations on its edges.
        seeds: The seeds, `G` of them.

    Returns:
        An evaluation for each seed, with its learning curve and, as `test`, the accuracy on the
        test part of the very network that gave `value`. Seconds are those of the processor in
        this thread, shared equally, so that other work beside it does not count.

    Raises:
        ArchitectureError: If the architecture cannot be trained in this way.
        SettingError: If there is no seed, or the recipe augments images.
        TrainingError: If a loss is no longer a finite number.
    """
    check(len(seeds) > 0, "seeds", seeds, "at least one seed")
    check(trainer.augment is None, "augment", trainer.augment, "None to train seeds side by side")
    check_operations(architecture)
    with cpu_threads(trainer.threads):
        return _Trainings(trainer, architecture, tuple(map(int, seeds))).run()


@dataclass(slots=True)
class _Trainings:
    """The trainings of one call."""

    trainer: Trainer
    architecture: Architecture
    seeds: tuple[int, ...]

    def run(self) -> tuple[Evaluation, ...]:
        started, start = time.time(), time.thread_time()
        rngs = [torch.Generator().manual_seed(seed) for seed in self.seeds]
        networks = [network_of(self.trainer, self.architecture, rng) for rng in rngs]
        network = side_by_side(*networks).to(memory_format=torch.channels_last)
        _, _, test = parts_on(self.trainer.data, CPU)
        reports = tuple(zip(*self._epochs(network, rngs, start), strict=True))
        tests = _evaluate(network, test, len(rngs))[1].double() / len(test[1])
        parameters = count_parameters(networks[0])
        multiply_adds = count_multiply_adds(networks[0], self.trainer.data.image_shape)
        return tuple(
            Evaluation(
                self.architecture,
                value=curve[-1].val_accuracy,
                test=tested,
                seconds=curve[-1].seconds,
                seed=seed,
                parameters=parameters,
                multiply_adds=multiply_adds,
                started=started,
                reports=curve,
            )
            for seed, curve, tested in zip(self.seeds, reports, tests.tolist(), strict=True)
        )

    def _epochs(
        self, network: nn.Module, rngs: Sequence[torch.Generator], start: float
    ) -> Iterator[tuple[EpochReport, ...]]:
        """The training loop: after every epoch a report for each seed."""
        trainer, groups = self.trainer, len(rngs)
        (images, labels), val, _ = parts_on(trainer.data, CPU)
        optimizer = optimizer_of(trainer, network)
        batches = math.ceil(len(labels) / trainer.batch_size)
        steps, step, rate = batches * trainer.epochs, 0, 0.0
        for epoch in range(1, trainer.epochs + 1):
            began = time.thread_time()
            network.train()
            totals = torch.zeros(2, groups)
            order = torch.stack([torch.randperm(len(labels), generator=rng) for rng in rngs], 1)
            for batch in order.tensor_split(batches):
                x = images[batch].flatten(1, 2).contiguous(memory_format=torch.channels_last)
                y = labels[batch]
                scores = network(x)
                losses = _losses(scores, y, trainer.label_smoothing)
                rate = trainer.schedule.learning_rate(trainer.learning_rate, step, steps)
                optimizer.param_groups[0]["lr"] = rate
                optimizer.zero_grad()
                torch.autograd.backward((losses / len(batch)).sum())
                optimizer.step()
                totals += _totals(losses.detach(), scores.detach(), y)
                step += 1
            held = _evaluate(network, val, groups).double() / len(val[1])
            seconds, lasted = time.thread_time() - start, time.thread_time() - began
            figures = torch.cat([totals.double() / len(labels), held]).T.tolist()
            speed = len(labels) * groups / max(lasted, 1e-9)
            made = tuple(
                EpochReport(epoch, trainer.epochs, a, b, c, d, rate, seconds / groups, speed)
                for a, b, c, d in figures
            )
            self._check(made)
            yield made

    def _check(self, reports: Sequence[EpochReport]) -> None:
        for seed, report in zip(self.seeds, reports, strict=True):
            if not math.isfinite(report.train_loss + report.val_loss):
                raise TrainingError(
                    f"expected finite losses, got {report.train_loss} in training and "
                    f"{report.val_loss} held out after epoch {report.epoch} with seed {seed} of "
                    f"{self.architecture}; lower the learning rate"
                )


def _losses(scores: Tensor, labels: Tensor, smoothing: float = 0.0) -> Tensor:
    """Cross-entropy of each group, summed over the batch, `(G,)`."""
    losses = cross_entropy(
        scores.flatten(0, 1), labels.flatten(), reduction="none", label_smoothing=smoothing
    )
    return losses.view(labels.shape).sum(0)


def _totals(losses: Tensor, scores: Tensor, labels: Tensor) -> Tensor:
    return torch.stack([losses, (scores.argmax(2) == labels).sum(0).to(losses.dtype)])


def _evaluate(network: nn.Module, part: Part, groups: int) -> Tensor:
    """The sum of the losses and the number of right answers of each group, `(2, G)`."""
    totals = torch.zeros(2, groups)
    network.eval()
    with torch.inference_mode():
        for x, y in zip(*(torch.split(values, EVALUATED) for values in part), strict=True):
            copies = x.repeat(1, groups, 1, 1).contiguous(memory_format=torch.channels_last)
            labels = y[:, None].expand(-1, groups)
            scores = network(copies)
            totals += _totals(_losses(scores, labels), scores, labels)
    return totals
