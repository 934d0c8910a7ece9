"""What a search ends with: its best scored on test data, and that network as files."""

from dataclasses import replace
from os import PathLike
from typing import Any

from nbnas.errors import ExportError, SearchError
from nbnas.graphs.space import SearchSpace
from nbnas.records import Evaluation, Measure
from nbnas.records.evaluation import EVALUATION
from nbnas.search.fidelities.continuing import Continuing
from nbnas.search.objective import on_test_data
from nbnas.search.store.beside import of_final
from nbnas.search.store.store import Store
from nbnas.search.strategies.strategy import Strategy
from nbnas.training.export.export import export
from nbnas.training.export.exported import Exported
from nbnas.training.run import Training
from nbnas.training.trainer import Trainer
from nbnas.waiting import watched


class Finishing(Continuing):
    """The part of a search that scores its best network at the end, and writes it as files."""

    space: SearchSpace
    objective: Any
    strategy: Strategy
    store: Store | None
    study: str
    measure: Measure

    def finish(self) -> Evaluation:
        """Score the incumbent on held-out test data, once; the store remembers it.

        A `Trainer` trains it again on training and validation data together for that, with
        checkpoints beside the store. Those that trainings could go on from are removed then.

        Returns:
            The incumbent's evaluation with its `test` value.

        Raises:
            SearchError: If no trial is completed, the objective knows no test data, or a run is
                under way.
        """
        self._course.check_mine("finish the search")
        best = self.best
        if best is None:
            raise SearchError("expected at least one completed trial; run the search first")
        if best.test is not None:
            self._clear_all()
            return best
        with watched(self):
            place = of_final(self._ledger.place(self._number(best), best))
            tested = on_test_data(self.objective, self.measure, best, place)
        self._clear_all()
        if self.store is not None and tested.test is not None:
            self.store.set_test(self.study, self._number(best), tested.test)
        trials = list(self.observations)
        trials[trials.index(best)] = tested
        self.observations = replace(self.observations, evaluations=tuple(trials))
        return tested

    def export(
        self,
        folder: str | PathLike[str],
        *,
        training: Training | None = None,
        evaluation: Evaluation | None = None,
    ) -> Exported:
        """Write the network of a trial as files that run without nbnas; see `nbnas.export`.

        Args:
            folder: A new or empty folder, or an earlier export, which is replaced.
            training: A finished training of its architecture, whose network is taken. By default
                it is trained again, on training and validation part together, with checkpoints
                beside the store; where the trainer says `keep_weights`, the network of the trial
                itself is taken, which was trained on the training part, without another training.
            evaluation: The trial, such as one of `front`; by default the incumbent.

        Returns:
            Where the files are and how good they are.

        Raises:
            ExportError: If no trial is completed, it is none of this search, the objective is no
                `Trainer`, or the files cannot be written or do not give what the network gives.
            SearchError: If a run is under way.
        """
        self._course.check_mine("export the best network")
        best = self._taken(evaluation)
        found = self._found(best)
        trainer, place = trainer_of(self.objective), self._ledger.place(self._number(best), best)
        if training is None and place and trainer.keep_weights:
            training = kept_training(best, trainer, place)
        final = of_final(place) or None if training is None else None
        with watched(self):
            return export(best, trainer, folder, training=training, found=found, place=final)

    def _taken(self, evaluation: Evaluation | None) -> Evaluation:
        """The trial to export: the incumbent, or a completed full one that is chosen."""
        best = self.observations.incumbent
        if evaluation is not None:
            chosen = EVALUATION("evaluation", evaluation)
            best = chosen if chosen in self.observations.full.completed else None
            if best is None:
                raise ExportError(
                    f"expected a completed full training of this search, got {evaluation!r}; "
                    "take one of search.front"
                )
        if best is None or best.value is None:
            raise ExportError("expected at least one completed trial; run the search first")
        return best

    def _found(self, best: Evaluation) -> str:
        """How a trial was found, for the card."""
        seen, value = self.observations, best.value
        number = seen.evaluations.index(best) + 1
        told = [] if value is None else [f"{seen.measure.name} {seen.measure.text(value)}"]
        goals = seen.goals
        if goals is not None:
            values = ((m, goals.value_of(best, m)) for m in goals.measures[1:])
            told += [f"{measure.name} {measure.text(value)}" for measure, value in values]
        return (
            f"{self.strategy!r} in {self.space!r}, seed {self.seed}; trial {number} of "
            f"{len(seen)}: {', '.join(told)}"
        )


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
