"""What a look has changed in the belief about a full result, in words."""

from nbnas.graphs.architecture import Architecture
from nbnas.records import Observations
from nbnas.surrogate.process.fidelity import FidelityPosterior, condition_fidelities
from nbnas.surrogate.process.posterior import Posterior
from nbnas.surrogate.process.prior import GaussianProcess

LEAST = 3  # looks without which a posterior says little


def changed_by_look(full: FidelityPosterior, architecture: Architecture) -> str:
    """What an architecture's own look has changed, as a sentence after others.

    Args:
        full: The posterior of full results.
        architecture: What is to be trained.

    Returns:
        The sentence; empty where there was no look at it.
    """
    looks = full.looks
    own = [e for e in looks.observations if e.architecture == architecture]
    if not own or own[-1].value is None or len(looks.observations) < LEAST:
        return ""
    measure = full.observations.measure
    without = _without(looks, architecture)
    before = condition_fidelities(full.prior, without, full.observations, full.sizes)
    was, is_ = (
        tuple(float(x[0]) for x in posterior.predict((architecture,)))
        for posterior in (before, full)
    )
    said = measure.text(own[-1].value, digits=1)
    return (
        f" Its look of {own[-1].epochs} epochs, {said}, moved that from "
        f"{measure.text(was[0], digits=1)} ± {measure.text(was[1], digits=1)} to "
        f"{measure.text(is_[0], digits=1)} ± {measure.text(is_[1], digits=1)}."
    )


def _without(
    looks: Posterior | FidelityPosterior, architecture: Architecture
) -> Posterior | FidelityPosterior:
    """What looks say without those of one architecture, with the parameters as they are."""
    seen = looks.observations
    others = Observations(tuple(e for e in seen if e.architecture != architecture), seen.measure)
    if isinstance(looks, FidelityPosterior):
        below = _without(looks.looks, architecture)
        if not others.completed:
            return below
        return condition_fidelities(looks.prior, below, others, looks.sizes)
    assert isinstance(looks.prior, GaussianProcess)
    return looks.prior.condition(others)
