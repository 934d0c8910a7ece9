import pytest

from nbnas.errors import SearchError, SettingError
from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.records import Evaluation, Observations
from nbnas.search.maximizers.pool import RandomPool
from nbnas.search.replay import replay, what_if
from nbnas.search.search import Search
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.search.strategies.evolution import RegularizedEvolution
from nbnas.search.strategies.local_search import LocalSearch
from nbnas.search.strategies.random import RandomSearch
from nbnas.search.strategies.reinforce import Reinforce
from nbnas.search.strategies.tpe import Tpe
from nbnas.surrogate.acquisition.thompson import ThompsonSampling
from nbnas.surrogate.ensemble.prior import Ensemble
from nbnas.surrogate.kernels.distance import DistanceKernel
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
