import itertools

import networkx as nx
import numpy as np

from nbnas.graphs.architecture import LINK, Architecture
from nbnas.graphs.canonical import has_vertex_operations, renumbered_form


def random_graph(rng, vertices, operations=2, edge=LINK):
    inner = [f"op{rng.integers(operations)}" for _ in range(vertices - 2)]
    pairs = itertools.combinations(range(vertices), 2)
    edges = tuple((u, v, edge) for u, v in pairs if rng.random() < 0.5)
    return Architecture(("input", *inner, "output"), edges, "")


def renumber(architecture, rng):
    """An isomorphic copy: a random topological order, with the ends in their places."""
    n = len(architecture.nodes)
    weights = rng.random(n)
    order, left = [0], set(range(1, n - 1))
    while left:
        free = [v for v in left if not any(w == v and u in left for u, w, _ in architecture.edges)]
        order.append(max(free, key=lambda v: weights[v]))
        left.remove(order[-1])
    order.append(n - 1)
    place = {v: i for i, v in enumerate(order)}
    edges = sorted((place[u], place[v], x) for u, v, x in architecture.edges)
    return Architecture(tuple(architecture.nodes[v] for v in order), tuple(edges), "")


def as_networkx(architecture):
    graph = nx.DiGraph()
    graph.add_nodes_from((v, {"x": x}) for v, x in enumerate(architecture.nodes))
    graph.add_edges_from((u, v) for u, v, _ in architecture.edges)
    return graph


def test_agrees_with_networkx_on_random_pairs():
    rng = np.random.default_rng(0)
    same = 0
    for _ in range(2000):
        n = int(rng.integers(2, 6))
        a, b = random_graph(rng, n), random_graph(rng, n)
        isomorphic = nx.is_isomorphic(
            as_networkx(a), as_networkx(b), node_match=lambda x, y: x == y
        )
        assert (renumbered_form(a) == renumbered_form(b)) == isomorphic
        same += isomorphic
    assert same > 50


def test_renumbering_changes_nothing():
    rng = np.random.default_rng(1)
    for n in (4, 7, 12):
        for _ in range(40):
            a = random_graph(rng, n, operations=1)
            assert a.canonical == renumber(a, rng).canonical


def test_two_triangles_are_no_hexagon():
    """Refinement alone cannot tell regular graphs apart; setting vertices apart can."""

    def graph(edges):
        inner = ["op"] * 6
        ends = [(0, v, LINK) for v in range(1, 7)] + [(v, 7, LINK) for v in range(1, 7)]
        links = [(u, v, LINK) for u, v in edges]
        return Architecture(("input", *inner, "output"), tuple(sorted(ends + links)), "")

    # Every inner vertex of the lower three feeds two of the upper three, in both graphs.
    ring = graph([(1, 4), (1, 5), (2, 5), (2, 6), (3, 4), (3, 6)])
    other = graph([(1, 4), (1, 5), (2, 4), (2, 5), (3, 6)])
    again = graph([(1, 5), (1, 6), (2, 4), (2, 6), (3, 4), (3, 5)])
    assert ring.canonical == again.canonical != other.canonical


def test_only_links_mean_vertex_operations():
    rng = np.random.default_rng(2)
    assert has_vertex_operations(random_graph(rng, 4))
    assert not has_vertex_operations(
        Architecture(("input", "output"), ((0, 1, "nor_conv_3x3"),), "")
    )
