import dataclasses
import json
import math

import pytest

import nbnas as nb
from nbnas.errors import NbnasError, ObservationError

SPACE = nb.CellSpace()
EDGES = tuple((str(a), str(b)) for a, b in SPACE.edges)
CELL = SPACE.parse("|skip_connect~0|+|none~0|nor_conv_3x3~1|+|skip_connect~0|none~1|none~2|")
UNIFORM = nb.CellWeights("cell", EDGES, SPACE.words, ((0.2,) * 5,) * 6)
DECIDED = nb.CellWeights("normal", EDGES, SPACE.words, ((0.0, 0.0, 0.0, 1.0, 0.0),) * 6)
REPORT = nb.RelaxationReport(3, (UNIFORM, DECIDED), CELL, 0.5, 0.9, 12.5)


def test_entropy_is_that_of_the_edges():
    assert math.isclose(UNIFORM.entropy, math.log(5))
    assert DECIDED.entropies == (0.0,) * 6
    assert math.isclose(REPORT.entropy, math.log(5) / 2)
    assert DECIDED.strongest == ("nor_conv_3x3",) * 6


def test_skips_are_counted_of_the_architecture():
    assert REPORT.skips == 2 / 6
    at_vertices = nb.Architecture(("input", "skip_connect", "output"), ((0, 1, "link"),), "x")
    assert dataclasses.replace(REPORT, architecture=at_vertices).skips == 1.0
    foreign = nb.CellWeights("cell", (("0", "1"),), ("other",), ((1.0,),))
    assert dataclasses.replace(REPORT, weights=(foreign,)).skips == 0.0


def test_says_in_one_line_what_it_is():
    assert repr(REPORT).startswith(
        "RelaxationReport(3, loss=0.500, value=0.900, entropy=0.805, skips=0.33, |skip_connect~0|"
    )
    assert repr(UNIFORM) == (
        "CellWeights(cell: 6 edges, 5 operations, entropy 1.609 of at most 1.609 nats)"
    )


def test_what_is_kept_is_read_back():
    assert nb.RelaxationReport.from_kept(json.loads(json.dumps(REPORT.kept))) == REPORT
    for wrong in ({}, {**REPORT.kept, "weights": [1]}, {**REPORT.kept, "architecture": "x"}):
        with pytest.raises(NbnasError, match="expected"):
            nb.RelaxationReport.from_kept(wrong)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"values": ((0.2,) * 5,) * 5}, "each of 6 edges, got 5 rows"),
        ({"values": ((0.2,) * 4,) * 6}, "5 weights that sum to 1 on the edge 0 -> 1"),
        ({"values": ((0.3,) * 5,) * 6}, "take a softmax"),
        ({"values": ((-1.0, 2.0, 0.0, 0.0, 0.0),) * 6}, "expected values"),
        ({"edges": (("0",),)}, "the names of two vertices"),
        ({"operations": "none"}, "expected operations"),
        ({"name": ""}, "expected name to be a text"),
    ],
)
def test_weights_that_do_not_fit_are_refused(wrong, said):
    with pytest.raises(ObservationError, match=said):
        dataclasses.replace(UNIFORM, **wrong)


@pytest.mark.parametrize(
    "wrong", [{"epoch": 0}, {"weights": ()}, {"loss": math.nan}, {"seconds": -1.0}]
)
def test_reports_of_something_else_are_refused(wrong):
    with pytest.raises(ObservationError, match=f"expected {next(iter(wrong))} to be"):
        dataclasses.replace(REPORT, **wrong)
