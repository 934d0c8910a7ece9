"""The methods that search on shared weights, and what each of them is at work."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from nbnas.checks import Rule, either, instance
from nbnas.graphs.space import SearchSpace
from nbnas.training.relaxed.darts import Darts, DartsLearner
from nbnas.training.relaxed.ground import Ground
from nbnas.training.relaxed.learner import Learner
from nbnas.training.relaxed.one_shot import OneShotLearner, SinglePathOneShot
from nbnas.training.relaxed.perturbed import PerturbationLearner, PerturbationSelection

Method = Darts | PerturbationSelection | SinglePathOneShot
METHOD: Rule[Method] = either(
    either(instance(Darts, "Darts()"), instance(PerturbationSelection, "PerturbationSelection()")),
    instance(SinglePathOneShot, "SinglePathOneShot()"),
)
_LEARNERS: Mapping[type, Callable[[Any, Ground, SearchSpace], Learner]] = MappingProxyType(
    {
        Darts: DartsLearner,
        PerturbationSelection: PerturbationLearner,
        SinglePathOneShot: OneShotLearner,
    }
)


def begin(method: Method, ground: Ground, space: SearchSpace) -> Learner:
    """Begin on a shared network that is not trained yet.

    Args:
        method: The settings.
        ground: The network and its data.
        space: What is searched.
    """
    made = next(learner for kind, learner in _LEARNERS.items() if isinstance(method, kind))
    return made(method, ground, space)
