import dataclasses

import numpy as np
import pytest

from nbnas.errors import ObservationError, SettingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import (
    Comparison,
    EpochReport,
    Evaluation,
    Measure,
    Observations,
    Proposal,
)

CELLS = CellSpace().sample(0, 5)
VALUES = [0.4, None, 0.9, 0.2, 0.9]


def trial(cell, value):
    status = "failed" if value is None else "completed"
    return Evaluation(cell, value, status)


OBSERVATIONS = Observations(tuple(map(trial, CELLS, VALUES)))


def test_failed_trials_count_as_the_worst_seen():
    assert OBSERVATIONS.values.tolist() == [0.4, 0.2, 0.9, 0.2, 0.9]
    assert Observations((trial(CELLS[0], None),)).values.tolist() == [0.0]


def test_the_incumbent_is_the_first_of_the_best():
    assert OBSERVATIONS.incumbent is OBSERVATIONS[2]
    assert Observations().incumbent is None
    assert len(OBSERVATIONS.completed) == 4


def test_trace_is_the_best_so_far():
    assert OBSERVATIONS.trace.tolist() == [0.4, 0.4, 0.9, 0.9, 0.9]
    late = Observations((trial(CELLS[0], None), trial(CELLS[1], 0.3)))
    assert np.isnan(late.trace[0])
    assert late.trace[1] == 0.3
    assert Observations().trace.shape == (0,)


def test_adding_gives_a_new_object():
    more = OBSERVATIONS + trial(CELLS[0], 0.5)
    assert (len(OBSERVATIONS), len(more)) == (5, 6)
    assert more.architectures[:5] == OBSERVATIONS.architectures
    assert list(more)[:5] == list(OBSERVATIONS)


def test_prints_in_a_line_however_many_there_are():
    assert repr(OBSERVATIONS) == "<Observations: 5 trials, best 90.00 %>"
    assert repr(Observations()) == "<Observations: 0 trials>"
    report = EpochReport(1, 1, 0.1, 0.9, 0.1, 0.9, 0.1, 1.0, 9.0)
    assert "EpochReport" not in repr(dataclasses.replace(OBSERVATIONS[0], reports=(report,)))


def test_records_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        OBSERVATIONS.evaluations = ()
    with pytest.raises(dataclasses.FrozenInstanceError):
        OBSERVATIONS[0].value = 1.0


@pytest.mark.parametrize(
    ("value", "status", "message"),
    [
        (None, "completed", "exactly for completed"),
        (0.5, "failed", "exactly for completed"),
        (float("nan"), "completed", "report it as failed"),
        (float("inf"), "completed", "report it as failed"),
    ],
)
def test_a_value_that_is_none_is_refused(value, status, message):
    with pytest.raises(ObservationError, match=message):
        Evaluation(CELLS[0], value, status)


def test_an_epoch_tells_the_time_left():
    report = EpochReport(3, 12, 1.0, 0.5, 1.1, 0.4, 0.1, 6.0, 100.0)
    assert report.seconds_left == pytest.approx(18.0)


def test_a_proposal_names_its_first_architecture():
    assert Proposal(CELLS[:2], "reason").architecture == CELLS[0]


def test_a_comparison_has_a_name_for_each():
    with pytest.raises(SettingError, match="2 names for 1"):
        Comparison(("a", "b"), (OBSERVATIONS,))
    with pytest.raises(SettingError):
        Comparison((), ())


@pytest.mark.parametrize(
    ("field", "given", "said"),
    [
        ("test", float("nan"), "expected a finite number as test, got nan"),
        ("test", "high", "expected a number as test, got str"),
        ("seconds", None, "expected a number as seconds, got NoneType"),
        ("seconds", float("inf"), "expected a finite number as seconds, got inf"),
        ("started", float("nan"), "expected a finite number as started, got nan"),
        ("seed", 1.5, "expected a whole number as seed, got float"),
        ("seed", None, "expected a whole number as seed, got NoneType"),
        ("parameters", True, "expected a whole number as parameters, got bool"),
        ("multiply_adds", 10**30, "expected a whole number as multiply_adds"),
        ("error", ValueError("x"), "expected a text as error, got ValueError"),
    ],
)
def test_every_number_of_an_evaluation_is_one(field, given, said):
    with pytest.raises(ObservationError, match=said):
        Evaluation(CELLS[0], 0.5, **{field: given})


def test_numbers_of_numpy_become_plain_ones():
    made = Evaluation(
        CELLS[0], np.float32(0.5), test=np.float32(0.25), seed=np.int64(3), parameters=np.int32(4)
    )
    numbers = (made.value, made.test, made.seed, made.parameters)
    assert numbers == (0.5, 0.25, 3, 4)
    assert [type(number) for number in numbers] == [float, float, int, int]


TRUTHS = {a.text: value for a, value in zip(CELLS, [0.5, 0.1, 0.7, 0.3, 0.9], strict=True)}


def test_standings_are_ranks_and_regrets_by_the_truth():
    few = OBSERVATIONS.first(1)
    both = Comparison(("ours", "random", "none"), (OBSERVATIONS, few, Observations()), TRUTHS)
    ours, random = both.standings
    assert (ours.name, ours.architecture, ours.truth, ours.rank) == ("ours", CELLS[2], 0.7, 2)
    assert ours.regret == pytest.approx(0.2)
    assert (random.rank, random.truth) == (3, 0.5)
    assert random.regret == pytest.approx(0.4)
    assert Comparison(("ours",), (OBSERVATIONS,)).standings == ()


def test_where_lower_is_better_the_lowest_is_first():
    loss = Measure("loss", maximize=False)
    found = Observations((Evaluation(CELLS[3], 2.0),), loss)
    (standing,) = Comparison(("ours",), (found,), TRUTHS).standings
    assert standing.rank == 2
    assert standing.regret == pytest.approx(0.2)


def test_architectures_that_are_as_good_share_a_rank():
    truths = dict.fromkeys(TRUTHS, 0.6)
    (standing,) = Comparison(("ours",), (OBSERVATIONS,), truths).standings
    assert (standing.rank, standing.regret) == (1, 0.0)


def test_the_truth_of_all_that_was_tried_must_be_known():
    known = {k: v for k, v in TRUTHS.items() if k != CELLS[4].text}
    with pytest.raises(SettingError, match="there is none of"):
        Comparison(("ours",), (OBSERVATIONS,), known)
