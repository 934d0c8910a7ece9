"""ParEGO: one goal made of several by random weights, another one in each trial."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from nbnas.checks import real, settle
from nbnas.records.goals.scalarization import RHO
from nbnas.surrogate.acquisition.improvement import log_expected_improvement


@dataclass(frozen=True, slots=True)
class ParEgo:
    """log EI of a scalarization of all goals, with weights that are drawn anew for each trial.

    The simple way to several goals: one model, of the augmented Chebyshev scalarization of what
    was seen. Expected hypervolume improvement, which is taken without it, has a model of each
    measure that is not known. With one goal it is log EI.

    Args:
        rho: How much the sum of the goals counts beside the worst one, at least 0.

    Raises:
        SettingError: If it is no such number.

    References:
        Knowles, ParEGO: a hybrid algorithm with on-line landscape approximation for expensive
        multiobjective optimization problems, IEEE Trans. Evol. Comput. 10, 2006.
    """

    rho: float = RHO
    in_logs: ClassVar[bool] = True

    def __post_init__(self) -> None:
        settle(self, rho=real(0))

    def __call__(self, mean: Tensor, stddev: Tensor, best: float) -> Tensor:
        """Scores `(m,)` of the scalarization."""
        return log_expected_improvement(mean, stddev, best)
