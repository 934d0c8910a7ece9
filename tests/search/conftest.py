"""Shared by tests of searches: what they compare, and a small table, as a file and read."""

import pytest

from nbnas.graphs.spaces.cell import CellSpace, operations_of
from nbnas.search.benchmark.table import read_table
from nbnas.search.strategies.bayesian import BayesianOptimization

CONVOLUTIONS = {"nor_conv_1x1", "nor_conv_3x3", "skip_connect"}


@pytest.fixture(scope="session")
def cells_path(tmp_path_factory, table):
    """Percent of the made-up table, for the 729 cells of three operations; tests differ."""
    members = [a for a in CellSpace() if set(operations_of(a)) <= CONVOLUTIONS]
    rows = ["arch_index,arch_str,valid,test"]
    for number, a in enumerate(members):
        value = 100 * table.values[str(a)]
        rows.append(f"{number},{a},{value!r},{value - 1!r}")
    path = tmp_path_factory.mktemp("table") / "cells.csv"
    path.write_text("\n".join(rows))
    return path


@pytest.fixture(scope="session")
def cells(cells_path):
    return read_table(str(cells_path), architecture="arch_str", value="valid", test="test")


def _sequence(search):
    return [(str(e.architecture), e.value, e.seed, e.status) for e in search.observations]


def _bayes(initial=4):
    return BayesianOptimization(initial=initial)


@pytest.fixture(scope="session")
def sequence():
    return _sequence


@pytest.fixture(scope="session")
def bayes():
    return _bayes
