"""What acquisition functions offer that value what an evaluation tells, at any length of training.

Notation
    m, K+1     number of candidates, and of lengths of trainings, the full one last
"""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from torch import Tensor

from nbnas.graphs.architecture import Architecture
from nbnas.surrogate.acquisition.improvement import PosteriorAcquisition
from nbnas.surrogate.model import ModelPosterior


@runtime_checkable
class InformationAcquisition(PosteriorAcquisition, Protocol):
    """Values what a training tells of full results, which may be a look of few epochs."""

    def by_level(
        self,
        posterior: ModelPosterior,
        candidates: Sequence[Architecture],
        rng: np.random.Generator,
    ) -> Tensor:
        """Logarithms of the value of each length `(K+1, m)`, the shortest first, costs aside."""
