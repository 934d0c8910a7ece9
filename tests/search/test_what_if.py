import dataclasses
import math

import pytest

from nbnas.errors import SettingError
from nbnas.graphs.distances.edit.distance import EditDistance
from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.distances.otmann.distance import OtmannDistance
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.search.replay import replay, what_if
from nbnas.search.search import Search
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.search.strategies.random import RandomSearch
from nbnas.surrogate.acquisition.improvement import ExpectedImprovement, UpperConfidenceBound
from nbnas.surrogate.ensemble.prior import Ensemble
from nbnas.surrogate.kernels.distance import DistanceKernel
from nbnas.surrogate.kernels.weisfeiler_lehman import WeisfeilerLehmanKernel
from nbnas.surrogate.process.prior import GaussianProcess

SPACE = CellSpace()


def lengthscales(strategy):
    kernel = strategy.prior.kernel
    return [p.lengthscale.item() for p in kernel.modules() if isinstance(p, DistanceKernel)]


def test_another_strategy_chooses_from_the_same_trials(table):
    search = Search(SPACE, table, BayesianOptimization(initial=4), seed=0).run(10)
    other = replay(search, 9, RandomSearch())
    assert other.posterior is None
    assert not other.proposal.candidates
    assert other.observations == replay(search, 9).observations
    assert other.proposal.architecture not in other.observations.architectures


def test_what_if_the_acquisition_function_were_another(table):
    search = Search(SPACE, table, BayesianOptimization(initial=4), seed=0).run(12)
    bold = what_if(search.strategy, acquisition=UpperConfidenceBound(50.0))
    was, other = replay(search, 11), replay(search, 11, bold)
    assert other.proposal.acquisition == "UpperConfidenceBound"
    assert other.posterior.prior is was.posterior.prior  # nothing is fitted again
    stddevs = [max(c.stddev for c in r.proposal.candidates) for r in (was, other)]
    assert other.proposal.candidates[0].stddev > stddevs[0]
    same = replay(search, 11, what_if(search.strategy, acquisition=ExpectedImprovement()))
    assert same.proposal.architecture == was.proposal.architecture  # EI and log EI rank alike


def test_what_if_the_kernel_were_another(table):
    search = Search(SPACE, table, BayesianOptimization(initial=4), seed=0).run(12)
    strategy = what_if(search.strategy, kernel=WeisfeilerLehmanKernel(1))
    alone = Search(
        SPACE,
        table,
        BayesianOptimization(GaussianProcess(WeisfeilerLehmanKernel(1)), initial=4),
        seed=0,
    )
    alone.observations = search.observations
    other, expected = replay(search, 12, strategy), replay(alone, 12)
    assert other.proposal.architecture == expected.proposal.architecture
    assert [c.mean for c in other.proposal.candidates] == pytest.approx(
        [c.mean for c in expected.proposal.candidates]
    )
    assert strategy.acquisition is search.strategy.acquisition
    assert "DistanceKernel" not in repr(other.posterior.prior.kernel)


@pytest.mark.parametrize("value", [0.4, 6.0])
def test_what_if_the_lengthscale_were_held(table, value):
    search = Search(SPACE, table, BayesianOptimization(initial=4), seed=0).run(12)
    held = what_if(search.strategy, lengthscale=value)
    round_ = replay(search, 12, held)
    (fitted_value,) = lengthscales(round_.posterior)
    assert fitted_value == pytest.approx(value, rel=1e-9)
    (own,) = lengthscales(search.posterior)
    assert own != pytest.approx(value)
    assert lengthscales(search.strategy) == [pytest.approx(2.0)]  # it is as it was
    noises = [p.prior.noise for p in (round_.posterior, held.posterior(search.observations))]
    assert noises[0] == noises[1] != held.prior.noise  # the rest is fitted


def test_a_lengthscale_counts_in_units_of_the_distance(table):
    """Against the formula: exp(-d / l), nothing else in the kernel."""
    strategy = BayesianOptimization(GaussianProcess(DistanceKernel(HammingDistance())))
    held = what_if(strategy, lengthscale=3.0)
    a, b = SPACE.sample(1, 2)
    covariance = held.prior.covariance((a, b), (a, b))
    distance = HammingDistance().distance(a, b)
    assert covariance[0, 1] / covariance[0, 0] == pytest.approx(math.exp(-distance / 3))


def test_kernel_and_lengthscale_together(table):
    strategy = BayesianOptimization(initial=4)
    both = what_if(strategy, kernel=DistanceKernel(EditDistance()), lengthscale=0.5)
    assert lengthscales(both) == [pytest.approx(0.5)]


def test_the_same_question_shares_its_model():
    strategy = BayesianOptimization()
    assert what_if(strategy).prior is strategy.prior
    one, same, other = (what_if(strategy, lengthscale=x) for x in (1.0, 1.0, 2.0))
    assert one.prior is same.prior is not other.prior
    assert one.prior.table is strategy.prior.table  # what was measured is measured


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf")])
def test_impossible_lengthscales(value):
    with pytest.raises(SettingError, match="lengthscale to be None or a finite number above 0"):
        what_if(BayesianOptimization(), lengthscale=value)


def test_a_lengthscale_beyond_what_the_distance_allows():
    class Short(OtmannDistance):
        max_lengthscale = 2.0

    strategy = BayesianOptimization(GaussianProcess(DistanceKernel(Short(), 1.0)))
    with pytest.raises(SettingError, match=r"below 2, .* got 2.5"):
        what_if(strategy, lengthscale=2.5)
    assert lengthscales(what_if(strategy, lengthscale=1.9)) == [pytest.approx(1.9)]


def test_strategies_without_such_a_part():
    with pytest.raises(SettingError, match="RandomSearch, which has neither"):
        what_if(RandomSearch(), acquisition=ExpectedImprovement())
    networks = BayesianOptimization(Ensemble())
    with pytest.raises(SettingError, match="got Ensemble; of this strategy only"):
        what_if(networks, lengthscale=1.0)
    with pytest.raises(SettingError, match="got Ensemble"):
        what_if(networks, kernel=WeisfeilerLehmanKernel())
    assert what_if(networks, acquisition=ExpectedImprovement()).prior is networks.prior
    no_distance = dataclasses.replace(
        BayesianOptimization(), prior=GaussianProcess(WeisfeilerLehmanKernel())
    )
    with pytest.raises(SettingError, match="with a DistanceKernel in it"):
        what_if(no_distance, lengthscale=1.0)
