"""By how much scores are lowered around architectures that are under way.

Notation
    m, p       number of candidates and pending architectures
    μ, σ       posterior mean and standard deviation, in warped units
    d(a, b)    √(k(a, a) + k(b, b) - 2 k(a, b)), the distance that the kernel itself induces
    L          Lipschitz constant of the posterior mean in d

References:
    González, Dai, Hennig and Lawrence, Batch Bayesian optimization via local penalization,
    AISTATS 2016.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from nbnas.graphs.architecture import Architecture
from nbnas.surrogate.process.posterior import Posterior


def log_penalties(
    posterior: Posterior, pending: Sequence[Architecture], candidates: Sequence[Architecture]
) -> Tensor:
    """log Φ((L d(a, b) - best + μ_b) / σ_b) `(p, m)`.

    Args:
        posterior: The model.
        pending: The `p` pending architectures b.
        candidates: The `m` candidates a.

    Returns:
        Logarithms of the factors, at most 0.
    """
    prior = posterior.prior
    mean, stddev = posterior.latent(pending)
    squared = (
        prior.variance(pending)[:, None]
        + prior.variance(candidates)[None, :]
        - 2 * prior.covariance(pending, candidates)
    )
    distance = torch.from_numpy(squared).clamp_min(0.0).sqrt()
    inside = lipschitz(posterior) * distance - (float(posterior.z.max()) - mean)[:, None]
    logs: Tensor = torch.special.log_ndtr(inside / stddev.clamp_min(1e-9)[:, None])
    return logs


def lipschitz(posterior: Posterior) -> float:
    """L = √(αᵀ K α), the norm of the posterior mean, with α = (K + s² I)⁻¹ (z - c)."""
    observed, alpha = posterior.observations.architectures, posterior.alpha()
    covariance = torch.from_numpy(posterior.prior.covariance(observed, observed))
    return float((alpha @ covariance @ alpha).clamp_min(0.0).sqrt())
