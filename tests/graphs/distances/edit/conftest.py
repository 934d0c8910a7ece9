"""Shared by the tests of this folder."""

import itertools

import networkx as nx
import pytest

from nbnas.graphs.architecture import Architecture


def _random_graph(rng, vertices):
    """A random labelled DAG with the given number of vertices."""
    inner = [f"op{rng.integers(3)}" for _ in range(vertices - 2)]
    edges = [
        (u, v, f"e{rng.integers(2)}")
        for u, v in itertools.combinations(range(vertices), 2)
        if rng.random() < 0.5
    ]
    return Architecture(("input", *inner, "output"), tuple(edges), "")


def _renumbered(a, rng):
    """The same graph with its inner vertices in a random topological order."""
    graph = nx.DiGraph(pair[:2] for pair in a.edges)
    inner = graph.subgraph(range(1, len(a.nodes) - 1))
    keys = rng.random(len(a.nodes))
    order = nx.lexicographical_topological_sort(inner, key=keys.__getitem__)
    order = [0, *order, *(v for v in range(1, len(a.nodes) - 1) if v not in inner)]
    place = {v: i for i, v in enumerate([*order, len(a.nodes) - 1])}
    edges = sorted((place[u], place[v], x) for u, v, x in a.edges)
    return Architecture(tuple(a.nodes[v] for v in place), tuple(edges), "")


@pytest.fixture(scope="session")
def random_graph():
    return _random_graph


@pytest.fixture(scope="session")
def renumbered():
    return _renumbered
