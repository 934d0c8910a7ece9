"""The scale on which learning curves are modelled, with the bounds of the measure out of reach.

Notation
    y          a value of the measure, l and u the least and the greatest that it may have
    z          log((y - l) / (u - y)) between two bounds, log(y - l) or log(u - y) beside one, and
               y without any
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nbnas.records import Measure

Array = NDArray[np.float64]
FAR = 250.0  # of z, beyond which exponentials tell nothing
NEAR = 1e-3  # values nearer to a bound than that, in shares of what lies between, or as numbers


@dataclass(frozen=True, slots=True)
class Scale:
    """z of a measure; see `nbnas.surrogate.warp` for what else a fitted warp offers.

    Attributes:
        measure: The measure.
    """

    measure: Measure

    def forward(self, y: Array) -> Array:
        """Values of any shape on the scale."""
        low, high = self.measure.lower, self.measure.upper
        if math.isfinite(low) and math.isfinite(high):
            share = np.clip((y - low) / (high - low), NEAR, 1 - NEAR)
            return np.asarray(np.log(share / (1 - share)))
        if math.isfinite(low):
            return np.asarray(np.log(np.maximum(y - low, NEAR)))
        if math.isfinite(high):
            return np.asarray(np.log(np.maximum(high - y, NEAR)))
        return y

    def inverse(self, z: Array) -> Array:
        """Back to the measure, within its bounds."""
        low, high = self.measure.lower, self.measure.upper
        grown = np.exp(np.clip(z, -FAR, FAR))
        if math.isfinite(low) and math.isfinite(high):
            return np.asarray(low + (high - low) * (grown / (1 + grown)))
        if math.isfinite(low):
            return np.asarray(low + grown)
        return np.asarray(high - grown) if math.isfinite(high) else z

    def expected_improvement(self, mean: Array, stddev: Array, best: float) -> Array:
        """Nobody asks a curve for it.

        Raises:
            NotImplementedError: Always.
        """
        raise NotImplementedError("expected a model of architectures, curves improve on nothing")
