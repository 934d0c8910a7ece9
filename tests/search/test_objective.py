"""Whatever an objective does, one trial is bad and the search goes on; or it is refused."""

import math

import numpy as np
import pytest
import torch

from nbnas.errors import ObservationError, SearchError, SettingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import ACCURACY, EpochReport, Evaluation, Measure
from nbnas.search.search import Search
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.search.strategies.random import RandomSearch
from nbnas.surrogate.negative_log_error import NegativeLogError
from nbnas.surrogate.process.prior import GaussianProcess
from nbnas.training.data.images import digits
from nbnas.training.trainer import Trainer

SPACE = CellSpace()
LOSS = Measure("loss", "nats", maximize=False)


class Unspeakable(Exception):
    def __str__(self):
        raise ValueError("no words")


class NoRepr:
    def __repr__(self):
        raise ValueError("no words")


def raises(error):
    def act():
        raise error

    return act


BAD = {
    "raises": (raises(ZeroDivisionError("by zero")), "ZeroDivisionError: by zero"),
    "message raises": (raises(Unspeakable()), "Unspeakable: (its message cannot be shown"),
    "surrogate": (raises(OSError("\udcff.png")), "OSError: \\udcff.png"),
    "nul": (raises(OSError("a\0b")), "OSError: a\\0b"),
    "exits": (raises(SystemExit(3)), "SystemExit: 3"),
    "memory": (raises(MemoryError()), "MemoryError"),
    "nan": (lambda: math.nan, "expected a finite value, got nan"),
    "inf": (lambda: math.inf, "expected a finite value, got inf"),
    "two": (lambda: np.array([0.1, 0.2]), "expected one number as value, got ndarray"),
    "none": (lambda: None, "expected one number as value, got NoneType None"),
    "empty": (lambda: np.array([]), "expected one number as value, got ndarray"),
    "complex": (lambda: 1 + 2j, "expected one number as value, got complex"),
    "numpy complex": (lambda: np.complex128(1), "expected one number as value, got complex128"),
    "string": (lambda: "0.9", "expected one number as value, got str '0.9'"),
    "truth": (lambda: True, "expected one number as value, got bool True"),
    "list": (lambda: [0.9], "expected one number as value, got list"),
    "no repr": (NoRepr, "expected one number as value, got NoRepr"),
    "huge": (lambda: 10**400, "expected one number as value, got int"),
    "other": (
        lambda: Evaluation(SPACE.sample(99, 1)[0], 0.5),
        "expected the evaluation of the architecture that was given",
    ),
}
GOOD = {
    "float": 0.25,
    "numpy": np.float32(0.25),
    "array of one": np.array([0.25]),
    "array of no axis": np.array(0.25),
    "tensor": torch.tensor(0.25),
    "int": 0,
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_trial_fails_with_its_reason_and_the_search_goes_on(kind, tmp_path):
    act, said = BAD[kind]
    calls = []

    def objective(architecture, seed=0):
        calls.append(architecture)
        return act() if len(calls) == 2 else 0.5

    store = tmp_path / "store.db"
    search = Search(SPACE, objective, RandomSearch(), store=store).run(3)
    assert [e.status for e in search.observations] == ["completed", "failed", "completed"]
    assert said in search.observations[1].error
    again = Search(SPACE, objective, RandomSearch(), store=store)
    assert again.observations == search.observations


@pytest.mark.parametrize("kind", GOOD)
def test_a_plain_number_is_a_value(kind):
    search = Search(SPACE, lambda a, seed: GOOD[kind], RandomSearch()).run(1)
    assert search.best.value == (0 if kind == "int" else 0.25)
    assert type(search.best.value) is float
    assert search.best.seed == search.proposal.seed
    assert search.best.started > 1e9


def test_a_value_outside_the_bounds_is_a_fault_of_the_caller(tmp_path):
    search = Search(SPACE, lambda a, seed=0: 95.3, RandomSearch(), store=tmp_path / "s.db")
    with pytest.raises(ObservationError, match=r"from 0 to 1, got 95.3; did you mean percent"):
        search.run(3)
    assert len(search.observations) == 0
    assert len(search.store.load("search")) == 0
    proposal = search.ask()
    with pytest.raises(ObservationError, match="did you mean percent"):
        search.tell(Evaluation(proposal.architecture, 95.3))
    assert search.tell(Evaluation(proposal.architecture, 0.953)).number == 0


@pytest.mark.parametrize(
    ("objective", "said"),
    [
        (lambda architecture: 0.5, "can be called as .architecture, seed=0."),
        (lambda: 0.5, "can be called as"),
        (lambda architecture, rate, seed=0: 0.5, "missing a required argument: 'rate'"),
        (3, "got int, which cannot be called"),
        (None, "got NoneType, which cannot be called"),
        (Trainer, "got the class Trainer; make one"),
    ],
)
def test_what_cannot_be_called_is_refused_at_once(objective, said):
    with pytest.raises(SettingError, match=said):
        Search(SPACE, objective, RandomSearch())


def test_async_functions_are_refused():
    async def objective(architecture, seed=0):
        return 0.5

    with pytest.raises(SettingError, match="without async"):
        Search(SPACE, objective, RandomSearch())


@pytest.mark.parametrize("strategy", [None, "bayes", RandomSearch, GaussianProcess()])
def test_what_is_no_strategy_is_refused_at_once(strategy):
    with pytest.raises(SettingError, match="expected strategy to be a strategy"):
        Search(SPACE, lambda a, seed=0: 0.5, strategy)


def test_measures_must_agree():
    def objective(architecture, seed=0):
        return 0.5

    assert Search(SPACE, objective, RandomSearch()).measure == ACCURACY
    assert Search(SPACE, objective, RandomSearch(), measure=LOSS).measure == LOSS
    objective.measure = LOSS
    assert Search(SPACE, objective, RandomSearch()).measure == LOSS
    with pytest.raises(SettingError, match="expected the measure of the objective"):
        Search(SPACE, objective, RandomSearch(), measure=ACCURACY)
    with pytest.raises(SettingError, match="expected a measure such as"):
        Search(SPACE, lambda a, seed=0: 1.0, RandomSearch(), measure="loss")


def test_a_warp_for_fractions_refuses_other_measures():
    strategy = BayesianOptimization(GaussianProcess(warp=NegativeLogError()))
    with pytest.raises(SettingError, match=r"expected a fraction .* use nbnas.NormalScores"):
        Search(SPACE, lambda a, seed=0: 1.0, strategy, measure=LOSS)
    error = Measure("error rate", maximize=False, lower=0, upper=1)
    Search(SPACE, lambda a, seed=0: 1.0, strategy, measure=error)


def test_the_lowest_is_the_best_where_lower_is_better():
    values = iter([3.0, -1.0, 2.0, -1.0, 5.0])
    search = Search(SPACE, lambda a, seed=0: next(values), RandomSearch(), measure=LOSS).run(5)
    assert search.best == search.observations[1]
    assert search.observations.trace.tolist() == [3, -1, -1, -1, -1]
    assert search.observations.values.tolist() == [3, -1, 2, -1, 5]
    assert "best -1.000 nats" in repr(search)


def test_bayesian_optimisation_does_the_same_whichever_way_is_better(table):
    """A loss of 1 - accuracy, minimised, is searched as the accuracy is."""
    error = Measure("error rate", maximize=False, lower=0, upper=1)
    strategy = BayesianOptimization(initial=8)
    up = Search(SPACE, table, strategy, seed=3).run(14)
    down = Search(SPACE, lambda a, seed: 1 - table(a).value, strategy, seed=3, measure=error).run(
        14
    )
    assert up.observations.architectures == down.observations.architectures
    mean, stddev = up.posterior.predict(up.proposal.architectures)
    other, spread = down.posterior.predict(up.proposal.architectures)
    np.testing.assert_allclose(1 - mean, other, atol=1e-9)
    np.testing.assert_allclose(stddev, spread, atol=1e-9)
    first, second = up.proposal.candidates[0], down.proposal.candidates[0]
    assert second.expected_improvement == pytest.approx(first.expected_improvement)
    assert second.lower < second.mean < second.upper
    assert "its low mean" in down.proposal.reason or "its uncertainty" in down.proposal.reason


def test_an_objective_is_tested_in_its_measure():
    class Tested:
        measure = LOSS

        def __call__(self, architecture, seed=0):
            return 2.0

        def test(self, architecture, seed):
            return np.float32(2.5)

    assert Search(SPACE, Tested(), RandomSearch()).run(1).finish().test == 2.5
    with pytest.raises(SearchError, match="no held-out test data"):
        Search(SPACE, lambda a, seed: 0.1, RandomSearch()).run(1).finish()


def test_reports_know_the_measure():
    assert EpochReport(1, 2, val_accuracy=0.5).measured == 0.5
    assert EpochReport(1, 2, value=7.0).measured == 7.0


def test_an_objective_that_tests_in_its_own_way_is_asked(tmp_path):
    class Own(Trainer):
        __slots__ = ()

        def test(self, architecture, seed=0):
            return 0.25

    trainer = Own(digits(train=60, validation=60), epochs=1, device="cpu")
    made = Search(SPACE, trainer, RandomSearch(), store=tmp_path / "s.db")
    assert made.run(1).finish().test == 0.25
