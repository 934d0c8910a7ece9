import dataclasses
import itertools

import numpy as np
import pytest
from scipy.stats import kendalltau, spearmanr

from nbnas.errors import ObservationError
from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.distances.path import PathDistance
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Evaluation
from nbnas.surrogate.process.diagnosis import Diagnoses, diagnose
from nbnas.surrogate.process.variogram import variogram

SPACE = CellSpace()
CELLS = SPACE.sample(0, 60)


@pytest.fixture(scope="module")
def evaluations(table):
    return tuple(table(a) for a in CELLS)


@pytest.fixture(scope="module")
def diagnosis(evaluations):
    failed = Evaluation(CELLS[0], None, "failed")
    return diagnose(HammingDistance(), SPACE, (*evaluations, failed))


def test_correlations_are_those_over_all_pairs(diagnosis, evaluations):
    d = HammingDistance().matrix(CELLS, CELLS)
    values = np.array([e.value for e in evaluations])
    pairs = [(i, j) for i in range(60) for j in range(i)]
    distances = [d[p] for p in pairs]
    gaps = [abs(values[i] - values[j]) for i, j in pairs]
    assert diagnosis.spearman == pytest.approx(spearmanr(distances, gaps).statistic)
    assert diagnosis.kendall == pytest.approx(kendalltau(distances, gaps).statistic)
    assert diagnosis.architectures == 60  # the failed one does not count


def test_the_model_predicts_a_smooth_objective(diagnosis):
    assert diagnosis.leave_one_out_spearman > 0.6
    assert 0 < diagnosis.leave_one_out_kendall < diagnosis.leave_one_out_spearman
    assert diagnosis.smallest_eigenvalue > -1e-9
    assert diagnosis.lengthscale > 0
    assert diagnosis.problem == ""
    assert 0 < diagnosis.microseconds < 10_000


@pytest.mark.parametrize("n", range(6, 40, 3))
def test_no_bin_of_a_variogram_is_empty(n):
    rng = np.random.default_rng(n)
    points = rng.integers(0, 40, (n, 1)).astype(float)  # more than ten distances, many equal
    bins = variogram(np.abs(points - points.T), rng.random(n), rng)
    assert min(b.pairs for b in bins) > 0
    assert sum(b.pairs for b in bins) == n * (n - 1) // 2


def test_variogram_is_the_mean_by_distance(diagnosis, evaluations):
    d = HammingDistance().matrix(CELLS, CELLS)
    values = np.array([e.value for e in evaluations])
    upper = np.triu(np.ones((60, 60), dtype=bool), k=1)
    gaps = np.abs(values[:, None] - values[None, :])
    assert sum(b.pairs for b in diagnosis.variogram) == 60 * 59 // 2
    for b in diagnosis.variogram:
        assert b.shortest == b.longest  # Hamming distances are few
        assert b.mean == pytest.approx(gaps[upper & (d == b.shortest)].mean())
        assert b.lower <= b.mean * 1.5
        assert b.lower <= b.upper


def test_many_distances_are_put_into_bins_of_like_size():
    rng = np.random.default_rng(0)
    points, values = rng.random((50, 3)), rng.random(50)
    d = np.linalg.norm(points[:, None] - points[None], axis=-1)
    bins = variogram(d, values, rng)
    assert len(bins) == 10
    assert max(b.pairs for b in bins) < 1.2 * min(b.pairs for b in bins)
    assert all(one.longest <= two.shortest for one, two in itertools.pairwise(bins))


def test_the_band_covers_the_mean_of_another_sample():
    """Values without structure: in each bin the mean |Δf| of uniform numbers is 1/3."""
    rng = np.random.default_rng(3)
    points, values = rng.random((120, 2)), rng.random(120)
    d = np.linalg.norm(points[:, None] - points[None], axis=-1)
    covered = [b.lower <= 1 / 3 <= b.upper for b in variogram(d, values, rng)]
    assert sum(covered) >= 8


class Broken(HammingDistance):
    """No covariance comes of it."""

    __slots__ = ()

    def matrix(self, a, b):
        d = super().matrix(a, b)
        return np.where(d <= 4, 0.0, 50.0) * (d > 0)


def test_a_distance_that_gives_no_covariance_is_told(evaluations):
    found = diagnose(Broken(), SPACE, evaluations)
    assert found.smallest_eigenvalue < -0.1
    if found.problem:
        assert "positive definite" in found.problem
        assert np.isnan(found.leave_one_out_kendall)


def test_several_make_a_table(diagnosis):
    rows = Diagnoses((diagnosis, diagnosis)).rows
    assert len(rows) == 2
    assert rows[0]["distance"] == "HammingDistance()"
    assert rows[0]["Spearman of d and |Δf|"] == diagnosis.spearman
    with pytest.raises(ObservationError, match="at least one"):
        Diagnoses(())


def test_several_are_diagnosed_with_a_bar(evaluations, monkeypatch, capsys):
    monkeypatch.setattr("nbnas.waiting.bars.SOON", 0.0)
    distances = {"Hamming": HammingDistance(), "path": PathDistance()}
    found = Diagnoses.of(distances.values(), SPACE, evaluations[:20])
    alone = [diagnose(d, SPACE, evaluations[:20]) for d in distances.values()]
    timeless = [
        [dataclasses.replace(d, microseconds=0) for d in made] for made in (found.diagnoses, alone)
    ]
    assert timeless[0] == timeless[1]
    assert "diagnoses: " in capsys.readouterr().err
    with pytest.raises(ObservationError, match="expected distances to be"):
        Diagnoses.of(HammingDistance(), SPACE, evaluations)
    with pytest.raises(ObservationError, match="at least one"):
        Diagnoses.of((), SPACE, evaluations)


def test_refuses_too_little_data(evaluations):
    with pytest.raises(ObservationError, match="at least 10 completed evaluations, got 9"):
        diagnose(HammingDistance(), SPACE, evaluations[:9])
    same = [dataclasses.replace(e, value=0.5) for e in evaluations]
    with pytest.raises(ObservationError, match="all have one value"):
        diagnose(HammingDistance(), SPACE, same)
