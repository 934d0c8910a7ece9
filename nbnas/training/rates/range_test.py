"""What a learning-rate range test found.

Notation
    n          number of steps
    rates      learning rate of each step, `(n,)`, rising
    losses     loss of each step's batch before it, `(n,)`, in nats
    smoothed   weighted mean of the losses of near rates, `(n,)`

References:
    Smith, Cyclical Learning Rates for Training Neural Networks, WACV 2017, section 3.3.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbnas.brief import brief, cut
from nbnas.checks import SEED, each, real, settle
from nbnas.errors import SettingError
from nbnas.graphs.architecture import ARCHITECTURE, Architecture
from nbnas.graphs.framed import Framed

WIDTH = 0.04  # of the smoothing's Gaussian, in lengths of the whole range of logarithms
FEWEST = 10  # steps
Curve = NDArray[np.float64]
_RATE = real(above=0)


@dataclass(frozen=True, slots=True, repr=False)
class RangeTest(Framed):
    """The loss of one training whose learning rate rises from step to step.

    Attributes:
        architecture: What was trained.
        rates: The learning rate of each step, rising, at least ten.
        losses: The loss of each step's batch, in nats.
        learning_rate: The recipe's own learning rate, to compare with.
        seed: Seed of the training.
        seconds: How long it took.

    Raises:
        SettingError: If there are fewer than ten rates, they do not rise, or there is not a finite
            loss for each.
    """

    architecture: Architecture
    rates: tuple[float, ...]
    losses: tuple[float, ...]
    learning_rate: float
    seed: int = 0
    seconds: float = 0.0

    def __post_init__(self) -> None:
        settle(
            self,
            architecture=ARCHITECTURE,
            rates=each(_RATE, least=FEWEST),
            losses=each(real(), least=FEWEST),
            learning_rate=_RATE,
            seed=SEED,
            seconds=real(0),
        )
        if len(self.losses) != len(self.rates) or not all(a < b for a, b in pairwise(self.rates)):
            raise SettingError(
                f"expected rates that rise and a loss for each, got {len(self.rates)} rates and "
                f"{len(self.losses)} losses; pass both as the test gave them"
            )

    def _rows(self) -> Iterator[dict[str, Any]]:
        """A row for each step."""
        pairs = zip(self.rates, self.losses, strict=True)
        yield from ({"learning_rate": rate, "loss": loss} for rate, loss in pairs)

    @brief
    def __repr__(self) -> str:
        low, high = self.rates[0], self.rates[-1]
        said = f"suggestion={self.suggestion:.3g}, {len(self.rates)} steps"
        return f"{said} from {low:.3g} to {high:.3g}, {cut(self.architecture, 90)}"

    @property
    def smoothed(self) -> tuple[float, ...]:
        """The losses, each a mean over those of near rates: noise of single batches is gone."""
        return tuple(smooth(np.log(self.rates), np.array(self.losses)).tolist())

    @property
    def lowest(self) -> float:
        """The rate at which the smoothed loss is lowest; a training at it is about to diverge."""
        return self.rates[int(np.argmin(self.smoothed))]

    @property
    def suggestion(self) -> float:
        """The rate at which the smoothed loss falls most, up to the lowest loss."""
        smoothed, logarithms = np.array(self.smoothed), np.log(self.rates)
        last = max(int(np.argmin(smoothed)), 1)
        slopes = np.gradient(smoothed, logarithms)[: last + 1]
        return self.rates[int(np.argmin(slopes))]


def smooth(logarithms: Curve, losses: Curve) -> Curve:
    """Weighted means of losses; the weights are Gaussian in the distance of the logarithms.

    Args:
        logarithms: Of the rates, `(n,)`.
        losses: `(n,)`.

    Returns:
        The means, `(n,)`.
    """
    width = WIDTH * (logarithms[-1] - logarithms[0])
    distances = (logarithms[:, None] - logarithms[None, :]) / width
    weights = np.exp(-(distances**2) / 2)
    means: Curve = weights @ losses / weights.sum(axis=1)
    return means
