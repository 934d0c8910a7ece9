import dataclasses

import pytest

import nbnas as nb
from nbnas.records import Evaluation, Observations

LATENCY = nb.Measure("latency", "ms", maximize=False, lower=0)
ENERGY = nb.Measure("energy", "mJ", maximize=False, lower=0)
CELLS = nb.CellSpace().sample(0, 12)


@pytest.fixture
def make():
    """Observations of places: accuracy, latency and energy; `None` is a failed trial."""

    def observed(places, *constraints, reference=None, measures=(nb.ACCURACY, LATENCY)):
        trials = []
        for cell, place in zip(CELLS, places, strict=False):
            if place is None:
                trials.append(Evaluation(cell, None, status="failed", error="out of memory"))
                continue
            told = dict(zip(("latency", "energy"), place[1:], strict=False))
            trials.append(Evaluation(cell, place[0], measured=told, seconds=3.0, parameters=1000))
        goals = nb.Goals(measures, (), constraints, reference)
        return Observations(tuple(trials), nb.ACCURACY, goals)

    return observed


@pytest.fixture
def look():
    """Observations with a look at a new architecture at their end."""

    def added(observations):
        cell = nb.CellSpace().sample(77, 1)[0]
        return observations + Evaluation(cell, 0.99, epochs=3, measured={"latency": 0.1})

    return added


@pytest.fixture
def replaced():
    return dataclasses.replace
