import math
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.architecture import LINK, Architecture
from nbnas.graphs.distances.distance import Distance
from nbnas.graphs.distances.otmann.distance import OtmannDistance
from nbnas.graphs.distances.otmann.mismatch import MismatchTable
from nbnas.graphs.distances.otmann.paths import layer_table
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.cnn.space import CnnSpace

KINDS = ["conv1x1", "conv3x3", "conv5x5", "conv7x7", "max-pool", "avg-pool", "pool", "relu", "fc"]


def network(labels, edges):
    links = tuple((u, v, LINK) for u, v in sorted(edges))
    return Architecture(tuple(labels), links, f"{labels} {sorted(edges)}")


def random_network(rng, fewest=4, most=9):
    """Every layer reads one of the last three; the small units make many near ties."""
    size = int(rng.integers(fewest, most + 1))
    kinds = rng.choice(KINDS, size - 2)
    labels = [f"{k}:{rng.integers(1, 9)}" if "conv" in k or k == "fc" else k for k in kinds]
    if rng.random() < 0.7:
        labels[-1] = "softmax"
    edges = {(int(rng.integers(max(0, v - 3), v)), v) for v in range(1, size)}
    open_ends = set(range(size - 1)) - {u for u, _ in edges}
    edges |= {(u, int(rng.integers(u + 1, size))) for u in open_ends}
    return network(["image", *labels, "output"], edges)


def networks(n, seed, fewest=4, most=9):
    rng = np.random.default_rng(seed)
    return [random_network(rng, fewest, most) for _ in range(n)]


def renumbered(a, rng):
    """The same network with its layers in another topological order."""
    graph = nx.DiGraph([(u, v) for u, v, _ in a.edges])
    order = {int(v): float(rng.random()) for v in graph}
    old = list(nx.lexicographical_topological_sort(graph, key=order.get))
    new = {v: i for i, v in enumerate(old)}
    return network([a.nodes[v] for v in old], {(new[u], new[v]) for u, v, _ in a.edges})


BY_HAND = network(
    ["image", "conv3x3:4", "conv5x5:2", "max-pool", "fc:5", "softmax", "output"],
    {(0, 1), (1, 2), (1, 3), (2, 3), (3, 4), (4, 5), (5, 6)},
)


def test_a_distance_by_hand():
    links = {(0, 1), (1, 2), (2, 3)}
    a = network(["image", "conv3x3:10", "max-pool", "output"], links)  # 2, 10, 10, 2
    b = network(["image", "conv5x5:20", "avg-pool", "output"], links)  # 4, 20, 20, 4
    plan = OtmannDistance().explain(a, b)
    assert plan.label == pytest.approx(10 * 0.2 + 10 * 0.25)
    assert plan.structure == 0
    assert plan.non_assignment == pytest.approx(2 + 10 + 10 + 2)
    c = network(["image", "conv3x3:10", "relu", "output"], links)
    plan = OtmannDistance().explain(a, c)  # pooling and ReLU cannot be matched
    assert plan.distance == plan.non_assignment == pytest.approx(20)
    assert [(m.source, m.target) for m in plan.matches] == [(0, 0), (1, 1), (3, 3)]
    assert plan.unmatched[0] == pytest.approx((0, 0, 10, 0))


def test_500_distances_are_those_of_a_linear_programme_and_of_pot(by_linprog, by_pot):
    first, second = networks(25, seed=2), networks(20, seed=3)
    distances = OtmannDistance(structure=0.3).matrix(first, second)
    for i, a in enumerate(first):
        for j, b in enumerate(second):
            assert distances[i, j] == pytest.approx(by_linprog(a, b, 0.3), rel=1e-8, abs=1e-8)
            assert distances[i, j] == pytest.approx(by_pot(a, b, 0.3), rel=1e-8, abs=1e-8)


def test_the_normalised_distance_is_a_share_of_both_masses():
    nets = networks(12, seed=4)
    total = [layer_table(a).masses.sum() for a in nets]
    raw = OtmannDistance().matrix(nets, nets)
    normalized = OtmannDistance(normalized=True).matrix(nets, nets)
    np.testing.assert_allclose(normalized, raw / np.add.outer(total, total), rtol=1e-12)
    assert normalized.max() <= 1


@pytest.mark.parametrize("normalized", [False, True])
def test_it_is_symmetric_and_zero_on_itself(normalized):
    d = OtmannDistance(normalized=normalized)
    nets = networks(30, seed=5, most=14)
    matrix = d.matrix(nets, nets)
    assert (matrix == matrix.T).all()
    assert (matrix.diagonal() == 0).all()
    np.testing.assert_allclose(d.matrix(nets[:9], nets[9:]), matrix[:9, 9:], rtol=1e-12)
    np.testing.assert_allclose(d.matrix(nets[9:], nets[:9]), matrix[9:, :9], rtol=1e-12)
    for a in nets[:5]:
        assert d.distance(a, replace(a, text="a copy")) == pytest.approx(0, abs=1e-9)


def test_it_is_zero_for_a_renumbering():
    rng = np.random.default_rng(6)
    moved = 0
    for a in networks(40, seed=6, fewest=6, most=12):
        b = renumbered(a, rng)
        moved += a.nodes != b.nodes
        assert OtmannDistance().distance(a, b) == pytest.approx(0, abs=1e-9)
    assert moved >= 5


