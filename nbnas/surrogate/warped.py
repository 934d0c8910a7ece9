"""What follows from predictions on the warped scale: the same for every model.

Notation
    m          number of candidates
    μ, σ       mean and standard deviation at the candidates, in warped units, `(m,)` each
    w, z       the fitted warp and the warped values `(n,)` of the observations
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from nbnas.graphs.architecture import Architecture
from nbnas.surrogate.warp import FittedWarp, band, improvement, moments
from nbnas.undisturbed import undisturbed

Array = NDArray[np.float64]


class WarpedPosterior:
    """Tells in the unit of the measure what a posterior predicts, taking z for normal.

    A posterior inherits from it and gives `latent`, `warp` and `z`.
    """

    __slots__ = ()
    warp: FittedWarp
    z: Array

    def latent(self, architectures: Sequence[Architecture]) -> tuple[torch.Tensor, torch.Tensor]:
        """μ and σ `(m,)` in float64, without the noise of an evaluation."""
        raise NotImplementedError(f"expected {type(self).__name__} to define latent")

    @undisturbed()
    def predict(self, architectures: Sequence[Architecture]) -> tuple[Array, Array]:
        """Mean and standard deviation of the measure.

        Args:
            architectures: `m` candidates.

        Returns:
            Mean and standard deviation `(m,)`, without the noise of an evaluation.
        """
        return moments(self.warp, *self._latent(architectures))

    @undisturbed()
    def band(
        self, architectures: Sequence[Architecture], coverage: float = 0.95
    ) -> tuple[Array, Array]:
        """The central interval that holds the measure with the given probability.

        Args:
            architectures: `m` candidates.
            coverage: Probability, in (0, 1).

        Returns:
            Lower and upper ends `(m,)`, in its unit.

        Raises:
            SettingError: If the coverage is not in (0, 1).
        """
        return band(self.warp, *self._latent(architectures), coverage)

    @undisturbed()
    def expected_improvement(
        self, architectures: Sequence[Architecture]
    ) -> tuple[Array, Array, Array]:
        """Expected improvement over the incumbent in the unit of the measure, and its two parts.

        Args:
            architectures: `m` candidates.

        Returns:
            Expected improvement, its exploitation (what the mean alone would give) and its
            exploration (the rest), `(m,)` each.
        """
        return improvement(self.warp, *self._latent(architectures), float(self.z.max()))

    def _latent(self, architectures: Sequence[Architecture]) -> tuple[Array, Array]:
        mean, stddev = self.latent(architectures)
        return mean.numpy(), stddev.numpy()
