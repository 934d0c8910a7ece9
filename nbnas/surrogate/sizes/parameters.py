"""The number of parameters of any architecture, by what was seen of some.

What longer trainings gain over shorter ones depends on how large a network is: the larger ones
learn slower and end higher. The number is known of what was evaluated, and predicted of the rest.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from nbnas.brief import brief
from nbnas.graphs.architecture import Architecture
from nbnas.records import Observations
from nbnas.surrogate.sizes.line import Line, fit_line
from nbnas.surrogate.sizes.sizes import sizes

LEAST = 3  # architectures whose numbers are known, without which nothing is predicted
NARROW = 1e-6  # logarithms that differ by less are all the same
NOISE = 0.05  # expected standard deviation of the logarithm around the line


@dataclass(frozen=True, slots=True, eq=False)
class ParameterCounts:
    """Logarithms of numbers of parameters; see `parameter_counts`.

    Attributes:
        known: The logarithm of each number that was seen.
        names: What the sizes that the line is in are called.
        line: The line of the logarithms.
    """

    known: Mapping[Architecture, float]
    names: tuple[str, ...]
    line: Line

    @brief
    def __repr__(self) -> str:
        return f"{len(self.known)} known, about {math.exp(self.line.level):.3g} parameters"

    def latent(self, architectures: Sequence[Architecture]) -> tuple[Tensor, Tensor]:
        """Means of the logarithms and their standard deviations `(m,)`, 0 where one is known."""
        found = sizes(architectures)
        mean, stddev = self.line.predict(found.of(self.names), found.beyond(self.names))
        seen = [self.known.get(each) for each in architectures]
        at = [place for place, number in enumerate(seen) if number is not None]
        mean[at] = [seen[place] for place in at]
        stddev[at] = 0.0
        return torch.from_numpy(mean), torch.from_numpy(stddev)


def parameter_counts(observations: Observations) -> ParameterCounts | None:
    """What the numbers of parameters that were seen tell of all others.

    Returns:
        The logarithms; `None` where fewer than three are known, or all are the same.
    """
    known = {e.architecture: math.log(e.parameters) for e in observations if e.parameters}
    numbers = np.array(list(known.values()))
    if len(known) < LEAST or numbers.std() < NARROW:
        return None
    seen = sizes(tuple(known))
    line = fit_line(seen.values, numbers, [0] * len(numbers), NOISE**2)
    return ParameterCounts(known, seen.names, line)
