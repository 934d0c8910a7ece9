"""An objective that trains every architecture several times, and gives the mean.

The noise of a mean of three trainings is that of one, divided by the square root of three; and the
same seeds each time make it a function, so that a table of all architectures knows what it gives.
"""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, Self

import numpy as np

from nbnas.checks import SEED, each, instance, settle, whole
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SPACE
from nbnas.records import EpochReport, Evaluation, Fidelities, Measure, MeasuredBy, TimeEstimate
from nbnas.training.checkpoints.keeper import NOWHERE, Keeper, key_of
from nbnas.training.data.image_data import ImageData
from nbnas.training.device import cpu_threads
from nbnas.training.following.follow import check_followed, following
from nbnas.training.groups import mean_figures, mean_report
from nbnas.training.known.size import known_size
from nbnas.training.lengths import continues, of_length
from nbnas.training.live import LiveTraining
from nbnas.training.rehearsal.rehearsal import time_trainings
from nbnas.training.seeds import SeedTrainings, check_seeds, train_seeds
from nbnas.training.trainer import Trainer
from nbnas.undisturbed import undisturbed


@dataclass(frozen=True, slots=True)
class RepeatedTrainer:
    """The mean measure on validation over several seeds, trained side by side on the CPU.

    It has no checkpoints, being made for small networks: a trial that is ended begins anew. Only a
    look leaves one at its end, where the trainer's `fidelities` are continued.

    Attributes:
        trainer: The recipe; see `nbnas.training.seeds.check_seeds`.
        seeds: The seeds of initial weights and order of the images. They are the same for every
            architecture, so the same architecture gets the same value again, up to rounding.
        representative: Gives what is trained in an architecture's place, such as the first of
            those that count as one; `None` for the architecture itself.

    Raises:
        SettingError: If a seed is missing or no whole number, or the recipe has what belongs to
            trainings that are alone.

    Example:
        >>> from nbnas.graphs.spaces.cell import CellSpace
        >>> from nbnas.training.data.images import digits
        >>> objective = RepeatedTrainer(Trainer(digits(), epochs=1, channels=3), seeds=(0, 1))
        >>> objective(CellSpace().sample(0, 1)[0]).status
        'completed'
    """

    trainer: Trainer
    seeds: tuple[int, ...] = (0, 1, 2)
    representative: Callable[[Architecture], Architecture] | None = None

    def __post_init__(self) -> None:
        settle(self, trainer=instance(Trainer, "Trainer(digits())"), seeds=each(SEED))
        check_seeds(self.trainer, self.seeds)

    @property
    def data(self) -> ImageData:
        """The images."""
        return self.trainer.pictures

    @property
    def measure(self) -> Measure:
        """What the values are: that of the trainer."""
        return self.trainer.measure

    @property
    def fidelities(self) -> Fidelities | None:
        """How far trainings may go: as far as those of the trainer."""
        return self.trainer.fidelities

    def for_space(self, space: Any) -> "RepeatedTrainer":  # noqa: ANN401
        """The trainer that knows a space's own operations; see `Trainer.for_space`."""
        trainer = self.trainer.for_space(space)
        check_followed(trainer, space, lambda each: check_seeds(each, self.seeds))
        return dataclasses.replace(self, trainer=trainer)

    def own_settings(self, space: Any) -> tuple[tuple[str, Any], ...]:  # noqa: ANN401
        """The trainer's own values of the settings of a space, see `Trainer.own_settings`."""
        return self.trainer.own_settings(space)

    def estimate(self, space: Any, trials: int = 1, seed: int = 0) -> TimeEstimate:  # noqa: ANN401
        """How long trials of a search will take, see `Trainer.estimate`; of the processor."""
        SPACE("space", space), whole(0)("trials", trials), SEED("seed", seed)
        known = self.for_space(space)

        def start(short: Trainer, architecture: Architecture) -> LiveTraining:
            return dataclasses.replace(known, trainer=short).start(architecture.bare, seed)

        return time_trainings(known.trainer, start, space, trials, seed)

    def start(
        self, architecture: Architecture, seed: int = 0, *, epochs: int | None = None
    ) -> "RepeatedTraining":
        """Prepare the live trainings of an architecture; iterate or run them to train.

        Args:
            architecture: A cell with operations on its edges, or a genotype.
            seed: What the evaluation says of its seed; it decides nothing.
            epochs: How far they go, one of `fidelities`; `None` for full trainings.

        Returns:
            The trainings as one, whose reports are means, before the first epoch.

        Raises:
            ArchitectureError: If the architecture has an unknown operation.
            SettingError: If there is no such length.
        """
        recipe, look = of_length(following(self.trainer, architecture), epochs)
        trainings = SeedTrainings(recipe, self._trained(architecture), self.seeds)
        return RepeatedTraining(trainings, architecture, seed, look)

    def __call__(
        self, architecture: Architecture, seed: int = 0, epochs: int | None = None
    ) -> Evaluation:
        """Train, and return the evaluation with the mean measure on validation; see `start`."""
        return self.start(architecture, seed, epochs=epochs).run()

    def test(self, architecture: Architecture, seed: int = 0) -> float:
        """Train again, and return the mean measure of these networks on the test part."""
        recipe = following(self.trainer, architecture)
        found = train_seeds(recipe, self._trained(architecture), self.seeds)
        return float(np.mean([each.test for each in found]))

    def known(self, measure: Measure) -> MeasuredBy | None:
        """What tells a measure without training, see `Trainer.known`."""
        return known_size(self.trainer, measure, self.representative)

    def fingerprint(self) -> dict[str, str]:
        """Everything that changes results, by name."""
        chosen = self.representative
        name = "itself" if chosen is None else getattr(chosen, "__qualname__", repr(chosen))
        seeds = str(list(self.seeds))
        return {**self.trainer.fingerprint(), "seeds": seeds, "representative": name}

    def _trained(self, architecture: Architecture) -> Architecture:
        graph = architecture.bare
        return graph if self.representative is None else self.representative(graph)


