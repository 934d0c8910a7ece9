"""What a kernel is made of: the summands of a sum, the factors of a product.

Notation
    n          number of architectures
    K_i        covariance of part i `(n, n)`; a sum adds them, a product multiplies them
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from gpytorch.kernels import AdditiveKernel, Kernel, ProductKernel, ScaleKernel
from numpy.typing import NDArray

from nbnas.graphs.architecture import Architecture
from nbnas.surrogate.kernels.architecture import ArchitectureKernel, covariance
from nbnas.surrogate.table import ArchitectureTable

How = Literal["sum", "product", "one"]


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """What a kernel is made of.

    Attributes:
        how: Whether the parts are added or multiplied, or the kernel is one by itself.
        kernels: The parts, as they stand in the kernel.
        weight: What all of it is multiplied by.
    """

    how: How
    kernels: tuple[Kernel, ...]
    weight: float = 1.0


def over_architectures(kernel: object) -> bool:
    """Whether a kernel compares architectures: whether all that it is made of does.

    Args:
        kernel: Anything, such as a sum of kernels.

    Returns:
        False for all that is not made of nbnas' kernels by `+`, `*` and `ScaleKernel` with one
        scale.

    Example:
        >>> from gpytorch.kernels import RBFKernel
        >>> from nbnas.surrogate.kernels.weisfeiler_lehman import WeisfeilerLehmanKernel
        >>> over_architectures(WeisfeilerLehmanKernel(0) + WeisfeilerLehmanKernel(1))
        True
        >>> over_architectures(WeisfeilerLehmanKernel(0) + RBFKernel())
        False
    """
    if isinstance(kernel, AdditiveKernel | ProductKernel):
        return len(kernel.kernels) > 0 and all(map(over_architectures, kernel.kernels))
    if isinstance(kernel, ScaleKernel):
        return kernel.outputscale.numel() == 1 and over_architectures(kernel.base_kernel)
    return isinstance(kernel, ArchitectureKernel)


def parts_of(kernel: Kernel) -> Parts:
    """Take a kernel apart, as far as the first sum or product inside its weights.

    Args:
        kernel: A kernel.

    Returns:
        Its parts; one part if it is neither a sum nor a product.
    """
    weight = 1.0
    while isinstance(kernel, ScaleKernel):
        weight *= kernel.outputscale.item()
        kernel = kernel.base_kernel
    if isinstance(kernel, AdditiveKernel):
        return Parts("sum", tuple(kernel.kernels), weight)
    if isinstance(kernel, ProductKernel):
        return Parts("product", tuple(kernel.kernels), weight)
    return Parts("one", (kernel,), weight)


def formula(kernel: Kernel) -> str:
    """A kernel in one line, its sums, products and weights as in mathematics.

    Example:
        >>> from nbnas.surrogate.kernels.weisfeiler_lehman import WeisfeilerLehmanKernel
        >>> formula(ScaleKernel(WeisfeilerLehmanKernel(0)) * WeisfeilerLehmanKernel(1))
        '0.693 WeisfeilerLehman(depth=0) * WeisfeilerLehman(depth=1)'
    """
    parts = parts_of(kernel)
    weight = "" if parts.weight == 1 else f"{parts.weight:.3g} "
    if parts.how == "one":
        return weight + " ".join(repr(parts.kernels[0]).split()).replace("Kernel(", "(", 1)
    sign = " + " if parts.how == "sum" else " * "
    said = sign.join(formula(part) for part in parts.kernels)
    return f"{weight}({said})" if weight else said


def covariances(
    kernel: Kernel, table: ArchitectureTable, architectures: Sequence[Architecture]
) -> tuple[NDArray[np.float64], ...]:
    """The covariance of each part of a kernel, in the order of `parts_of`.

    Args:
        kernel: A prior's kernel.
        table: The prior's table, to which the kernel is bound.
        architectures: `n` architectures.

    Returns:
        K_i `(n, n)` each. Those of a sum contain its weight; those of a product are the factors
        alone, whose product times the weight is the prior's covariance.
    """
    parts, index = parts_of(kernel), table.indices(architectures)
    scale = 1.0 if parts.how == "product" else parts.weight
    with torch.no_grad():
        return tuple(scale * covariance(k, index, index).numpy() for k in parts.kernels)
