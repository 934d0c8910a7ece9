"""A kernel over epochs for curves that come to rest.

Notation
    t, t'      epochs, from 1
    a, b       power and offset

    k(t, t') = bᵃ / (t + t' + b)ᵃ

It is the covariance of sums of exponential decays e^{-λt} whose rates λ are gamma distributed, so
that a curve drawn from it falls, or rises, ever more slowly.

References:
    Swersky, Snoek and Adams, Freeze-thaw Bayesian optimization, 2014, equation 9.
"""

from typing import Any

import torch
from gpytorch.constraints import Positive
from gpytorch.kernels import Kernel
from torch import Tensor, nn

from nbnas.checks import real
from nbnas.undisturbed import undisturbed

_POSITIVE = real(above=0)


class ExponentialDecayKernel(Kernel):  # type: ignore[misc]
    """k(t, t') = bᵃ / (t + t' + b)ᵃ over epochs `(n, 1)`.

    Args:
        power: a, above 0; the larger, the faster curves come to rest.
        offset: b in epochs, above 0.

    Raises:
        SettingError: If one of them is no such number.
    """

    has_lengthscale = False

    @undisturbed()
    def __init__(self, power: float = 1.0, offset: float = 1.0) -> None:
        super().__init__()
        for name, value in (("power", power), ("offset", offset)):
            start = torch.tensor([_POSITIVE(name, value)], dtype=torch.float64)
            raw = Positive().inverse_transform(start)
            self.register_parameter(f"raw_{name}", nn.Parameter(raw))
            self.register_constraint(f"raw_{name}", Positive())

    @property
    def power(self) -> Tensor:
        """a `(1,)`."""
        return self._positive("power")

    @property
    def offset(self) -> Tensor:
        """b `(1,)`."""
        return self._positive("offset")

    def _positive(self, name: str) -> Tensor:
        found: Tensor = getattr(self, f"raw_{name}_constraint").transform(
            getattr(self, f"raw_{name}")
        )
        return found

    def forward(self, x1: Tensor, x2: Tensor, diag: bool = False, **params: Any) -> Tensor:  # noqa: ANN401
        """Covariances `(..., n, m)` of epochs `(..., n, 1)` and `(..., m, 1)`."""
        first, second = x1[..., 0], x2[..., 0]
        both = first + second if diag else first[..., :, None] + second[..., None, :]
        return decay(both, self.power, self.offset)


def decay(both: Tensor, power: Tensor, offset: Tensor) -> Tensor:
    """bᵃ / (t + t' + b)ᵃ of sums of two epochs."""
    return (1 + both / offset) ** -power
