"""The models of a search with looks, each fitted once for what it is fitted to."""

import dataclasses

from nbnas.kept import Kept
from nbnas.records import Observations
from nbnas.search.strategies.fits import fitted, fitted_next
from nbnas.surrogate.process.fidelity import (
    FidelityPosterior,
    condition_fidelities,
    fit_fidelities,
)
from nbnas.surrogate.process.posterior import Posterior
from nbnas.surrogate.process.prior import GaussianProcess
from nbnas.training.device import cpu_threads

NOISE_OF_LOOKS = 0.1  # expected: a short training tells less exactly what its value would be


def prior_of_looks(prior: GaussianProcess, kept: Kept) -> GaussianProcess:
    """The prior of looks: that of full results, with more noise; always the same object."""

    def made() -> GaussianProcess:
        return dataclasses.replace(prior, noise=NOISE_OF_LOOKS, expected_noise=NOISE_OF_LOOKS)

    return kept.get((prior, "looks"), made)


def of_looks(prior: GaussianProcess, looks: Observations, kept: Kept) -> Posterior:
    """The posterior of at least two looks, with parameters fitted to four fifths of them or more.

    There are many, and each tells little of the parameters: a fit after each would take longer
    than all else. Asked again of the same looks, it is the same object.
    """
    first = looks.first(fitted_next(len(looks)))
    model = fitted(prior_of_looks(prior, kept), first, kept)
    assert isinstance(model, GaussianProcess)
    return kept.get((model, looks, "posterior"), lambda: model.condition(looks))


def posterior_of(
    prior: GaussianProcess, looks: Observations, full: Observations, kept: Kept
) -> FidelityPosterior | None:
    """The posterior of full results; `None` before there is one, or are two looks."""
    if len(looks) < 2 or not full.completed:
        return None
    return of_full(prior, of_looks(prior, looks, kept), full, kept)


def of_full(
    prior: GaussianProcess, looks: Posterior, full: Observations, kept: Kept
) -> FidelityPosterior:
    """The posterior of full results, of which there is at least one."""

    def found() -> GaussianProcess:
        with cpu_threads(1):
            return fit_fidelities(prior, looks, full)

    own = kept.get((prior, looks.observations, full), found) if len(full) > 1 else prior
    return condition_fidelities(own, looks, full)
