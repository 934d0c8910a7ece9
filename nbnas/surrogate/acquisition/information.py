"""What acquisition functions offer that value what an evaluation tells, at any length of training.

Notation
    m, K+1     number of candidates, and of lengths of trainings, the full one last
"""

from collections.abc import Sequence
from typing import ClassVar, Protocol, runtime_checkable

import numpy as np
from torch import Tensor

from nbnas.graphs.architecture import Architecture, check_architectures
from nbnas.surrogate.acquisition.improvement import PosteriorAcquisition
from nbnas.surrogate.model import ModelPosterior, check_scored
from nbnas.surrogate.process.joint import Level, joined


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


class ByLevel:
    """An acquisition function that values any length; a subclass gives `_values` of some."""

    __slots__ = ()
    in_logs: ClassVar[bool] = True

    def score(
        self,
        posterior: ModelPosterior,
        candidates: Sequence[Architecture],
        rng: np.random.Generator,
    ) -> Tensor:
        """Scores `(m,)` of full trainings, logarithms.

        Raises:
            SettingError: If the model is no Gaussian process.
        """
        return self._checked(posterior, candidates, rng, slice(-1, None))[0]

    def by_level(
        self,
        posterior: ModelPosterior,
        candidates: Sequence[Architecture],
        rng: np.random.Generator,
    ) -> Tensor:
        """Scores `(K+1, m)` of each length, logarithms, the shortest first.

        Raises:
            SettingError: If the model is no Gaussian process.
        """
        return self._checked(posterior, candidates, rng, slice(None))

    def _checked(
        self,
        posterior: ModelPosterior,
        candidates: Sequence[Architecture],
        rng: np.random.Generator,
        which: slice,
    ) -> Tensor:
        rng = check_scored(posterior, rng)
        check_architectures(candidates=candidates)
        return self._values(joined(posterior)[which], candidates, rng)

    def _values(
        self, levels: Sequence[Level], candidates: Sequence[Architecture], rng: np.random.Generator
    ) -> Tensor:
        """Logarithms `(levels, m)` of the value of each length, the full one last."""
        raise NotImplementedError(f"expected {type(self).__name__} to define _values")
