"""The posterior of an ensemble: networks that were trained on the evaluations so far.

Notation
    M, p       number of members and of inputs
    X, X*      the n evaluated architectures, the m candidates
    z          warped values `(n,)`
    f_j        what member j says, in warped units
    μ, σ       mean and standard deviation of f_1 … f_M at the candidates, `(m,)` each

References:
    Lakshminarayanan, Pritzel and Blundell, Simple and scalable predictive uncertainty estimation
    using deep ensembles, NeurIPS 2017.
    White, Neiswanger and Savani, BANANAS: Bayesian Optimization with Neural Architectures for
    Neural Architecture Search, AAAI 2021.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nbnas.brief import brief, cut
from nbnas.errors import ObservationError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import COUNT, Randomness, generator
from nbnas.records import Observations
from nbnas.surrogate.ensemble.encoding import Word
from nbnas.surrogate.ensemble.perceptron import Perceptrons
from nbnas.surrogate.leave_one_out import LeaveOneOut, leave_one_out
from nbnas.surrogate.warp import FittedWarp
from nbnas.surrogate.warped import WarpedPosterior
from nbnas.undisturbed import undisturbed

Array = NDArray[np.float64]
FOLDS = 5  # of leave-one-out
FLOOR = 1e-3  # added to σ: members may agree to the last digit, and EI wants σ > 0


class Trains(Protocol):
    """What a posterior asks the settings of its members, an `Ensemble`, for."""

    @property
    def seed(self) -> int:
        """The seed of who leaves out what."""

    def train(self, x: Tensor, z: Tensor) -> Perceptrons:
        """Members trained on inputs `(n, p)` and warped values `(n,)`."""

    def inputs_of(self, architectures: Sequence[Architecture], words: Sequence[Word]) -> Tensor:
        """Inputs `(m, p)` of `m` architectures, for `p` words."""


@dataclass(frozen=True, slots=True, eq=False)
class EnsemblePosterior(WarpedPosterior):
    """Trained members; made by `Ensemble.condition`.

    Attributes:
        ensemble: The settings.
        observations: What the members were trained on.
        warp: The warp, fitted to these observations.
        z: Warped values `(n,)`.
        words: The inputs, `p` of them.
        networks: The members.
    """

    ensemble: Trains
    observations: Observations
    warp: FittedWarp
    z: Array
    words: tuple[Word, ...] = field(repr=False)
    networks: Perceptrons = field(repr=False)

    @brief
    def __repr__(self) -> str:
        return f"{cut(self.ensemble, 130)}, {self.observations!r}"

    @undisturbed()
    def latent(self, architectures: Sequence[Architecture]) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation of the members in warped units.

        Args:
            architectures: `m` candidates; a tuple that is passed again is looked up faster.

        Returns:
            μ and σ `(m,)` in float64, without the noise of an evaluation; σ is at least 0.001.
        """
        return _moments(self.networks.predict(self._inputs(architectures)))

    @undisturbed()
    def sample(self, architectures: Sequence[Architecture], rng: Randomness, k: int) -> Array:
        """Draw functions from the normal distribution with the members' mean and covariance.

        A draw is a random mixture of the members, so that similar architectures get similar
        values. BANANAS draws each candidate by itself, which needs no more than `latent`.

        Args:
            architectures: Where to draw, `m` of them.
            rng: A generator, or a seed.
            k: Number of functions.

        Returns:
            Draws `(k, m)`, in the unit of the measure.
        """
        rng, k = generator(rng), COUNT("k", k)
        values = self.networks.predict(self._inputs(architectures)).numpy()  # (M, m)
        mean = values.mean(axis=0)
        root = (values - mean) / np.sqrt(len(values) - 1)
        draws = mean + rng.standard_normal((k, len(values))) @ root
        return self.warp.inverse(draws + FLOOR * rng.standard_normal(draws.shape))

    @undisturbed()
    def leave_one_out(self) -> LeaveOneOut:
        """Predict each evaluation by members that have not seen its value.

        The evaluations are parted into five, and for each part an ensemble is trained on the
        others: five times the cost of `condition`. Words and warp are those of all evaluations.
        The noise of an evaluation is what the squared errors exceed the variances by, on average.

        Raises:
            ObservationError: If there are fewer than two trials.
        """
        mean, stddev = held_out(self)
        noise = max(0.0, float(np.mean((self.z - mean) ** 2 - stddev**2)))
        stddev = np.sqrt(stddev**2 + noise)
        seen = self.observations
        return leave_one_out(self.warp, seen.values, self.z, mean, stddev, seen.measure)

    def _inputs(self, architectures: Sequence[Architecture]) -> Tensor:
        """x `(m, p)`."""
        return self.ensemble.inputs_of(architectures, self.words)


def _moments(values: Tensor) -> tuple[Tensor, Tensor]:
    """μ and σ `(m,)` of what the members say `(M, m)`."""
    if not values.numel():  # torch warns of a variance of nothing
        return values.mean(dim=0), values.mean(dim=0)
    return values.mean(dim=0), (values.var(dim=0) + FLOOR**2).sqrt()


def held_out(posterior: EnsemblePosterior) -> tuple[Array, Array]:
    """μ and σ `(n,)` at each evaluated architecture, by members that have not seen its value."""
    n, ensemble = len(posterior.z), posterior.ensemble
    if n < 2:
        raise ObservationError(f"expected at least 2 trials to leave one out, got {n}")
    x = posterior._inputs(posterior.observations.architectures)
    z = torch.from_numpy(posterior.z)
    fold = torch.randperm(n, generator=torch.Generator().manual_seed(ensemble.seed)) % FOLDS
    mean, stddev = torch.empty_like(z), torch.empty_like(z)
    for k in range(min(FOLDS, n)):
        out = fold == k
        mean[out], stddev[out] = _moments(ensemble.train(x[~out], z[~out])(x[out]))
    return mean.numpy(), stddev.numpy()
