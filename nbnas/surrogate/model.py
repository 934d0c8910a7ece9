"""What a model of the measure offers the search and the views: one pair of protocols.

`GaussianProcess` and `Posterior` follow them, and so do `Ensemble` and `EnsemblePosterior`.

Notation
    n, m       number of observations and of candidates
    z          warped values `(n,)`; the model lives on their scale
    μ, σ       mean and standard deviation at the candidates, in warped units, `(m,)` each
"""

from collections.abc import Hashable, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from numpy.typing import NDArray

from nbnas.checks import Rule, offering
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import Randomness, generator
from nbnas.records import Observations
from nbnas.surrogate.leave_one_out import LeaveOneOut
from nbnas.surrogate.warp import FittedWarp

Array = NDArray[np.float64]


@runtime_checkable
class ModelPosterior(Protocol):
    """What a model says after observations. Implementations are frozen values."""

    @property
    def observations(self) -> Observations:
        """What the model was conditioned on."""

    @property
    def warp(self) -> FittedWarp:
        """The warp, fitted to these observations."""

    @property
    def z(self) -> Array:
        """Warped values `(n,)`."""

    def latent(self, architectures: Sequence[Architecture]) -> tuple[torch.Tensor, torch.Tensor]:
        """μ and σ `(m,)` in float64 and warped units, without the noise of an evaluation."""

    def predict(self, architectures: Sequence[Architecture]) -> tuple[Array, Array]:
        """Mean and standard deviation of the measure, `(m,)` each."""

    def band(
        self, architectures: Sequence[Architecture], coverage: float = 0.95
    ) -> tuple[Array, Array]:
        """Ends `(m,)` of the central interval that holds the measure with a probability."""

    def sample(self, architectures: Sequence[Architecture], rng: Randomness, k: int) -> Array:
        """`k` functions drawn jointly at the candidates, in its unit, `(k, m)`."""

    def leave_one_out(self) -> LeaveOneOut:
        """Each evaluation predicted by a model that has not seen its value."""

    def expected_improvement(
        self, architectures: Sequence[Architecture]
    ) -> tuple[Array, Array, Array]:
        """Expected improvement in its unit, its exploitation and its exploration, `(m,)` each."""


@runtime_checkable
class Model(Hashable, Protocol):
    """What is believed of the measure before observations. Implementations are frozen values."""

    def fit(self, observations: Observations) -> "Model":
        """A model whose parameters suit at least two observations; this one stays as it is."""

    def condition(self, observations: Observations) -> ModelPosterior:
        """The posterior given at least one observation, with the parameters as they are."""


MODEL: Rule[Model] = offering("a model", "GaussianProcess()", "fit", "condition")
POSTERIOR: Rule[ModelPosterior] = offering(
    "the posterior of a model", "search.posterior", "latent", "predict", "sample"
)


def check_scored(posterior: object, rng: Randomness) -> np.random.Generator:
    """Check what an acquisition function scores by; the posterior checks the candidates.

    Returns:
        The generator.

    Raises:
        SettingError: If it is no posterior, or no generator.
    """
    POSTERIOR("posterior", posterior)
    return generator(rng)
