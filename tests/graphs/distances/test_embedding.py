import math
import time
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.linalg import orthogonal_procrustes
from scipy.spatial.distance import cdist

from nbnas.errors import SettingError
from nbnas.graphs.distances.embedding import embed
from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.distances.otmann.distance import OtmannDistance
from nbnas.graphs.distances.rank import RankDistance
from nbnas.graphs.distances.weisfeiler_lehman import WeisfeilerLehmanDistance
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.graphs.spaces.choice.space import ChoiceSpace

SPACE = CellSpace()
CELLS = tuple(dict.fromkeys(SPACE.sample(0, 400)))


@dataclass(frozen=True)
class Located:
    """A distance between architectures that are points of a Euclidean space."""

    points: dict
    is_metric = True
    max_lengthscale = math.inf

    def distance(self, a, b):
        return float(self.matrix((a,), (b,))[0, 0])

    def matrix(self, a, b):
        rows, columns = ([self.points[x] for x in some] for some in (a, b))
        return cdist(np.array(rows), np.array(columns))

    def explain(self, a, b):
        return None


def located(dimensions, seed=0, spread=None):
    rng = np.random.default_rng(seed)
    points = rng.standard_normal((len(CELLS), dimensions)) * (spread or 1.0)
    return Located(dict(zip(CELLS, points, strict=True))), points


def turned(found, points):
    """The points of the plane, turned and shifted onto what they should be."""
    centred, truth = found - found.mean(axis=0), points - points.mean(axis=0)
    turn, _ = orthogonal_procrustes(centred, truth)
    return centred @ turn, truth


def test_points_of_a_plane_are_recovered_up_to_a_turn():
    distance, points = located(2, spread=(3.0, 1.0))
    found = embed(CELLS, distance)
    assert found.kept == pytest.approx(1.0)
    assert found.architectures == CELLS
    assert np.allclose(*turned(found.positions, points), atol=1e-8)
    assert np.allclose(cdist(found.positions, found.positions), distance.matrix(CELLS, CELLS))


@pytest.mark.parametrize("landmarks", [3, 10, 100])
def test_landmarks_place_the_others_exactly_where_they_span_the_space(landmarks):
    distance, points = located(2, spread=(3.0, 1.0))
    found = embed(CELLS, distance, landmarks=landmarks)
    assert np.allclose(*turned(found.positions, points), atol=1e-6)


def test_the_plane_is_that_of_principal_components():
    """Against numpy's singular values: classical scaling of Euclidean distances is PCA."""
    distance, points = located(6, spread=(5.0, 3.0, 1.0, 0.5, 0.2, 0.1))
    left, singular, _ = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)
    found = embed(CELLS, distance)
    assert np.allclose(np.abs(found.positions), np.abs(left * singular)[:, :2], atol=1e-8)
    assert found.kept == pytest.approx((singular[:2] ** 2).sum() / (singular**2).sum())


def test_sklearn_says_the_same_of_graph_distances():
    from sklearn.decomposition import KernelPCA

    distance = WeisfeilerLehmanDistance()
    cells = CELLS[:120]
    squared = distance.matrix(cells, cells) ** 2
    pca = KernelPCA(2, kernel="precomputed", eigen_solver="dense").fit(-0.5 * squared)
    found = embed(cells, distance).positions
    expected = pca.transform(-0.5 * squared)
    assert np.allclose(np.abs(found), np.abs(expected), atol=1e-8)
    others = CELLS[120:160]
    behind = embed((*cells, *others), distance, landmarks=120).positions[120:]
    expected = pca.transform(-0.5 * distance.matrix(others, cells) ** 2)  # its Nyström extension
    assert np.allclose(np.abs(behind), np.abs(expected), atol=1e-8)


