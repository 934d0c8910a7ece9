"""What a strategy offers: the protocol that every strategy follows."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.records import Observations, Proposal


@runtime_checkable
class Strategy(Protocol):
    """Chooses what to evaluate next. Stateless: the same arguments give the same proposal.

    So a search that was killed goes on exactly where it was. Implementations are frozen values.
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
