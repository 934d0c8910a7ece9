import copy

import gpytorch
import numpy as np
import pytest
import torch
from scipy.stats import norm, rankdata

from nbnas.errors import DataError, ObservationError
from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.spaces.cell import CellSpace, operations_of
from nbnas.records import Evaluation, Observations
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.surrogate.kernels.architecture import covariance
from nbnas.surrogate.kernels.distance import DistanceKernel
from nbnas.surrogate.kernels.knowledge import Knowledge, KnowledgeKernel
from nbnas.surrogate.process.prior import GaussianProcess

SPACE = CellSpace()
CELLS = tuple(dict.fromkeys(SPACE.sample(0, 400)))
RNG = np.random.default_rng(0)
WORTH = dict(zip(CELLS, RNG.normal(size=len(CELLS)), strict=True))  # nothing a graph could tell


def know(values):
    return Knowledge(("a", "b"), {c: (float(v), 2.0 * float(v)) for c, v in values.items()})


def observe(cells):
    return Observations(tuple(Evaluation(c, float(norm.cdf(WORTH[c]))) for c in cells))


def test_only_the_order_counts():
    knowledge = know(WORTH)
    u = knowledge.scores(CELLS)
    ranks = rankdata(list(WORTH.values()))
    assert u[:, 0] == pytest.approx(norm.ppf((ranks - 0.375) / (len(CELLS) + 0.25)))
    stretched = know({c: np.exp(3 * v) for c, v in WORTH.items()})
    assert np.array_equal(stretched.scores(CELLS), u)


def test_the_best_come_first():
    best = know(WORTH).best(40)
    assert list(best) == sorted(CELLS, key=lambda c: -WORTH[c])[:40]


def test_the_kernel_equals_gpytorchs():
    knowledge = know(WORTH)
    prior = GaussianProcess(KnowledgeKernel(knowledge, lengthscale=0.7))
    rbf = gpytorch.kernels.RBFKernel().double()
    rbf.lengthscale = 0.7 * np.sqrt(2)  # d is divided by √p
    u = torch.from_numpy(knowledge.scores(CELLS[:50]))
    expected = rbf(u).to_dense().detach().numpy()
    assert np.abs(prior.covariance(CELLS[:50], CELLS[:50]) - expected).max() < 1e-7


def test_knowledge_predicts_what_graphs_cannot():
    seen, new = CELLS[:60], CELLS[60:]
    truth = [WORTH[c] for c in new]
    graphs = DistanceKernel(HammingDistance())
    alone = GaussianProcess(graphs).fit(observe(seen)).condition(observe(seen))
    both = GaussianProcess(graphs + KnowledgeKernel(know(WORTH))).fit(observe(seen))
    informed = both.condition(observe(seen))
    assert abs(np.corrcoef(alone.predict(new)[0], truth)[0, 1]) < 0.3
    assert np.corrcoef(informed.predict(new)[0], truth)[0, 1] > 0.95


def test_a_shuffled_proxy_costs_little(table):
    """Its weight is learned to be small, and predictions are about as good as without it."""
    cells = CELLS[:320]
    shuffled = dict(zip(CELLS, np.random.default_rng(1).permutation(len(CELLS)), strict=True))
    graphs, seen = DistanceKernel(HammingDistance()), cells[:80]
    observations = Observations(tuple(table(a) for a in seen))
    truth = [table(a).value for a in cells[80:]]
    without = GaussianProcess(graphs).fit(observations)
    with_it = GaussianProcess(graphs + KnowledgeKernel(know(shuffled))).fit(observations)
    of_graphs, of_knowledge = (part.outputscale.item() for part in with_it.kernel.kernels)
    assert of_knowledge < 0.2 * of_graphs
    errors = [
        np.sqrt(np.mean((p.condition(observations).predict(cells[80:])[0] - truth) ** 2))
        for p in (without, with_it)
    ]
    assert errors[1] < 1.1 * errors[0]


def test_copies_share_it_and_tables_grow():
    knowledge = know(WORTH)
    assert copy.deepcopy(knowledge) is knowledge
    prior = GaussianProcess(KnowledgeKernel(knowledge))
    few = prior.covariance(CELLS[:5], CELLS[:5])
    many = prior.covariance(CELLS[:5], CELLS)
    assert np.array_equal(many[:, :5], few)
    kernel = prior.kernel
    index = prior.table.indices(CELLS[:5])
    assert torch.allclose(covariance(kernel, index, index), kernel(index, index).to_dense())


def test_an_informed_search_starts_from_the_best(table):
    number = {a: float(operations_of(a).count("nor_conv_3x3")) for a in SPACE}
    knowledge = Knowledge(("convolutions",), {a: (v,) for a, v in number.items()})
    strategy = BayesianOptimization(initial=5, knowledge=knowledge, allow_isomorphic=True)
    observations = Observations()
    for seed in range(5):
        rng = np.random.default_rng([0, seed])
        proposal = strategy.propose(SPACE, observations, (), 1, rng)
        assert "best 313 by convolutions" in proposal.reason
        assert number[proposal.architecture] >= 3
        observations = observations + table(proposal.architecture)
    later = strategy.propose(SPACE, observations, (), 1, np.random.default_rng(1))
    assert later.considered == 15_625
    plain = BayesianOptimization(initial=5).propose(
        SPACE, Observations(), (), 5, np.random.default_rng(0)
    )
    assert min(number[a] for a in plain.architectures) < 3


def test_wrong_numbers_are_named():
    a, b = CELLS[:2]
    with pytest.raises(DataError, match="at least one name"):
        Knowledge((), {a: ()})
    with pytest.raises(DataError, match="2 finite numbers"):
        Knowledge(("x", "y"), {a: (1.0,)})
    with pytest.raises(DataError, match="finite"):
        Knowledge(("x",), {a: (float("nan"),)})
    with pytest.raises(ObservationError, match="Subspace"):
        Knowledge(("x",), {a: (1.0,)}).scores((b,))


def test_a_study_tells_knowledge_apart():
    first, second = know(WORTH), know({c: -v for c, v in WORTH.items()})
    assert first.fingerprint() != second.fingerprint()
    assert first.fingerprint() == know(WORTH).fingerprint()