def test_close_cells_are_closer_in_the_plane_than_others():
    distance = HammingDistance()
    found = embed(CELLS, distance).positions
    plane, truth = cdist(found, found), distance.matrix(CELLS, CELLS)
    pairs = np.triu_indices(len(CELLS), 1)
    assert plane[pairs][truth[pairs] <= 2].mean() < 0.8 * plane[pairs][truth[pairs] == 6].mean()


def test_adding_architectures_moves_none():
    distance = WeisfeilerLehmanDistance()
    before = embed(CELLS[:150], distance, landmarks=100)
    after = embed(CELLS[:151], distance, landmarks=100)
    again = embed(CELLS[:150], distance, landmarks=100)
    assert np.array_equal(before.positions, again.positions)
    assert np.allclose(before.positions, after.positions[:150], rtol=0, atol=1e-12)
    assert before.kept == after.kept


def test_another_landmark_does_not_turn_the_axes():
    distance, _ = located(2, spread=(3.0, 1.0))
    before, after = (embed(CELLS[:n], distance).positions for n in (60, 61))
    assert np.abs(before - after[:60]).max() < 0.5


def test_the_order_of_the_others_does_not_matter():
    distance = HammingDistance()
    found = embed(CELLS[:80], distance, landmarks=50).positions
    turned_round = embed((*CELLS[:50], *CELLS[50:80][::-1]), distance, landmarks=50).positions
    assert np.allclose(found[50:], turned_round[50:][::-1])


def test_a_landmark_that_comes_again_is_at_its_place():
    distance = WeisfeilerLehmanDistance()
    found = embed((*CELLS[:60], CELLS[7]), distance, landmarks=60).positions
    assert np.allclose(found[7], found[60])


def test_few_architectures():
    distance = HammingDistance()
    one = embed(CELLS[:1], distance)
    assert one.positions.tolist() == [[0.0, 0.0]]
    assert one.kept == 1.0
    a, b = CELLS[:2]
    two = embed((a, b), distance)
    assert two.positions[:, 1].tolist() == [0.0, 0.0]
    assert abs(two.positions[0, 0] - two.positions[1, 0]) == pytest.approx(distance.distance(a, b))
    same = embed((a, a, a), distance, landmarks=2)
    assert not same.positions.any()
    assert same.kept == 1.0


def test_a_distance_that_is_not_euclidean():
    chains = ChainSpace().sample(0, 25)
    found = embed(chains, OtmannDistance())
    assert np.isfinite(found.positions).all()
    assert 0 < found.kept < 1


def test_positions_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        embed(CELLS[:5], HammingDistance()).positions[0, 0] = 1.0


def test_what_cannot_be_placed():
    with pytest.raises(SettingError, match="at least one architecture"):
        embed((), HammingDistance())
    with pytest.raises(SettingError, match="landmarks to be a whole number from 1"):
        embed(CELLS, HammingDistance(), landmarks=0)
    nowhere = Located({CELLS[0]: (0.0,), CELLS[1]: (math.inf,)})
    with pytest.raises(SettingError, match="expected finite distances, got"):
        embed(CELLS[:2], nowhere)


def test_the_whole_space_is_placed_in_seconds():
    began = time.perf_counter()
    found = embed((*CELLS, *SPACE), HammingDistance(), landmarks=len(CELLS))
    assert time.perf_counter() - began < 20
    places = dict(zip(map(str, found.architectures[len(CELLS) :]), found.positions[len(CELLS) :],
                      strict=True))  # fmt: skip
    assert np.allclose([places[str(a)] for a in CELLS], found.positions[: len(CELLS)])


def test_what_is_apart_is_never_on_one_place():
    space = ChoiceSpace(depth=(1, 2, 3), width=(4, 8, 16), activation=("a", "b", "c"))
    members = (*space, next(iter(space)))  # the first one twice
    places = embed(members, RankDistance(space)).positions
    gaps = cdist(places, places)
    extent = np.ptp(places, axis=0).max()
    assert gaps[0, -1] < 1e-9 * extent
    assert gaps[:-1, :-1][np.triu_indices(27, 1)].min() > 0.01 * extent
