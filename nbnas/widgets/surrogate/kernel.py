"""Kernels in words, and their parts as they are drawn: what a sum or a product is made of."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from gpytorch.kernels import AdditiveKernel, Kernel, ProductKernel, ScaleKernel
from numpy.typing import NDArray

from nbnas.charts.graphs.wording import TIMES
from nbnas.graphs.architecture import Architecture
from nbnas.surrogate.kernels.parts import covariances, parts_of
from nbnas.surrogate.process.prior import GaussianProcess
from nbnas.widgets.panel import unique

PRODUCT = "A product is high only where all of its factors are."


def name(kernel: Any) -> str:  # noqa: ANN401
    """A kernel in a few words; the weights in it are left out.

    Example:
        >>> from nbnas.surrogate.kernels.weisfeiler_lehman import WeisfeilerLehmanKernel as WL
        >>> name((WL(0) + WL(1)) * WL(2))
        '(WL depth 0 + WL depth 1) × WL depth 2'
    """
    if isinstance(kernel, ScaleKernel):
        return name(kernel.base_kernel)
    if isinstance(kernel, AdditiveKernel):
        return " + ".join(map(name, kernel.kernels))
    if isinstance(kernel, ProductKernel):
        return f" {TIMES} ".join(map(_factor, kernel.kernels))
    if hasattr(kernel, "distance"):
        return type(kernel.distance).__name__.removesuffix("Distance")
    if hasattr(kernel, "depth"):
        return f"WL depth {kernel.depth}"
    return type(kernel).__name__.removesuffix("Kernel")


def drawn_parts(
    prior: GaussianProcess, architectures: Sequence[Architecture]
) -> dict[str, NDArray[np.float64]]:
    """The covariances `(n, n)` of the parts of a kernel, by name; none of one by itself."""
    parts = parts_of(prior.kernel)
    if len(parts.kernels) < 2:
        return {}
    names = unique(map(name, parts.kernels))
    return dict(zip(names, covariances(prior.kernel, prior.table, architectures), strict=True))


def shares(prior: GaussianProcess, architectures: Sequence[Architecture]) -> str:
    """What each part of a kernel is worth, in words; nothing of one by itself."""
    drawn = drawn_parts(prior, architectures)
    if not drawn:
        return ""
    if parts_of(prior.kernel).how == "product":
        return PRODUCT
    variance = {each: float(k.diagonal().mean()) for each, k in drawn.items()}
    total = sum(variance.values())
    told = ", ".join(f"{100 * v / total:.0f} % {each}" for each, v in variance.items())
    return f"Its variance of {total:.3g}: {told}."


def _factor(kernel: Kernel) -> str:
    while isinstance(kernel, ScaleKernel):
        kernel = kernel.base_kernel
    return f"({name(kernel)})" if isinstance(kernel, AdditiveKernel) else name(kernel)
