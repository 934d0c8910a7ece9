"""A live relaxation: shared weights are trained by epochs until one architecture is left."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from nbnas.brief import cut, of_planned
from nbnas.errors import TrainingError
from nbnas.graphs.architecture import ARCHITECTURE, Architecture, check_architectures
from nbnas.training.relaxed.ground import GRADIENT, Ground
from nbnas.training.relaxed.kept import KeptRelaxation
from nbnas.training.run import network_of
from nbnas.waiting import WaitingBar

AVERAGED = 100  # architectures that a full training is the mean of


class Relaxation(KeptRelaxation):
    """A search on shared weights that is under way: iterate it for reports, or `run` it.

    Iterating again goes on where the last iteration ended. The time between two epochs in which
    nobody asked for the next one does not count.

    Same seed and number of threads give the same numbers, on the CPU of one kind and with one
    version of torch. `keep` makes it go on where another one, or another process, was ended.

    Args:
        space: What is searched.
        recipe: The settings of its network and steps.
        method: How it is searched.
        seed: Decides all that is random.

    Attributes:
        space: As given.
        recipe: As given.
        method: As given.
        seed: As given.
        epochs: Number of epochs planned.
        measure: What the reports' values are.
        reports: The reports so far.
        progressed: Signal that carries each new report. A callback that fails becomes a warning.
    """

    def __repr__(self) -> str:
        """The method, how far it is and what it stands for."""
        found = f", {self.architecture}" if self.reports else ""
        progress = f"epoch {of_planned(len(self.reports), self.epochs)}"
        said = f"{self.method!r}, seed {self.seed}, {progress}{found}"
        return f"{type(self).__name__}({cut(said, 185)})"

    @property
    def architecture(self) -> Architecture | None:
        """What it stands for now; `None` before the first epoch, the result after the last one."""
        return self.reports[-1].architecture if self.reports else None

    @property
    def finalists(self) -> tuple[Architecture, ...]:
        """What is worth a full training, `architecture` first; none before the first epoch.

        `PerturbationSelection` names several, other methods one. Train them as trials of a search,
        `RandomSearch(first=relaxation.finalists)`, whose best is the result.
        """
        if self._learner is None or self.architecture is None:
            return tuple(filter(None, (self.architecture,)))
        return self._learner.finalists()

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the end if epochs take as long as so far; `None` before the first."""
        done = len(self.reports)
        return self.reports[-1].seconds / done * (self.epochs - done) if done else None

    @property
    def multiply_adds(self) -> float:
        """Multiply-adds so far, of gradients and measures; `scores` are among them."""
        return 0.0 if self._ground is None else self._ground.spent

    @property
    def cost(self) -> float:
        """What it has taken so far, in full trainings of the recipe, told by multiply-adds.

        A full training is the mean over a hundred architectures of the space. A gradient counts as
        three forward passes. `reports` tell the seconds.
        """
        if self._ground is None:
            return 0.0
        sizes = [self._ground.size(each) for each in self.space.sample(0, AVERAGED)]
        train, val = len(self._ground.train[1]), len(self._ground.val[1])
        pictures = self.recipe.epochs * (GRADIENT * train + val)
        return self.multiply_adds / (pictures * sum(sizes) / len(sizes))

    def run(self) -> Architecture:
        """Train to the end.

        Returns:
            The architecture that is found: train it as any other.

        Raises:
            TrainingError: If it was stopped, or the loss is no longer a finite number.
        """
        for _ in WaitingBar(self, total=self.epochs or None, desc="relaxation", unit="epoch"):
            pass
        if not self.is_finished or self.architecture is None:
            why = "was stopped" if self._stopping.is_set() else "had failed"
            raise TrainingError(
                f"expected {self.epochs} epochs, but the relaxation {why} after "
                f"{len(self.reports)}; its reports are kept, start another one for a result"
            )
        return self.architecture

    def scores(self, architectures: Sequence[Architecture]) -> tuple[float, ...]:
        """The measures of architectures with the weights that they inherit.

        None of them is trained: each takes a forward pass over the pictures that are held out, and
        one over some of those that are trained on, for the statistics of its normalisations.

        Args:
            architectures: Members of the space.

        Returns:
            The measure of each on the validation part, in its unit.

        Raises:
            ArchitectureError: If one is not of the space.
            TrainingError: If no epoch is done.
        """
        check_architectures(architectures=architectures)
        ground = self._begun()
        with self._within():
            return tuple(ground.inherited(each)[self.measure] for each in architectures)

    def network(self, architecture: Architecture) -> nn.Module:
        """The network of an architecture with the weights that it inherits, on the CPU.

        Args:
            architecture: A member of the space.

        Returns:
            What the recipe builds for it, for pictures as they are.

        Raises:
            ArchitectureError: If it is not of the space.
            TrainingError: If no epoch is done.
        """
        self._form.one_hot(ARCHITECTURE("architecture", architecture))
        ground = self._begun()
        built: Any = network_of(self.recipe, architecture, torch.Generator().manual_seed(0))
        ground.network.give(built[1])
        return built  # type: ignore[no-any-return]

    def _begun(self) -> Ground:
        if self._ground is None or not self.reports:
            raise TrainingError(
                "expected a relaxation with an epoch behind it, whose weights are inherited, got "
                f"{self!r}; run it first"
            )
        return self._ground
