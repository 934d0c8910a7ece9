import xml.etree.ElementTree as ET
from types import SimpleNamespace

import numpy as np
import pytest

from nbnas.charts.render import to_svg
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import (
    ACCURACY,
    Candidate,
    EpochReport,
    Evaluation,
    Observations,
    Proposal,
)

ATTACK = "<script>alert('x')</script>"


@pytest.fixture
def attack():
    return ATTACK


@pytest.fixture
def said():
    """The texts of a chart's picture, in one."""

    def words(chart):
        root = ET.fromstring(to_svg(chart))
        texts = root.iter("{http://www.w3.org/2000/svg}text")
        return " ".join("".join(each.itertext()) for each in texts)

    return words


@pytest.fixture
def cells():
    return CellSpace().sample(0, 12)


@pytest.fixture
def make_reports():
    def make(count, epochs=12):
        return tuple(
            EpochReport(
                epoch,
                epochs,
                2 / epoch,
                1 - 0.8 / epoch,
                2.1 / epoch,
                1 - 0.9 / epoch,
                0.1,
                epoch,
                1e4,
            )
            for epoch in range(1, count + 1)
        )

    return make


@pytest.fixture
def make_observations():
    def make(values, measure=ACCURACY):
        """`None` is a failed trial."""
        drawn = CellSpace().sample(1, len(values))
        return Observations(
            tuple(
                Evaluation(cell, value, "completed" if value is not None else "failed", error=None)
                for cell, value in zip(drawn, values, strict=True)
            ),
            measure,
        )

    return make


@pytest.fixture
def make_predictions():
    def make(truth, mean, width=0.02, measure=ACCURACY):
        truth, mean = np.asarray(truth, dtype=float), np.asarray(mean, dtype=float)
        ends = {"lower": mean - width, "upper": mean + width}
        return SimpleNamespace(truth=truth, mean=mean, measure=measure, **ends)

    return make


@pytest.fixture
def make_proposal():
    def make(count, improvement=0.002, best=0.9, reason="It is uncertain."):
        drawn = CellSpace().sample(5, max(count, 1))
        ranked = tuple(
            Candidate(cell, 0.9, 0.01, 0.88, 0.92, improvement, 0.0, improvement, -1.0)
            for cell in drawn[:count]
        )
        return Proposal(drawn[:1], reason, ranked, 15_625, "ExpectedImprovement", best, 30)

    return make
