import math

import numpy as np
import pytest

from nbnas.errors import SettingError
from nbnas.graphs.distances.edit.contrast import contrast
from nbnas.graphs.distances.edit.distance import EditDistance
from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Candidate, Observations
from nbnas.surrogate.ensemble.prior import Ensemble
from nbnas.surrogate.kernels.distance import DistanceKernel
from nbnas.surrogate.process.prior import GaussianProcess
from nbnas.surrogate.process.why import why

SPACE = CellSpace()
DISTANCE = HammingDistance()


def candidate(architecture):
    return Candidate(architecture, *[0.0] * 8)


@pytest.fixture(scope="module")
def observations(table):
    return Observations(tuple(table(a) for a in SPACE.sample(0, 20)))


@pytest.fixture(scope="module")
def posterior(observations):
    return GaussianProcess().fit(observations).condition(observations)


@pytest.fixture(scope="module")
def networks(observations):
    return Ensemble(members=2, epochs=5).condition(observations)


def test_contributions_make_up_the_prediction(posterior):
    a = SPACE.sample(9, 1)[0]
    found = why(posterior, candidate(a), DISTANCE, k=20)
    mean, _ = posterior.latent((a,))
    assert len(found.neighbors) == 20
    assert sum(n.contribution for n in found.neighbors) == pytest.approx(
        float(mean) - posterior.prior.mean
    )
    assert sum(n.share for n in found.neighbors) == pytest.approx(1.0)


def test_the_heaviest_come_first_and_are_told_apart(posterior, observations):
    a = SPACE.sample(9, 1)[0]
    found = why(posterior, candidate(a), EditDistance(), k=4)
    weights = np.abs(posterior.contributions(a))
    heaviest = np.argsort(-weights)[:4]
    assert [n.evaluation for n in found.neighbors] == [observations[i] for i in heaviest]
    for i, neighbor, difference in zip(heaviest, found.neighbors, found.differences, strict=True):
        b = observations[i].architecture
        assert neighbor.share == pytest.approx(weights[i] / weights.sum())
        assert neighbor.distance == EditDistance().distance(a, b)
        assert difference == contrast(a, b)


def test_by_the_formula_of_two_observations(table):
    """k(a, x) α by hand, for one length-scale and one noise."""
    x, y, a = SPACE.sample(4, 3)
    seen = Observations((table(x), table(y)))
    prior = GaussianProcess(DistanceKernel(DISTANCE, 2.0), noise=0.1)
    posterior = prior.condition(seen)

    def k(p, q):
        return math.exp(-DISTANCE.distance(p, q) / 2)

    z = posterior.z
    noisy = np.array([[k(x, x) + 0.1, k(x, y)], [k(y, x), k(y, y) + 0.1]])
    expected = np.array([k(a, x), k(a, y)]) * np.linalg.solve(noisy, z - prior.mean)
    found = {n.evaluation: n for n in why(posterior, candidate(a), DISTANCE).neighbors}
    assert [found[e].contribution for e in seen] == pytest.approx(list(expected), rel=1e-5)


def test_an_evaluated_architecture_is_its_own_neighbour(posterior, observations):
    a = observations[3].architecture
    found = why(posterior, candidate(a), DISTANCE, k=20)
    own = next(n for n in found.neighbors if n.evaluation == observations[3])
    assert own.distance == 0
    assert "nothing: it is the same" in found.differences


def test_a_model_without_contributions_names_the_closest(networks, observations):
    a = SPACE.sample(9, 1)[0]
    found = why(networks, candidate(a), DISTANCE, k=5)
    distances = DISTANCE.matrix((a,), observations.architectures)[0]
    assert [n.distance for n in found.neighbors] == sorted(distances)[:5]
    assert all(math.isnan(n.contribution) and math.isnan(n.share) for n in found.neighbors)
    assert len(found.differences) == 5


def test_fewer_evaluations_than_asked_for(table):
    seen = Observations((table(SPACE.sample(0, 1)[0]),))
    found = why(GaussianProcess().condition(seen), candidate(SPACE.sample(1, 1)[0]), DISTANCE)
    assert len(found.neighbors) == len(found.differences) == 1


def test_where_all_is_alike_nothing_weighs(table):
    """Equal values are warped to the prior mean, so that every contribution is 0."""
    cells = SPACE.sample(0, 4)
    same = Observations(tuple(table(cells[0]) for _ in range(3)))
    found = why(GaussianProcess().condition(same), candidate(cells[1]), DISTANCE)
    assert [n.share for n in found.neighbors] == [0.0, 0.0, 0.0]


def test_at_least_one_is_named(posterior):
    with pytest.raises(SettingError, match="k=0"):
        why(posterior, candidate(SPACE.sample(0, 1)[0]), DISTANCE, k=0)
