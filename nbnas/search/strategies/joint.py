"""Strategies in a space with settings: their prior is over graphs until they meet one."""

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from nbnas.graphs.spaces.joint.space import JointSpace
from nbnas.search.candidates import can_be_listed, listed
from nbnas.surrogate.ensemble.prior import Ensemble
from nbnas.surrogate.kernels.joint import sees_settings
from nbnas.surrogate.process.prior import GaussianProcess

S = TypeVar("S")
Method = TypeVar("Method", bound=Callable[..., Any])


def over(strategy: S, space: object) -> S:
    """The strategy for a space: itself, unless its prior has yet to see settings.

    Args:
        strategy: Any strategy.
        space: The search space.

    Returns:
        In a `JointSpace` a strategy whose prior sees settings, `prior.over(space)`, where it has a
        prior; for the same prior and space it has the same one again.
    """
    own: Any = strategy
    prior = getattr(strategy, "prior", None)
    if not isinstance(space, JointSpace) or not isinstance(prior, GaussianProcess | Ensemble):
        return strategy
    if _sees_settings(prior):
        return strategy
    found: S = replace(own, prior=own.kept.get((prior, space), lambda: _prior(prior, space)))
    return found


def _sees_settings(prior: GaussianProcess | Ensemble) -> bool:
    if isinstance(prior, Ensemble):
        return prior.settings is not None
    return sees_settings(prior.kernel)


def _prior(prior: GaussianProcess | Ensemble, space: JointSpace) -> GaussianProcess | Ensemble:
    """The prior over a space, which knows all of its graphs where they can be listed."""
    own = prior.over(space)
    if can_be_listed(space.graphs):  # and what is measured of them is kept
        own.table.begin_with(listed(space.graphs))
    return own


def seeing_settings(method: Method) -> Method:
    """Make a method of a strategy, whose first argument is the space, one of `over` this space."""

    @functools.wraps(method)
    def seeing(self: Any, space: object, *args: Any, **named: Any) -> Any:  # noqa: ANN401
        return method(over(self, space), space, *args, **named)

    return seeing  # type: ignore[return-value]
