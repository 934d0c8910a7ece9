"""Taking the best network of a search away, as files."""

from os import PathLike
from typing import Any

from nbnas.errors import ExportError
from nbnas.graphs.space import SearchSpace
from nbnas.records import Evaluation
from nbnas.search.shared import Shared
from nbnas.search.store.beside import of_final
from nbnas.search.strategies.strategy import Strategy
from nbnas.training.export.export import export
from nbnas.training.export.exported import Exported
from nbnas.training.run import Training
from nbnas.training.trainer import Trainer
from nbnas.waiting import watched


class Exporting(Shared):
    """The part of a search that writes its best network as files."""

    space: SearchSpace
    objective: Any
    strategy: Strategy

    def export(self, folder: str | PathLike[str], *, training: Training | None = None) -> Exported:
        """Write the incumbent's network as files that run without nbnas; see `nbnas.export`.

        Args:
            folder: A new or empty folder, or an earlier export, which is replaced.
            training: A finished training of the incumbent, whose network is taken. By default it
                is trained again, on training and validation part together, with checkpoints
                beside the store; where the trainer says `keep_weights`, the network of the trial
                itself is taken, which was trained on the training part, without another training.

        Returns:
            Where the files are and how good they are.

        Raises:
            ExportError: If no trial is completed, the objective is no `Trainer`, or the files
                cannot be written or do not give what the network gives.
            SearchError: If a run is under way.
        """
        self._course.check_mine("export the best network")
        best = self.observations.incumbent
        if best is None or best.value is None:
            raise ExportError("expected at least one completed trial; run the search first")
        number, measure = self.observations.evaluations.index(best) + 1, self.observations.measure
        found = (
            f"{self.strategy!r} in {self.space!r}, seed {self.seed}; trial {number} of "
            f"{len(self.observations)}: {measure.name} {measure.text(best.value)}"
        )
        trainer, place = trainer_of(self.objective), self._ledger.place(self._number(best), best)
        if training is None and place and trainer.keep_weights:
            training = kept_training(best, trainer, place)
        final = of_final(place) or None if training is None else None
        with watched(self):
            return export(best, trainer, folder, training=training, found=found, place=final)


def kept_training(best: Evaluation, trainer: Trainer, place: str) -> Training | None:
    """The training of a trial at its end, with the weights that were kept; `None` without them."""
    training = trainer.start(best.architecture, best.seed).keep(place)
    if not training.is_kept:
        return None
    training.run()
    return training


def trainer_of(objective: Any) -> Trainer:  # noqa: ANN401
    """The recipe by which an objective trains.

    Raises:
        ExportError: If it has none.
    """
    for trainer in (objective, getattr(objective, "trainer", None)):
        if isinstance(trainer, Trainer):
            return trainer
    raise ExportError(
        f"expected a Trainer as objective, or one that has a trainer, got "
        f"{type(objective).__name__}, which makes no network of nbnas; train the best one by "
        "nbnas.export(search.best, nbnas.Trainer(data), folder)"
    )
