"""The part of a search that counts what its trials cost, and ends with its budget."""

import math
from typing import Any

from nbnas.checks import real, whole
from nbnas.errors import SettingError
from nbnas.records import Proposal
from nbnas.search.fidelities.costs import cost_of_next, costs, full_epochs
from nbnas.search.shared import Shared
from nbnas.search.trial import Spent

_COST, _EPOCHS = real(above=0).optional, whole(1).optional
ROUNDING = 1e-9  # full trainings


class Spending(Shared):
    """Counts costs in full trainings; what the store holds counts, too."""

    objective: Any

    @property
    def spent(self) -> float:
        """What all finished trials took together, in full trainings."""
        return math.fsum(costs(self.objective, self.observations))

    def _cost(self, cost: float | None, epochs: int | None) -> float:
        """What a run may cost, in full trainings; infinite where nothing is said.

        Raises:
            SettingError: If a number is not above 0, both are given, or epochs are, and the
                objective does not tell how many a full training has.
        """
        cost, epochs = _COST("cost", cost), _EPOCHS("epochs", epochs)
        if cost is not None and epochs is not None:
            raise SettingError(f"expected cost or epochs, not both, got {cost=} and {epochs=}")
        if epochs is not None:
            return epochs / full_epochs(self.objective)
        return math.inf if cost is None else cost

    def _check_budget(self, proposal: Proposal) -> None:
        if not self._driven or self.budget == math.inf:
            return
        beside = (
            cost_of_next(self.objective, self.observations, claim.architecture, claim.epochs)
            for claim in self.under_way
        )
        architecture, epochs = self._pending[0], proposal.epochs
        coming = cost_of_next(self.objective, self.observations, architecture, epochs)
        total = math.fsum((self.spent, *beside, coming))
        if total > self.budget + ROUNDING:
            raise Spent(
                f"expected to spend at most {self.budget:g} full trainings; with trial "
                f"{proposal.number + 1} they would be {total:.4g}, and it waits"
            )
