"""What a strategy offers: the protocol that every strategy follows."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np

from nbnas.errors import SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.records import Measure, Observations, Proposal


@runtime_checkable
class Strategy(Protocol):
    """Chooses what to evaluate next. Stateless: the same arguments give the same proposal.

    So a search that was killed goes on exactly where it was. Implementations are frozen values.
    A strategy that does not serve every measure offers `check_measure(measure)`, which raises.
    """

    def propose(
        self,
        space: SearchSpace,
        observations: Observations,
        pending: Sequence[Architecture],
        n: int,
        rng: np.random.Generator,
    ) -> Proposal:
        """Propose architectures to evaluate.

        Args:
            space: The search space.
            observations: The evaluations so far, in order.
            pending: What is being evaluated right now.
            n: How many to propose, at least 1.
            rng: The only source of randomness.

        Returns:
            A proposal of up to `n` different new architectures; none where the space is used up.
        """


def check_suits(strategy: object, measure: Measure) -> None:
    """Check that a strategy can work with a measure.

    Raises:
        SettingError: If it is no strategy, such as its class, or does not serve this measure.
    """
    if isinstance(strategy, type) or not isinstance(strategy, Strategy):
        raise SettingError(
            "expected a strategy such as nbnas.BayesianOptimization() or nbnas.RandomSearch(), "
            f"got {strategy!r:.100}"
        )
    check = getattr(strategy, "check_measure", None)
    if check is not None:
        check(measure)
