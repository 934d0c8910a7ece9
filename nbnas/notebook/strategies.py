"""The words for strategies that notebook parameters use, and what they stand for."""

from collections.abc import Mapping
from typing import Protocol

from nbnas.graphs.architecture import Architecture
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.search.strategies.evolution import RegularizedEvolution
from nbnas.search.strategies.initial import RANDOM, first_ones
from nbnas.search.strategies.local_search import LocalSearch
from nbnas.search.strategies.random import RandomSearch
from nbnas.search.strategies.reinforce import Reinforce
from nbnas.search.strategies.strategy import Strategy
from nbnas.search.strategies.tpe import Tpe
from nbnas.surrogate.acquisition.improvement import ExpectedImprovement
from nbnas.surrogate.acquisition.thompson import IndependentThompsonSampling
from nbnas.surrogate.kernels.knowledge import Knowledge

Proxies = tuple[tuple[str, ...], Mapping[Architecture, tuple[float, ...]]]


class Factory(Protocol):
    """Makes a strategy."""

    def __call__(
        self, initial: int, allow_isomorphic: bool, proxies: Proxies | None = None
    ) -> Strategy:
        """Make it.

        Args:
            initial: Number of architectures before it learns from any; 0 for its default.
            allow_isomorphic: Whether architectures that compute the same may both be evaluated.
            proxies: Names of zero-cost proxies and their numbers for every architecture; a
                strategy that has no use for them goes without.

        Returns:
            The strategy.
        """


def bayes(
    initial: int, allow_isomorphic: bool, proxies: Proxies | None = None
) -> BayesianOptimization:
    """Bayesian optimisation by log expected improvement."""
    return BayesianOptimization(
        initial=initial, allow_isomorphic=allow_isomorphic, knowledge=known(proxies)
    )


def bayes_ei(
    initial: int, allow_isomorphic: bool, proxies: Proxies | None = None
) -> BayesianOptimization:
    """Bayesian optimisation by expected improvement."""
    return BayesianOptimization(
        acquisition=ExpectedImprovement(),
        initial=initial,
        allow_isomorphic=allow_isomorphic,
        knowledge=known(proxies),
    )


TRUSTED = ("nwot", "synflow", "jacov")  # rise with accuracy across data sets and spaces


def known(proxies: Proxies | None) -> Knowledge | None:
    """Proxies as knowledge, if there are any: the first architectures are picked by them.

    Of many proxies those are taken that agree best with the accuracy in NAS-Bench-Suite-Zero
    (Krishnakumar et al., NeurIPS 2022); if there is none of them, all. As a summand of the kernel
    they did not help the search, see `notebooks/benchmark.md`.
    """
    if proxies is None:
        return None
    names, values = proxies
    columns = [i for i, name in enumerate(names) if name in TRUSTED] or list(range(len(names)))
    chosen = {a: tuple(numbers[i] for i in columns) for a, numbers in values.items()}
    return Knowledge(tuple(names[i] for i in columns), chosen)


def bananas(
    initial: int, allow_isomorphic: bool, proxies: Proxies | None = None
) -> BayesianOptimization:
    """BANANAS: an ensemble of deep networks on the path encoding, and independent draws of it.

    White, Neiswanger and Savani, AAAI 2021. Here the best of all architectures is taken, where the
    space can be listed, and not the best of a pool.
    """
    from nbnas.surrogate.ensemble.encoding import PathEncoding
    from nbnas.surrogate.ensemble.prior import Ensemble

    model = Ensemble(encoding=PathEncoding(), subsample=False, layers=10, width=20)
    return BayesianOptimization(
        model,
        IndependentThompsonSampling(),
        initial=initial,
        allow_isomorphic=allow_isomorphic,
    )


def random(initial: int, allow_isomorphic: bool, proxies: Proxies | None = None) -> RandomSearch:
    """Random search."""
    return RandomSearch(allow_isomorphic)


def evolution(
    initial: int, allow_isomorphic: bool, proxies: Proxies | None = None
) -> RegularizedEvolution:
    """Regularised evolution."""
    return RegularizedEvolution(initial=initial or RANDOM, allow_isomorphic=allow_isomorphic)


def local_search(
    initial: int, allow_isomorphic: bool, proxies: Proxies | None = None
) -> LocalSearch:
    """Local search."""
    return LocalSearch(initial or RANDOM, allow_isomorphic)


def reinforce(initial: int, allow_isomorphic: bool, proxies: Proxies | None = None) -> Reinforce:
    """A policy that learns by REINFORCE."""
    return Reinforce(initial=initial or RANDOM, allow_isomorphic=allow_isomorphic)


def tpe(initial: int, allow_isomorphic: bool, proxies: Proxies | None = None) -> Tpe:
    """The tree-structured Parzen estimator of Optuna, which must be installed."""
    return Tpe(initial or RANDOM, allow_isomorphic)


STRATEGIES: Mapping[str, Factory] = {
    "bayes": bayes,
    "random": random,
    "evolution": evolution,
    "local-search": local_search,
    "reinforce": reinforce,
    "tpe": tpe,
    "bananas": bananas,
    "bayes-ei": bayes_ei,
}


def initial_for(word: str) -> int:
    """How many architectures the strategy of a word evaluates by default before it learns."""
    return first_ones(getattr(STRATEGIES[word](0, False), "initial", RANDOM))