@pytest.mark.parametrize("structure", [0.0, 0.1, 2.0])
def test_the_raw_distance_obeys_the_triangle_rule(structure):
    d = OtmannDistance(structure=structure)
    assert d.obeys_triangle
    assert not d.is_metric
    nets = networks(40, seed=7, most=8)
    m = d.matrix(nets, nets)
    excess = (
        m[:, None, :] - m[:, :, None] - m[None, :, :]
    )  # (x, y, z): d(x, z) - d(x, y) - d(y, z)
    assert excess.max() <= 1e-9 * m.max()


def test_the_normalised_distance_and_a_crooked_table_do_not_promise_the_triangle_rule():
    assert not OtmannDistance(normalized=True).obeys_triangle
    crooked = MismatchTable.default().extended({("conv3x3", "conv7x7"): 1.0})
    assert not crooked.obeys_triangle
    assert not OtmannDistance(mismatch=crooked).obeys_triangle


@pytest.mark.parametrize("normalized", [False, True])
def test_an_explanation_adds_up(normalized, structural, labels):
    d = OtmannDistance(normalized=normalized)
    for a, b in zip(networks(60, seed=11), networks(60, seed=12), strict=True):
        plan = d.explain(a, b)
        raw = sum(m.cost for m in plan.matches) + sum(map(sum, plan.unmatched))
        total = sum(map(sum, plan.masses))
        assert plan.distance == pytest.approx(d.distance(a, b), rel=1e-9)
        assert plan.distance == pytest.approx(raw / total if normalized else raw, rel=1e-9)
        for side, ends in enumerate(("source", "target")):
            taken = np.array(plan.unmatched[side])
            for match in plan.matches:
                taken[getattr(match, ends)] += match.mass
            np.testing.assert_allclose(taken, plan.masses[side], atol=1e-9)
        costs = labels(a, b), d.structure * structural(a, b)
        for m in plan.matches:
            assert m.label_cost == costs[0][m.source, m.target]
            assert m.structural_cost == pytest.approx(costs[1][m.source, m.target])


def test_the_explanation_of_equal_networks_matches_each_layer_with_itself():
    plan = OtmannDistance().explain(BY_HAND, BY_HAND)
    assert plan.distance == 0
    assert [(m.source, m.target) for m in plan.matches] == [(v, v) for v in range(7)]


def test_networks_without_mass():
    empty = network(["image", "output"], {(0, 1)})
    for d in (OtmannDistance(), OtmannDistance(normalized=True)):
        assert d.distance(empty, replace(empty, text="again")) == 0
        assert d.explain(empty, empty).distance == 0
    total = layer_table(BY_HAND).masses.sum()
    assert OtmannDistance().distance(empty, BY_HAND) == pytest.approx(total)
    assert OtmannDistance().distance(BY_HAND, empty) == pytest.approx(total)


def smallest(kernel):
    return np.linalg.eigvalsh(kernel)[0]


@pytest.mark.parametrize("normalized", [False, True])
def test_the_exponential_is_positive_definite_on_60_networks_and_the_squared_one_is_not(
    normalized,
):
    nets = list(dict.fromkeys(CnnSpace().sample(1, 60)))
    m = OtmannDistance(normalized=normalized).matrix(nets, nets)
    m /= np.median(m)
    assert min(smallest(np.exp(-m / length)) for length in (0.1, 0.5, 1, 2)) > 0
    assert smallest(np.exp(-(m**2))) < -1e-3


@pytest.mark.parametrize("normalized", [False, True])
def test_the_exponential_is_not_positive_definite_everywhere(normalized):
    nets = networks(200, seed=14, fewest=4, most=8)
    m = OtmannDistance(structure=1.5, normalized=normalized).matrix(nets, nets)
    assert smallest(np.exp(-m / (3 * np.median(m)))) < -1e-4


def test_it_is_a_distance():
    assert isinstance(OtmannDistance(), Distance)
    assert OtmannDistance() in {OtmannDistance()}
    assert repr(OtmannDistance()) == (
        "OtmannDistance(structure=0.1, mismatch=MismatchTable.default(), normalized=False)"
    )


def test_an_unknown_kind_is_an_error_that_says_how_to_add_it():
    a = network(["image", "gelu:3", "output"], {(0, 1), (1, 2)})
    with pytest.raises(ArchitectureError, match=r"got 'gelu'; add it .*extended"):
        OtmannDistance().distance(a, BY_HAND)
    table = MismatchTable.default().extended({("gelu", "gelu"): 0})
    assert OtmannDistance(mismatch=table).distance(a, a) == 0


@pytest.mark.parametrize(
    "settings",
    [{"structure": -1}, {"structure": math.nan}, {"structure": math.inf}, {"workers": 0}],
)
def test_bad_settings_are_errors(settings):
    with pytest.raises(SettingError, match="expected"):
        OtmannDistance(**settings)


@pytest.mark.slow
def test_processes_find_the_same_bit_for_bit():
    one, two = OtmannDistance(workers=1), OtmannDistance(workers=2)
    assert one == two  # how it is computed is no part of the distance
    some = CellSpace().sample(1, 30)
    assert (one.matrix(some, some[5:]) == two.matrix(some, some[5:])).all()
