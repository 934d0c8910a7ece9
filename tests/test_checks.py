"""The rules themselves, and what they refuse where objects are made and asked."""

import gzip
import json
import math

import gpytorch
import numpy as np
import pytest

import nbnas as nb
from nbnas.checks import (
    FLAG,
    PATH,
    REAL,
    SEED,
    TEXT,
    each,
    either,
    instance,
    offering,
    real,
    span,
    whole,
)
from nbnas.errors import DataError, NbnasError, NotebookError, SettingError, shown
from nbnas.search.benchmark.table import read_table

CELL = nb.CellSpace().sample(0, 1)[0]
OBSERVATIONS = nb.Observations((nb.Evaluation(CELL, 0.5),))
POSTERIOR = nb.GaussianProcess().condition(OBSERVATIONS)


@pytest.mark.parametrize(
    ("rule", "value", "settled"),
    [
        (whole(1), np.int64(3), 3),
        (whole(0).optional, None, None),
        (real(), np.float32(0.5), 0.5),
        (real(0), 2, 2),
        (real(infinite=True), math.inf, math.inf),
        (REAL, np.float64(2), 2.0),
        (FLAG, np.bool_(True), True),
        (TEXT, np.str_("a"), "a"),
        (SEED, 2**63 - 1, 2**63 - 1),
        (span(1), [1, np.int32(3)], (1, 3)),
        (each(whole(0)), np.array([1, 2]), (1, 2)),
        (either(whole(1), TEXT), "a", "a"),
        (instance(nb.CellSpace, "CellSpace()"), nb.CellSpace(), nb.CellSpace()),
    ],
)
def test_what_is_right_becomes_pythons_own(rule, value, settled):
    found = rule("it", value)
    assert found == settled
    assert type(found) is type(settled)


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        (whole(1), [True, 0, 1.0, "1", None, 10**9, math.nan, np.float64(2)]),
        (real(above=0), [0, math.inf, math.nan, True, "1", 10**400, 1j]),
        (real(0, below=1), [1, -0.1]),
        (FLAG, [0, 1, "true", None]),
        (TEXT, [b"a", 1, None]),
        (span(1), [(2, 1), (1,), (1, 2.5), 3, "12"]),
        (each(whole(0)), ["12", {1: 2}, [1, None], 3, np.zeros((2, 2), int)]),
        (PATH, ["", "\0", "a\0b", b"a", 3, "a" * 300, "\ud800", "~nobody of that name/x"]),
        (offering("a distance", "HammingDistance()", "matrix"), [nb.HammingDistance, 3, None]),
    ],
)
def test_what_is_wrong_is_refused(rule, wrong):
    for value in wrong:
        with pytest.raises(SettingError, match=r"expected it to be .*, got it="):
            rule("it", value)


def test_a_refusal_says_what_was_expected_what_came_and_what_to_do():
    rule = instance(nb.CellSpace, "CellSpace()").raising(DataError, "take another")
    with pytest.raises(DataError) as caught:
        rule("space", nb.CellSpace)
    assert str(caught.value) == (
        "expected space to be a CellSpace such as CellSpace(), got "
        "space=<class 'nbnas.graphs.spaces.cell.CellSpace'>; call the class; take another"
    )


def test_whatever_came_is_shown_in_one_short_line():
    class Mute:
        def __repr__(self):
            raise RuntimeError("no words")

    assert shown("a" * 1_000) == "'" + "a" * 98 + "…"
    assert shown(np.zeros((3, 3))).count("\n") == 0
    assert shown(Mute()) == "<Mute, whose repr raises RuntimeError>"
    assert shown(10**5_000).startswith("<int, whose repr raises")