class RepeatedTraining(LiveTraining):
    """Trainings that differ in their seeds, as one; see `LiveTraining`.

    Its reports are means over the seeds; their seconds are those of the processor, of all
    trainings together.

    Args:
        trainings: The trainings, before their first epoch.
        architecture: What the evaluation says was trained.
        seed: What the evaluation says of its seed.
        look: After how many epochs they end, where that is only a look.
    """

    def __init__(
        self,
        trainings: SeedTrainings,
        architecture: Architecture,
        seed: int,
        look: int | None = None,
    ) -> None:
        super().__init__(architecture, seed, look or trainings.trainer.epochs)
        self.look = look
        self.measure = trainings.trainer.measure
        self._trainings, self._keeper = trainings, NOWHERE
        self._figures: dict[str, float] = {}
        self._sizes, self._started = (0, 0), 0.0
        self._before = 0.0  # seconds of the shorter ones it goes on from

    def keep(self, place: str | PathLike[str], attempt: int = 1) -> Self:
        """Keep a checkpoint at the end of a look, and go on from that of a shorter one.

        Args:
            place: The path of its file, without the end.
            attempt: Which try of its trial this is, from 1.

        Returns:
            The training itself.
        """
        super().keep(place, attempt)
        trainer, seeds = self._trainings.trainer, list(self._trainings.seeds)
        if continues(trainer):
            own = key_of(trainer, self._trainings.architecture, self.seed, final=False)
            key = {**own, "seeds": seeds}
            self._keeper = Keeper(key, Path(place).absolute(), trainer.checkpoint_minutes, attempt)
        return self

    def _rounds(self) -> Iterator[EpochReport]:
        found: list[Mapping[str, Any]] = []
        self._keeper.resume(lambda state: found.append(self._taken(state)))
        epochs = self._trainings.epochs(found[0]["now"] if found else None)
        while len(self.reports) < self.epochs and (made := self._next(epochs)) is not None:
            yield dataclasses.replace(mean_report(made), epochs=self.epochs)
        if self.evaluation is None and self.reports:  # it had come to its end before
            self.evaluation = self._conclude()

    def _taken(self, state: Mapping[str, Any]) -> Mapping[str, Any]:
        """Be as far as the end of a look; its state.

        Raises:
            ValueError: If it was a longer one.
        """
        reports = tuple(
            EpochReport(**{**each, "epochs": self.epochs}) for each in state["reports"]
        )
        if len(reports) > self.epochs:
            raise ValueError(f"it is of a training of more than {self.epochs} epochs")
        if len(reports) == self.epochs:
            self._before, self._started = float(state["before"]), float(state["started"])
        else:
            self._before = reports[-1].seconds
        self._figures, self._sizes = dict(state["figures"]), tuple(state["sizes"])
        self.reports = reports
        return state

    def _state(self) -> dict[str, Any]:
        """All that a longer training needs to go on, as plain values and tensors."""
        return {
            "now": self._trainings.now,
            "reports": [each.kept for each in self.reports],
            "figures": self._figures,
            "sizes": list(self._sizes),
            "before": self._before,
            "started": self._trainings.started,
        }

    def _next(self, epochs: Iterator[tuple[EpochReport, ...]]) -> tuple[EpochReport, ...] | None:
        """The next epoch's reports, computed with the recipe's number of threads."""
        with undisturbed(dtype=False), cpu_threads(self._trainings.trainer.threads):
            return next(epochs, None)

    def _conclude(self) -> Evaluation:
        if self._trainings.now:  # else it has computed nothing
            self._figures = mean_figures(self._trainings.held)
            self._sizes = self._trainings.sizes
        if self.look is not None and self._trainings.now:
            self._keeper.write(self._state())
        parameters, multiply_adds = self._sizes
        return Evaluation(
            self.architecture,
            value=self.reports[-1].measured,
            seconds=self.reports[-1].seconds - self._before,
            seed=self.seed,
            parameters=parameters,
            multiply_adds=multiply_adds,
            started=self._trainings.started or self._started,
            reports=self.reports,
            measured=self._figures,
            epochs=self.look,
        )
