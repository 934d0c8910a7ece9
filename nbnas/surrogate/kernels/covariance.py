"""Covariance matrices: their roots, and saying when a matrix is none."""

import numpy as np
from numpy.typing import NDArray

from nbnas.errors import NotPositiveDefiniteError

Array = NDArray[np.float64]


def root(covariance: Array) -> Array:
    """A matrix R with R Rᵀ = covariance; eigenvalues that are 0 to rounding may be negative."""
    if not len(covariance):
        return covariance
    values, vectors = np.linalg.eigh(covariance)
    if values[0] < -1e-8 * max(values[-1], 1.0):
        raise no_covariance(covariance, 0.0)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))


def no_covariance(covariance: Array, noise: float) -> NotPositiveDefiniteError:
    """The error that says by which eigenvalue a kernel fails, and what to do."""
    smallest = np.linalg.eigvalsh(covariance)[0]
    return NotPositiveDefiniteError(
        f"expected a positive definite kernel, but the smallest eigenvalue of its matrix on "
        f"{len(covariance)} architectures is {smallest:.3g} (noise {noise:.3g}); use a shorter "
        "length-scale, or a kernel that is positive definite by construction, such as "
        "DistanceKernel(HammingDistance()) or WeisfeilerLehmanKernel()"
    )
