"""What evaluations tell of several goals at once: the front, and how much it dominates.

Notation
    n, k       number of evaluations and of goals
"""

import math

import numpy as np
from numpy.typing import NDArray

from nbnas.records.evaluation import Evaluation
from nbnas.records.goals.goals import Goals
from nbnas.records.goals.pareto import hypervolume_trace, pareto, reference_point


class WithFront:
    """The part of `Observations` that is about several goals."""

    __slots__ = ()
    evaluations: tuple[Evaluation, ...]
    goals: Goals | None

    @property
    def _counted(self) -> NDArray[np.float64]:
        """What is maximised of each trial that counts `(n,)`, NaN for others."""
        raise NotImplementedError(f"expected {type(self).__name__} to tell what counts")

    @property
    def goal_gains(self) -> NDArray[np.float64]:
        """What is maximised of each goal `(n, k)`; NaN for what is failed, a look, or infeasible.

        Of a search for a good value alone, that is one column.
        """
        if self.goals is None:
            return self._counted[:, None]
        gains = self.goals.gains(self.evaluations)
        gains[np.isnan(gains).any(axis=1) | np.isnan(self._counted)] = math.nan
        return gains

    @property
    def front(self) -> tuple[Evaluation, ...]:
        """The Pareto set: the full feasible trials of which none is better in all goals at once.

        They are in the order of the last goal, the best of it first; of one goal, the incumbents.
        """
        gains = self.goal_gains
        found = np.flatnonzero(pareto(gains))
        order = found[np.argsort(-gains[found, -1], kind="stable")]
        return tuple(self.evaluations[i] for i in order)

    @property
    def reference(self) -> NDArray[np.float64] | None:
        """The point from which hypervolume is told, as gains `(k,)`: given, or BoTorch's rule.

        `None` while there is no front that tells it.
        """
        given = None if self.goals is None else self.goals.reference_gains
        if given is not None:
            return given
        gains = self.goal_gains
        gains = gains[pareto(gains)]
        return reference_point(gains) if len(gains) else None

    @property
    def hypervolumes(self) -> NDArray[np.float64]:
        """The hypervolume of the front after each trial `(n,)`, in the product of the units."""
        reference = self.reference
        if reference is None:
            return np.zeros(len(self.evaluations))
        return hypervolume_trace(self.goal_gains, reference)