SPACES = (
    *(nb.CellSpace(), nb.ChainSpace(3), nb.CnnSpace(), nb.DagSpace(), nb.RecurrentSpace()),
    nb.Subspace(nb.CellSpace(), (CELL,)),
)
REFUSED = {
    "no prior": lambda: nb.BayesianOptimization(prior=None),
    "a kernel as prior": lambda: nb.BayesianOptimization(prior=nb.WeisfeilerLehmanKernel()),
    "a name as acquisition": lambda: nb.BayesianOptimization(acquisition="LogEI"),
    "a class as acquisition": lambda: nb.BayesianOptimization(
        acquisition=nb.LogExpectedImprovement
    ),
    "a class that scores": lambda: nb.BayesianOptimization(acquisition=nb.ThompsonSampling),
    "a class as maximizer": lambda: nb.BayesianOptimization(maximizer=nb.RandomPool),
    "a class as pending rule": lambda: nb.BayesianOptimization(pending=nb.Fantasies),
    "a distance as kernel": lambda: nb.GaussianProcess(nb.HammingDistance()),
    "a class as kernel": lambda: nb.GaussianProcess(gpytorch.kernels.RBFKernel),
    "a class as warp": lambda: nb.GaussianProcess(warp=nb.NormalScores),
    "depth -1": lambda: nb.WeisfeilerLehmanKernel(-1),
    "depth 1.5": lambda: nb.WeisfeilerLehmanDistance(1.5),
    "infinite noise": lambda: nb.GaussianProcess(noise=math.inf),
    "noise that is no number": lambda: nb.GaussianProcess(noise=math.nan),
    "a mean that is no number": lambda: nb.GaussianProcess(mean=math.nan),
    "2.5 channels": lambda: nb.ChainSpace(channels=2.5),
    "True layers": lambda: nb.ChainSpace(depth=True),
    "a class as schedule": lambda: nb.Trainer(nb.digits(20, 20), schedule=nb.OneCycle),
    "a class as distance": lambda: nb.DistanceKernel(nb.HammingDistance),
    "a class as encoding": lambda: nb.Ensemble(encoding=nb.PathEncoding),
    "a class as strategy": lambda: nb.Search(nb.CellSpace(), len, nb.RandomSearch),
    "a class as space": lambda: nb.Subspace(nb.CellSpace, (CELL,)),
    "nothing to parse": lambda: nb.CellSpace().parse(None),
    "nothing to mutate": lambda: nb.CellSpace().mutate(None, 0),
    "a text to mutate": lambda: nb.DagSpace().mutate("|0-1", 0),
    "no seed": lambda: nb.CellSpace().sample(None, 1),
    "a billion draws": lambda: nb.CellSpace().sample(0, 10**9),
    "nothing to explain": lambda: nb.explain(nb.HammingDistance(), None, CELL),
    "a text to explain": lambda: nb.EditDistance().explain(str(CELL), CELL),
    "nothing to diagnose": lambda: nb.diagnose(nb.HammingDistance(), nb.CellSpace(), None),
    "texts to predict": lambda: POSTERIOR.predict([str(CELL)]),
    "one cell to predict": lambda: POSTERIOR.predict(CELL),
    "nothing to condition on": lambda: nb.GaussianProcess().condition(None),
    "texts as an architecture": lambda: nb.Architecture(["input", "output"], (), "text"),
    "a list of observations": lambda: nb.RandomSearch().propose(nb.CellSpace(), [], (), 1, 0),
}


@pytest.mark.parametrize("what", REFUSED)
def test_is_refused_in_words(what):
    with pytest.raises(NbnasError, match=r"expected .*, got "):
        REFUSED[what]()


@pytest.mark.parametrize("thing", [None, "text", 1.5, [], {}, np.zeros(3), object(), nb.CellSpace])
@pytest.mark.parametrize("space", SPACES)
def test_what_is_no_architecture_is_in_no_space(space, thing):
    assert thing not in space


def test_numbers_of_numpy_change_no_repr():
    assert repr(nb.ChainSpace(channels=np.int64(8))) == repr(nb.ChainSpace(channels=8))
    assert repr(nb.UpperConfidenceBound(np.float64(3))) == repr(nb.UpperConfidenceBound(3.0))
    assert repr(nb.UpperConfidenceBound(3)) == "UpperConfidenceBound(beta=3)"


def test_one_label_out_of_place_makes_no_billion_outputs():
    images, labels = np.zeros((40, 8, 8), np.uint8), np.arange(40) % 10
    labels[7] = 10**9
    with pytest.raises(DataError, match=r"2 images of each class.*'1000000000' \(image 7\)"):
        nb.from_arrays("mine", images, labels, train=10, validation=10)
    part = (np.zeros((4, 1, 8, 8), np.uint8), np.arange(4))
    with pytest.raises(DataError, match="classes to be a whole number from 2"):
        nb.ImageData("mine", 10**9, part, part, part)


@pytest.mark.parametrize("content", ["", "no notebook", "[]", "{}", json.dumps({"cells": 3})])
def test_a_file_that_is_no_notebook(tmp_path, content):
    (tmp_path / "a.ipynb").write_text(content)
    with pytest.raises(NotebookError, match=r"expected a notebook in .*a\.ipynb"):
        nb.run_notebook(tmp_path / "a.ipynb", tmp_path / "out.ipynb", trials=3)


def test_a_compressed_table_that_ends_early(tmp_path):
    rows = "".join(f"{a},{0.5 + i / 1_000}\n" for i, a in enumerate(nb.CellSpace().sample(0, 400)))
    packed = gzip.compress(f"arch_str,accuracy\n{rows}".encode())
    (tmp_path / "table.csv.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(DataError, match=r"table\.csv\.gz"):
        read_table(str(tmp_path / "table.csv.gz"), architecture="arch_str", value="accuracy")
