"""A training that keeps how far it is: it goes on after whatever has ended it or its process.

A look whose trainings are continued leaves a checkpoint at its end, and a longer training of the
same architecture and seed goes on from there.

Notation
    length    after how many epochs a training ends: all of the recipe's, or those of a look
    before    seconds of the shorter trainings that this one goes on from
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any, Self

from nbnas.checks import FLAG, instance, whole
from nbnas.errors import TrainingError
from nbnas.graphs.architecture import Architecture
from nbnas.records import EpochReport
from nbnas.training.checkpoints.keeper import NOWHERE, Keeper, key_of
from nbnas.training.checkpoints.progress import Progress
from nbnas.training.lengths import continues
from nbnas.training.live import LiveTraining
from nbnas.training.measure import Figures
from nbnas.training.recipe import Recipe

_RECIPE = instance(Recipe, "Trainer(digits())")


class KeptTraining(LiveTraining):
    """The part of a training that has checkpoints; whoever inherits computes the epochs.

    Args:
        trainer: The recipe.
        architecture: What is trained.
        seed: Seed of all that is random.
        final: Whether the validation part is trained on, too.
        look: After how many epochs it ends, where it is only a look; `None` for a full training.
    """

    def __init__(
        self,
        trainer: Recipe,
        architecture: Architecture,
        seed: int,
        *,
        final: bool,
        look: int | None = None,
    ) -> None:
        self.trainer = trainer = _RECIPE("trainer", trainer)
        self.look = whole(1, trainer.epochs).optional("look", look)
        super().__init__(architecture, seed, self.look or trainer.epochs)
        self.final = FLAG("final", final)
        self.measure = trainer.measure
        self._figures: Figures = {}
        self._started = self._before = 0.0
        self._plateau = False  # whether it has ended there, so that a longer one would have, too
        self._keeper = NOWHERE
        self._now: Progress | None = None  # while it is under way

    def keep(self, place: str | PathLike[str], attempt: int = 1) -> Self:
        """Keep checkpoints, and go on from the one that is there, if it is of this very training.

        All that decides the numbers has to be the same: architecture, seed, recipe, and the name
        of the place. On the CPU the result then is that of a training that nothing has ended, to
        the last bit. A checkpoint that is damaged is ignored, with a warning.

        Args:
            place: The path of its files, without their ends: `place.checkpoint` is written every
                `checkpoint_minutes` of the recipe, and `place.weights` at the end, if the recipe
                says `keep_weights`. Their folder is made, in one that exists.
            attempt: Which try of its trial this is, from 1.

        Returns:
            The training itself.

        Raises:
            SettingError: If the place is no path, or the attempt no number from 1.
            TrainingError: If the training has begun.
        """
        super().keep(place, attempt)
        if self._started:
            raise TrainingError("expected keep() before the first epoch, which has begun")
        key = key_of(self.trainer, self.architecture, self.seed, final=self.final)
        minutes = self.trainer.checkpoint_minutes
        self._keeper = Keeper(key, Path(place).absolute(), minutes, attempt)
        return self

    def checkpoint(self) -> None:
        """Write a checkpoint now, between two epochs, if it keeps any and is under way."""
        if self._now is not None and self.evaluation is None:
            self._keeper.write(self._state(self._now, self.reports))

    @property
    def is_kept(self) -> bool:
        """Whether its place has the weights after its end, so that nothing is left to train."""
        return self._keeper.ended

    @property
    def is_trained(self) -> bool:
        """Whether the last epoch is done: of those that are planned, or on a plateau."""
        return _are_all(self.reports)

    def _resume(self, now: Progress) -> None:
        """Begin, or be as far as what was kept tells."""

        def take(state: Mapping[str, Any]) -> None:
            reports = tuple(EpochReport(**each) for each in state["reports"])
            measures = {each.name: each for each in self.trainer.measures}
            figures = {measures[name]: value for name, value in state["figures"].items()}
            if continues(self.trainer):
                reports = self._lengthened(reports, state)
            now.resume(state)
            self.reports, self._started, self._figures = reports, state["started"], figures
            if continues(self.trainer):
                self._go_on(state)

        self._now = now
        self._keeper.resume(take)

    def _save(self, now: Progress, reports: Sequence[EpochReport]) -> None:
        """Write a checkpoint if it is time; after the last epoch the weights, if they are kept.

        After the last epoch of a look that others go on from it is always time.
        """
        if _are_all(reports) and self.look is not None and continues(self.trainer):
            self._keeper.write(self._state(now, reports))
        elif _are_all(reports) and self.trainer.keep_weights:
            self._keeper.write_weights(self._state(now, reports))
        elif self._keeper.due:
            self._keeper.write(self._state(now, reports))

    def _state(self, now: Progress, reports: Sequence[EpochReport]) -> dict[str, Any]:
        """All that it needs to go on, as plain values and tensors."""
        return {
            **now.state(),
            "reports": [each.kept for each in reports],
            "figures": {each.name: value for each, value in self._figures.items()},
            "started": self._started,
            **(self._of_length() if continues(self.trainer) else {}),
        }

    def _of_length(self) -> dict[str, Any]:
        """What a longer training has to know of this one."""
        return {"length": self.epochs, "before": self._before, "plateau": self._plateau}

    def _counted(self, report: EpochReport) -> EpochReport:
        """The report of an epoch by the recipe, as one of a training of this length."""
        self._plateau = report.epochs < self.trainer.epochs
        return report if self._plateau else replace(report, epochs=self.epochs)

    def _lengthened(
        self, reports: tuple[EpochReport, ...], state: Mapping[str, Any]
    ) -> tuple[EpochReport, ...]:
        """The reports of a checkpoint, as those of a training of this length.

        Raises:
            ValueError: If it has come further.
        """
        if (state["epoch"], state["batch"] > 0) > (self.epochs, False):
            raise ValueError(f"it is of a training of more than {self.epochs} epochs")
        ended = reports[-1:] if state["plateau"] else ()
        going = reports[: len(reports) - len(ended)]
        return (*(replace(each, epochs=self.epochs) for each in going), *ended)

    def _go_on(self, state: Mapping[str, Any]) -> None:
        """Go on from a checkpoint of this training, or of a shorter one that counts for itself."""
        self._plateau = bool(state["plateau"])
        if state["length"] == self.epochs:
            self._before = float(state["before"])
        else:
            self._before, self._started = float(state["seconds"]), time.time()


def _are_all(reports: Sequence[EpochReport]) -> bool:
    """Whether reports are those of all epochs of a training."""
    return bool(reports) and reports[-1].epoch == reports[-1].epochs
