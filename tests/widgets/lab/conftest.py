"""Shared by the tests of this folder."""

import time

import pytest

from nbnas.graphs.spaces.cell import CellSpace
from nbnas.search.search import Search
from nbnas.search.strategies.bayesian import BayesianOptimization

FIRST = 3


@pytest.fixture
def bayes(table):
    return Search(CellSpace(), table, BayesianOptimization(initial=FIRST), seed=0)


def _click(lab, action):
    number = lab.widget.asked.get("number", 0) + 1
    lab.widget.set_state({"asked": {"action": action, "number": number}})


def _until(condition, seconds=90):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert condition()


def _settled(lab, search):
    _until(lambda: not search.running)
    lab.update()
    assert lab.wait()


@pytest.fixture(scope="session")
def click():
    return _click


@pytest.fixture(scope="session")
def until():
    return _until


@pytest.fixture(scope="session")
def settled():
    return _settled
