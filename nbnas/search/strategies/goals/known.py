"""What is known of all architectures beforehand also tells of what is not."""

import dataclasses

from gpytorch.kernels import AdditiveKernel

from nbnas.kept import Kept
from nbnas.records import Goals, MeasuredBy
from nbnas.surrogate.kernels.known import KnownKernel
from nbnas.surrogate.model import Model
from nbnas.surrogate.process.prior import GaussianProcess


def with_known(prior: Model, goals: Goals | None, kept: Kept) -> Model:
    """The prior that sees the known goals and limits of an architecture, too.

    The larger network of two is often the better one, and the fit finds out how much so.

    Args:
        prior: The prior; one that is no Gaussian process stays as it is.
        goals: What is wanted; nothing changes where nothing is known beforehand.
        kept: Where the answer is kept, so that it is the same one each time.
    """
    known = () if goals is None else _seen(goals)
    if not known or not isinstance(prior, GaussianProcess):
        return prior
    question = prior, tuple((each, each.ranks) for each in known)
    return kept.get(question, lambda: _extended(prior, known))


def _seen(goals: Goals) -> tuple[MeasuredBy, ...]:
    """What is known, and how it spreads over the space."""
    limited = (known for _, known in goals.beforehand)
    found = dict.fromkeys((*goals.known, *limited))
    return tuple(known for known in found if known.ranks is not None)


def _extended(prior: GaussianProcess, known: tuple[MeasuredBy, ...]) -> GaussianProcess:
    kernel = prior.kernel
    parts = list(kernel.kernels) if isinstance(kernel, AdditiveKernel) else [kernel]
    kernels = (KnownKernel(each) for each in known)
    return dataclasses.replace(prior, kernel=AdditiveKernel(*parts, *kernels))
