"""What an objective offers of fidelities, and what evaluations cost.

Notation
    cost       what an evaluation takes, in full trainings; where a training goes on from a shorter
               one of the same architecture, only the rest of it
"""

import threading
from collections.abc import Iterable

from nbnas.checks import REAL
from nbnas.errors import SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.records import Evaluation, Fidelities
from nbnas.records.fidelities import FIDELITIES
from nbnas.search.objective import planned


def fidelities_of(objective: object) -> Fidelities | None:
    """The lengths of training that an objective offers; `None` where there are only full ones.

    Raises:
        SettingError: If it offers something else as `fidelities`.
    """
    return FIDELITIES.optional("objective.fidelities", getattr(objective, "fidelities", None))


def check_fidelities(strategy: object, objective: object) -> None:
    """Check that an objective has the fidelities that a strategy asks for.

    Raises:
        SettingError: If it has others, or none.
    """
    asked, offered = getattr(strategy, "fidelities", None), fidelities_of(objective)
    if asked is None or asked == offered:
        return
    name = type(objective).__name__
    what = "none" if offered is None else repr(offered)
    do = "strategy without fidelities" if offered is None else "strategy fidelities=" + what
    raise SettingError(
        f"expected an objective with the strategy's fidelities, {asked!r}, but {name} offers "
        f"{what}; give the {do}, or the objective the ones that are meant"
    )


def costs(objective: object, evaluations: Iterable[Evaluation]) -> tuple[float, ...]:
    """What each of some evaluations took, in full trainings and in their order.

    Args:
        objective: What made them. Where it has a method `cost(architecture, epochs)`, that says
            what a training costs from its beginning; else that goes by its epochs.
        evaluations: All of a search, or the first of them.
    """
    return Tally(objective).costs(evaluations)


def cost_of_next(
    objective: object,
    evaluations: Iterable[Evaluation],
    architecture: Architecture,
    epochs: int | None,
) -> float:
    """What one more evaluation will take after some others, in full trainings."""
    return Tally(objective).next(evaluations, architecture, epochs)


class Tally:
    """Counts what evaluations took while there come more: each of them once, as each round asks.

    It may be asked from any thread.

    Args:
        objective: What makes them, see `costs`.

    Attributes:
        objective: The same.
    """

    def __init__(self, objective: object) -> None:
        self.objective = objective
        self._turn = threading.Lock()
        self._begin()

    def costs(self, evaluations: Iterable[Evaluation]) -> tuple[float, ...]:
        """What each of some evaluations took, in full trainings and in their order.

        Args:
            evaluations: All of a search, or the first of them.
        """
        with self._turn:
            self._count(tuple(evaluations))
            return tuple(self._costs)

    def next(
        self, evaluations: Iterable[Evaluation], architecture: Architecture, epochs: int | None
    ) -> float:
        """What one more evaluation will take after some others, in full trainings."""
        with self._turn:
            self._count(tuple(evaluations))
            return _cost(self.objective, architecture, epochs, self._reached)

    def _begin(self) -> None:
        self._seen: tuple[Evaluation, ...] = ()
        self._costs: list[float] = []
        self._reached: dict[Architecture, int | None] = {}

    def _count(self, evaluations: tuple[Evaluation, ...]) -> None:
        known = len(self._seen)
        if evaluations[:known] != self._seen:  # mostly the same objects, which is quick to see
            self._begin()
            known = 0
        for evaluation in evaluations[known:]:
            architecture, epochs = evaluation.architecture, evaluation.epochs
            self._costs.append(_cost(self.objective, architecture, epochs, self._reached))
            if self._reached.get(architecture, 0) is not None:
                self._reached[architecture] = epochs
        self._seen = evaluations


def full_epochs(objective: object) -> int:
    """The epochs of a full training.

    Raises:
        SettingError: If the objective does not tell.
    """
    fidelities = fidelities_of(objective)
    epochs = planned(objective) if fidelities is None else fidelities.full
    if epochs is None:
        raise SettingError(
            f"expected an objective that tells its epochs, got {type(objective).__name__}, which "
            "does not; give it an attribute epochs, or limit the search by cost= or trials="
        )
    return epochs


def _cost(
    objective: object,
    architecture: Architecture,
    epochs: int | None,
    reached: dict[Architecture, int | None],
) -> float:
    fidelities, own = fidelities_of(objective), getattr(objective, "cost", None)
    if fidelities is None:
        return 1.0
    before = reached.get(architecture) if fidelities.continued else None
    if not callable(own):
        return fidelities.cost(epochs, min(before or 0, fidelities.check(epochs)))
    spared = own(architecture, before) if before else 0.0
    return max(REAL("cost", own(architecture, epochs)) - spared, 0.0)
