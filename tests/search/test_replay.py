import dataclasses
import math

import pytest

from nbnas.errors import SearchError, SettingError
from nbnas.graphs.distances.edit.distance import EditDistance
from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.distances.otmann.distance import OtmannDistance
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.records import Evaluation, Observations
from nbnas.search.maximizers.pool import RandomPool
from nbnas.search.replay import replay, what_if
from nbnas.search.search import Search
from nbnas.search.strategies.bayesian import BayesianOptimization, fitted
from nbnas.search.strategies.evolution import RegularizedEvolution
from nbnas.search.strategies.local_search import LocalSearch
from nbnas.search.strategies.random import RandomSearch
from nbnas.search.strategies.reinforce import Reinforce
from nbnas.search.strategies.tpe import Tpe
from nbnas.surrogate.acquisition.improvement import ExpectedImprovement, UpperConfidenceBound
from nbnas.surrogate.acquisition.thompson import ThompsonSampling
from nbnas.surrogate.ensemble.prior import Ensemble
from nbnas.surrogate.kernels.distance import DistanceKernel
from nbnas.surrogate.kernels.weisfeiler_lehman import WeisfeilerLehmanKernel
from nbnas.surrogate.process.prior import GaussianProcess

SPACE = CellSpace()
MODELLED = [
    BayesianOptimization(initial=4),
    BayesianOptimization(GaussianProcess(DistanceKernel(HammingDistance())), initial=4),
    BayesianOptimization(acquisition=ThompsonSampling(), maximizer=RandomPool(60), initial=4),
    BayesianOptimization(Ensemble(members=2, epochs=5), maximizer=RandomPool(60), initial=4),
]
OTHERS = [RandomSearch(), RegularizedEvolution(initial=4), LocalSearch(4), Reinforce(), Tpe(4)]


def name(strategy):
    inner = getattr(strategy, "prior", None)
    kind = type(getattr(strategy, "acquisition", None)).__name__
    return f"{type(strategy).__name__}-{type(inner).__name__}-{kind}"


def recorded(search, trials):
    """What the search proposes, trial by trial."""
    proposals = []
    while len(search.observations) < trials:
        proposals.append(search.ask())
        search.step()
    return proposals


def ranking(proposal):
    return [(c.architecture, c.score, c.mean, c.expected_improvement) for c in proposal.candidates]


def lengthscales(strategy):
    kernel = strategy.prior.kernel
    return [p.lengthscale.item() for p in kernel.modules() if isinstance(p, DistanceKernel)]


@pytest.mark.parametrize("strategy", [*MODELLED, *OTHERS], ids=name)
def test_every_round_is_the_one_that_was(table, strategy):
    search = Search(SPACE, table, strategy, seed=3)
    proposals = recorded(search, 15)
    for number in (14, 0, 7, *range(15)):  # in any order, as a slider asks for them
        again = replay(search, number)
        was = proposals[number]
        assert again.proposal.architecture == was.architecture
        assert again.proposal.architecture == search.observations[number].architecture
        assert ranking(again.proposal) == ranking(was)
        assert again.proposal.reason == was.reason
        assert (again.proposal.number, again.proposal.seed) == (number, was.seed)
        assert again.number == number
        assert again.observations.evaluations == search.observations.evaluations[:number]


@pytest.mark.parametrize("strategy", MODELLED, ids=name)
def test_the_model_is_that_of_the_round(table, strategy):
    search = Search(SPACE, table, strategy, seed=3).run(8)
    assert replay(search, 1).posterior is None
    early = replay(search, 6).posterior
    assert early.observations.evaluations == search.observations.evaluations[:6]
    now = replay(search, 8)
    cells = SPACE.sample(0, 5)
    assert now.posterior.predict(cells)[0] == pytest.approx(search.posterior.predict(cells)[0])
    top = now.proposal.candidates[0]
    assert now.posterior.predict((top.architecture,))[0][0] == pytest.approx(top.mean)


@pytest.mark.parametrize("strategy", OTHERS, ids=name)
def test_without_a_model_there_is_no_posterior(table, strategy):
    search = Search(SPACE, table, strategy).run(3)
    assert replay(search, 3).posterior is None


def test_a_space_that_cannot_be_listed():
    def short(architecture, seed=0):
        return Evaluation(architecture, 1 / len(architecture.nodes))

    search = Search(ChainSpace(), short, BayesianOptimization(initial=4), seed=1)
    proposals = recorded(search, 8)
    assert [replay(search, n).proposal.architecture for n in range(8)] == [
        p.architecture for p in proposals
    ]


def test_the_round_to_come_is_what_is_asked_next(table):
    search = Search(SPACE, table, BayesianOptimization(initial=4), seed=5).run(7)
    coming = replay(search, 7).proposal
    asked = search.ask()
    assert coming.architecture == asked.architecture
    assert replay(search, 7).proposal is asked


def test_a_resumed_search_can_be_rewound(table, tmp_path):
    def opened():
        strategy = BayesianOptimization(initial=4)
        return Search(SPACE, table, strategy, seed=2, store=tmp_path / "s.db")

    proposals = recorded(opened(), 12)
    fitted.cache_clear()
    resumed = opened()
    for number in (11, 5, 9):
        assert ranking(replay(resumed, number).proposal) == ranking(proposals[number])


def test_looking_back_leaves_the_search_as_it_is(table):
    plain = Search(SPACE, table, BayesianOptimization(initial=4), seed=6).run(14)
    watched = Search(SPACE, table, BayesianOptimization(initial=4), seed=6)
    watched.stepped.connect(lambda step: replay(watched, step.number // 2))
    watched.start(14)
    for _ in range(6):  # from another thread than the search's
        seen = len(watched.observations)
        replay(watched, seen, what_if(watched.strategy, lengthscale=1.0))
    watched.wait()
    assert watched.observations.architectures == plain.observations.architectures


@pytest.mark.parametrize("number", [-1, 4, 2.0, None])
def test_a_round_that_never_was(table, number):
    search = Search(SPACE, table, RandomSearch()).run(3)
    with pytest.raises(SettingError, match="from 0 to 3"):
        replay(search, number)


def test_a_used_up_space_has_no_round_to_come(table):
    class Two(CellSpace):
        __slots__ = ()
        size = 2

        def __iter__(self):
            return iter(SPACE.sample(0, 2))

        def sample(self, rng, n):
            return SPACE.sample(0, 2)[:n]

    search = Search(Two(), table, RandomSearch())
    search.observations = Observations(tuple(table(a) for a in SPACE.sample(0, 2)))
    with pytest.raises(SearchError, match="nothing is left"):
        replay(search, 2)


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
    with pytest.raises(SettingError, match="above 0 and below inf"):
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
