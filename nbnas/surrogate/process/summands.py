"""A weighted sum of covariances and its derivatives in closed form, for fits.

Autograd would record each step of a fit anew, and take most of its time for that.

Notation
    n          number of architectures
    w_i, ℓ_i   weight and, where it has one, length-scale of summand i
    B_i        summand i without its weight `(n, n)`;  K = Σ w_i B_i
    v          the w_i and ℓ_i, in the order of the kernel's parameters
    G          derivative of something by K `(n, n)`
"""

from collections.abc import Sequence
from typing import Any

import torch
from gpytorch.kernels import AdditiveKernel, Kernel, ScaleKernel
from torch import Tensor

from nbnas.surrogate.kernels.architecture import ArchitectureKernel
from nbnas.surrogate.kernels.distance import DistanceKernel, SquaredDistanceKernel

OF_DISTANCES = (DistanceKernel, SquaredDistanceKernel)
Slopes = list[tuple[Tensor, Tensor | None]]  # of each summand B_i and dB_i/dℓ_i, if it has one


class Summands:
    """The summands of a kernel on some architectures; made by `summands`.

    Args:
        parts: The summands, each a kernel in a `ScaleKernel`.
        indices: The architectures `(n, 1)`.
    """

    def __init__(self, parts: Sequence[Any], indices: Tensor) -> None:
        self.parts = parts
        bases = [part.base_kernel for part in parts]
        self._measured = [
            (b.distances if _has_distances(b) else b.forward)(indices, indices).contiguous()
            for b in bases
        ]

    def values(self) -> Tensor:
        """v, which follows from the kernel's parameters and can be differentiated by them."""
        values: list[Tensor] = []
        for part in self.parts:
            values.append(part.outputscale)
            if _has_distances(part.base_kernel):
                values.append(part.base_kernel.lengthscale)
        return torch.cat([value.reshape(-1) for value in values])

    def covariance(self, values: Sequence[float]) -> tuple[Tensor, Slopes]:
        """K, and what its derivatives are made of, at some v."""
        left, slopes = list(values), Slopes()
        total = torch.zeros_like(self._measured[0])
        for part, measured in zip(self.parts, self._measured, strict=True):
            weight, base = left.pop(0), part.base_kernel
            slopes.append(
                base.with_slope(measured, left.pop(0))
                if _has_distances(base)
                else (measured, None)
            )
            total.add_(slopes[-1][0], alpha=weight)
        return total, slopes

    def by_values(self, values: Sequence[float], slopes: Slopes, by_covariance: Tensor) -> Tensor:
        """The derivatives by v, with what `covariance` gave, from G."""
        found, at, flat = [], 0, by_covariance.reshape(-1)
        for block, slope in slopes:
            found.append(flat.dot(block.reshape(-1)))
            if slope is not None:
                found.append(values[at] * flat.dot(slope.reshape(-1)))
            at += 1 if slope is None else 2
        return torch.stack(found)


def summands(kernel: Kernel, indices: Tensor) -> Summands | None:
    """The summands of a kernel on some architectures.

    Args:
        kernel: Any kernel, bound to a table.
        indices: The architectures `(n, 1)`.

    Returns:
        `None` unless it is a sum, or one, of weighted kernels over architectures, each of which
        has no parameter or is one of nbnas' own kernels of a distance.
    """
    parts = list(kernel.kernels) if type(kernel) is AdditiveKernel else [kernel]
    return Summands(parts, indices) if len(indices) and all(map(_is_simple, parts)) else None


def _is_simple(part: Any) -> bool:  # noqa: ANN401
    if type(part) is not ScaleKernel or part.outputscale.numel() != 1:
        return False
    base = part.base_kernel
    if not all(parameter.requires_grad for parameter in part.parameters()):
        return False
    alone = isinstance(base, ArchitectureKernel) and not any(True for _ in base.parameters())
    return alone or _has_distances(base)


def _has_distances(base: Kernel) -> bool:
    return type(base) in OF_DISTANCES
