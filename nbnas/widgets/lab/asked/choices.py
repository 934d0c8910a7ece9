"""What a person may change in the lab to ask what would have been chosen: words to objects."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nbnas.errors import NbnasError
from nbnas.graphs.distances.distance import Distance
from nbnas.graphs.distances.edit.distance import EditDistance
from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.distances.weisfeiler_lehman import WeisfeilerLehmanDistance
from nbnas.graphs.space import SearchSpace
from nbnas.records import Goals
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.surrogate.acquisition.entropy import MaxValueEntropy
from nbnas.surrogate.acquisition.improvement import (
    ExpectedImprovement,
    LogExpectedImprovement,
    ProbabilityOfImprovement,
    UpperConfidenceBound,
)
from nbnas.surrogate.acquisition.knowledge_gradient import KnowledgeGradient
from nbnas.surrogate.acquisition.per_second import ImprovementPerSecond
from nbnas.surrogate.acquisition.scalarized import ParEgo
from nbnas.surrogate.acquisition.thompson import ThompsonSampling
from nbnas.surrogate.kernels.distance import DistanceKernel
from nbnas.surrogate.kernels.weisfeiler_lehman import WeisfeilerLehmanKernel
from nbnas.surrogate.process.prior import GaussianProcess

AS_IT_WAS = "as it was"
ACQUISITIONS: tuple[tuple[str, Callable[[], Any]], ...] = (
    ("log expected improvement", LogExpectedImprovement),
    ("expected improvement", ExpectedImprovement),
    ("probability of improvement", ProbabilityOfImprovement),
    ("upper confidence bound", UpperConfidenceBound),
    ("Thompson sampling", ThompsonSampling),
    ("improvement per second", ImprovementPerSecond),
    ("knowledge gradient", KnowledgeGradient),
    ("max-value entropy", MaxValueEntropy),
)
SCALARIZED: tuple[str, Callable[[], Any]] = ("ParEGO (random weights)", ParEgo)
KERNELS: tuple[tuple[str, Callable[[], Any]], ...] = (
    ("Weisfeiler-Lehman", WeisfeilerLehmanKernel),
    ("Hamming", lambda: DistanceKernel(HammingDistance())),
    ("edit", lambda: DistanceKernel(EditDistance())),
    ("WL + Hamming", lambda: WeisfeilerLehmanKernel() + DistanceKernel(HammingDistance())),
)
STEPS = 2  # steps of the slider in which the length-scale doubles


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be changed of a search's strategy.

    Attributes:
        acquisitions: Words and what makes the acquisition function.
        kernels: Words and what makes the kernel.
        lengthscale: The length-scale of its first distance kernel, `None` where it has none.
    """

    acquisitions: tuple[tuple[str, Callable[[], Any]], ...] = ()
    kernels: tuple[tuple[str, Callable[[], Any]], ...] = ()
    lengthscale: bool = False

    def to_page(self) -> dict[str, Any]:
        """The words of each menu; the first one is what the search does."""
        words = {"acquisitions": self.acquisitions, "kernels": self.kernels}
        named = {key: [AS_IT_WAS, *(word for word, _ in given)] for key, given in words.items()}
        return named | {"lengthscale": self.lengthscale}


def choices(space: SearchSpace, strategy: object, goals: Goals | None = None) -> Choices:
    """What may be changed: nothing where the strategy is no Bayesian optimisation.

    Args:
        space: The search space.
        strategy: What chooses.
        goals: What is wanted beside the value; of several goals one may be made.
    """
    if not isinstance(strategy, BayesianOptimization):
        return Choices()
    several = goals is not None and len(goals.measures) > 1
    acquisitions = (*ACQUISITIONS, SCALARIZED) if several else ACQUISITIONS
    if not isinstance(strategy.prior, GaussianProcess):
        return Choices(acquisitions)
    kernels = tuple(k for k in KERNELS if _suits(space, k[1]()))
    has = distance_of(strategy.prior.kernel) is not None
    return Choices(acquisitions, kernels, has)


def distance_of(kernel: Any) -> Distance | None:  # noqa: ANN401
    """The distance of the first distance kernel inside a kernel, if there is one."""
    parts = kernel.modules() if hasattr(kernel, "modules") else ()
    return next((part.distance for part in parts if isinstance(part, DistanceKernel)), None)


def map_distance(space: SearchSpace, strategy: object) -> Distance:
    """The distance that the map is drawn by: the kernel's own, or else one that suits."""
    prior = getattr(strategy, "prior", None)
    own = distance_of(getattr(prior, "kernel", None))
    if own is not None:
        return own
    return HammingDistance() if _compares(space, HammingDistance()) else WeisfeilerLehmanDistance()


def _suits(space: SearchSpace, kernel: Any) -> bool:  # noqa: ANN401
    distance = distance_of(kernel)
    return distance is None or _compares(space, distance)


def _compares(space: SearchSpace, distance: Distance) -> bool:
    """Whether a distance can compare two architectures of a space."""
    try:
        distance.distance(*space.sample(0, 2))
    except NbnasError:
        return False
    return True
