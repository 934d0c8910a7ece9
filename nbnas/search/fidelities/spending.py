"""The part of a search that counts what its trials cost, and ends with its budget."""

import math
from typing import Any

from nbnas.checks import real, whole
from nbnas.errors import SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.records import Proposal
from nbnas.records.fidelities import ROUNDING
from nbnas.search.fidelities.costs import Tally, full_epochs
from nbnas.search.shared import Shared
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.search.strategies.fidelities.stage import least_cost
from nbnas.search.trial import Spent

_COST, _EPOCHS = real(above=0).optional, whole(1).optional


class Spending(Shared):
    """Counts costs in full trainings; what the store holds counts, too."""

    objective: Any
    strategy: Any
    _tally: Tally | None = None

    @property
    def costs(self) -> tuple[float, ...]:
        """What each finished trial took, in full trainings."""
        return self._counted.costs(self.observations)

    @property
    def spent(self) -> float:
        """What all finished trials took together, in full trainings."""
        return math.fsum(self.costs)

    @property
    def reached(self) -> tuple[float, float] | None:
        """How far the current or last run is, and what it aims at: in cost, or else in trials.

        `None` where nothing but time limits it.
        """
        if self.budget != math.inf:
            return self.spent, self.budget
        return None if self.target is None else (float(len(self.observations)), self.target)

    @property
    def spent_with_next(self) -> float | None:
        """What all will have taken with what is under way and what was proposed and waits.

        `None` where nothing waits.
        """
        if not self._pending or self.proposal is None:
            return None
        coming = [(claim.architecture, claim.epochs) for claim in self.under_way]
        coming.append((self._pending[0], self.proposal.epochs))
        return math.fsum((self.spent, *(self.cost_of(*each) for each in coming)))

    def cost_of(self, architecture: Architecture, epochs: int | None = None) -> float:
        """What one more training will take, in full ones; only its rest where it goes on.

        Args:
            architecture: What is trained.
            epochs: How far; `None` for a full training.
        """
        return self._counted.next(self.observations, architecture, epochs)

    @property
    def _counted(self) -> Tally:
        if self._tally is None or self._tally.objective is not self.objective:
            self._tally = Tally(self.objective)
        return self._tally

    def _cost(self, cost: float | None, epochs: int | None) -> float:
        """What a run may cost, in full trainings; infinite where nothing is said.

        Raises:
            SettingError: If a number is not above 0, both are given, or epochs are, and the
                objective does not tell how many a full training has; or it is not enough for a
                single full training after the looks that come before.
        """
        allowed = self._allowed(cost, epochs)
        self._check_enough(allowed)
        return allowed

    def _allowed(self, cost: float | None, epochs: int | None) -> float:
        """A limit of costs in full trainings; infinite where nothing is said."""
        cost, epochs = _COST("cost", cost), _EPOCHS("epochs", epochs)
        if cost is not None and epochs is not None:
            raise SettingError(f"expected cost or epochs, not both, got {cost=} and {epochs=}")
        if epochs is not None:
            cost = epochs / full_epochs(self.objective)
        return math.inf if cost is None else cost

    def _check_enough(self, cost: float) -> None:
        looking = isinstance(self.strategy, BayesianOptimization) and self.strategy.fidelities
        if not looking or self.observations.full.completed:
            return
        least = least_cost(looking, self.strategy.initial)
        if cost < least - ROUNDING:
            raise SettingError(
                f"expected at least {least:g} full trainings with {type(self.strategy).__name__} "
                f"and fidelities={looking!r}, as looks come first and cost {least - 1:g}, got "
                f"{cost:g}; allow more, or look for fewer epochs, or at fewer (initial=)"
            )

    def _check_budget(self, proposal: Proposal) -> None:
        if not self._driven or self.budget == math.inf:
            return
        total = self.spent_with_next
        if total is not None and total > self.budget + ROUNDING:
            raise Spent(
                f"expected to spend at most {self.budget:g} full trainings; with trial "
                f"{proposal.number + 1} they would be {total:.4g}, and it waits"
            )
