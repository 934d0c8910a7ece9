"""The prior of a goal: what is known of all architectures beforehand tells of it, too."""

import dataclasses

from gpytorch.kernels import AdditiveKernel

from nbnas.kept import Kept
from nbnas.records import Goals, MeasuredBy
from nbnas.surrogate.kernels.known import KnownKernel
from nbnas.surrogate.model import Model
from nbnas.surrogate.normal_scores import NormalScores
from nbnas.surrogate.process.prior import GaussianProcess
from nbnas.surrogate.standardized import Standardized


def goal_prior(prior: Model, goals: Goals | None, kept: Kept, *, distances: bool = False) -> Model:
    """The prior of a measure that is wanted or limited.

    It sees the known goals and limits of an architecture: the larger network of two is often the
    better one, and the fit finds out how much so.

    Args:
        prior: The prior of the value; one that is no Gaussian process stays as it is.
        goals: What is wanted; nothing changes where nothing is known beforehand.
        kept: Where the answer is kept, so that it is the same one each time.
        distances: Whether it sees distances between values (`Standardized`) where it would see
            their ranks (`NormalScores`).
    """
    if not isinstance(prior, GaussianProcess):
        return prior
    known = () if goals is None else _seen(goals)
    distances = distances and prior.warp == NormalScores()
    if not known and not distances:
        return prior
    question = prior, tuple((each, each.ranks) for each in known), distances
    return kept.get(question, lambda: _of_goal(prior, known, distances=distances))


def _seen(goals: Goals) -> tuple[MeasuredBy, ...]:
    """What is known, and how it spreads over the space."""
    limited = (known for _, known in goals.beforehand)
    found = dict.fromkeys((*goals.known, *limited))
    return tuple(known for known in found if known.ranks is not None)


def _of_goal(
    prior: GaussianProcess, known: tuple[MeasuredBy, ...], *, distances: bool
) -> GaussianProcess:
    kernel = prior.kernel
    if known:
        parts = list(kernel.kernels) if isinstance(kernel, AdditiveKernel) else [kernel]
        kernel = AdditiveKernel(*parts, *(KnownKernel(each) for each in known))
    warp = Standardized() if distances else prior.warp
    return dataclasses.replace(prior, kernel=kernel, warp=warp)
