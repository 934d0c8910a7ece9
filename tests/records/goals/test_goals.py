import math

import numpy as np
import pytest

import nbnas as nb
from nbnas.errors import ObservationError, SettingError

CELLS = nb.CellSpace().sample(0, 6)
LATENCY = nb.Measure("latency", "ms", maximize=False, lower=0)


def convolutions(architecture):
    return str(architecture).count("conv")


KNOWN = nb.MeasuredBy(convolutions, nb.Measure("convolutions", maximize=False, lower=0))
BOTH = nb.Goals((nb.ACCURACY, LATENCY))


def trial(number, value, latency=math.nan, **fields):
    measured = {} if math.isnan(latency) else {"latency": latency}
    status = {"status": "failed"} if value is None else {}
    return nb.Evaluation(CELLS[number], value, measured=measured, **status, **fields)


SEEN = (trial(0, 0.9, 5.0), trial(1, 0.8, 2.0), trial(2, 0.7, 4.0), trial(3, None), trial(4, 0.95))


def test_gains_are_maximised_and_nan_where_nothing_is_told():
    gains = nb.Observations(SEEN, goals=BOTH).goal_gains
    np.testing.assert_array_equal(gains[:3], [[0.9, -5], [0.8, -2], [0.7, -4]])
    assert np.isnan(gains[3:]).all()


def test_front_is_undominated_from_the_best_of_the_last_goal():
    seen = nb.Observations(SEEN, goals=BOTH)
    assert seen.front == (seen[1], seen[0])
    assert nb.Observations(SEEN).front == (seen[4],) == (nb.Observations(SEEN).incumbent,)


def test_looks_and_what_breaks_a_limit_are_not_on_the_front():
    look = trial(5, 0.99, 0.1, epochs=3)
    limited = nb.Goals(BOTH.measures, constraints=(nb.at_most("latency", 4.5),))
    seen = nb.Observations((*SEEN, look), goals=limited)
    assert seen.front == (seen[1],)
    assert seen.incumbent == seen[1]
    assert seen.trace[-1] == 0.8


def test_hypervolume_by_hand_from_a_given_reference():
    goals = nb.Goals(BOTH.measures, reference=(0.5, 6.0))
    volumes = nb.Observations(SEEN, goals=goals).hypervolumes
    first, both = 0.4 * 1, 0.4 * 1 + 0.3 * 3
    np.testing.assert_allclose(volumes, [first, both, both, both, both])


def test_without_a_given_reference_the_front_decides_it():
    seen = nb.Observations(SEEN, goals=BOTH)
    np.testing.assert_allclose(seen.reference, [0.8 - 0.01, -5.3])
    assert nb.Observations((), goals=BOTH).reference is None
    assert len(nb.Observations((), goals=BOTH).hypervolumes) == 0


def test_observations_of_a_further_measure_are_what_a_model_takes():
    seen = nb.Observations(SEEN, goals=BOTH)
    of_latency = seen.of(LATENCY)
    assert of_latency.measure == LATENCY
    assert [e.value for e in of_latency] == [5.0, 2.0, 4.0, None, None]
    assert of_latency.incumbent.architecture == CELLS[1]
    assert seen.of(nb.ACCURACY) == nb.Observations(SEEN)


def test_parameters_are_read_where_an_evaluation_has_them():
    goals = nb.Goals((nb.ACCURACY, nb.PARAMETERS))
    seen = trial(0, 0.9, parameters=450)
    assert goals.value_of(seen, nb.PARAMETERS) == 450
    assert math.isnan(goals.value_of(trial(0, 0.9), nb.PARAMETERS))


def test_known_measures_complete_an_evaluation():
    goals = nb.Goals((nb.ACCURACY, KNOWN.measure), (KNOWN,))
    done = goals.completed(trial(0, 0.9))
    assert done.measured == {"convolutions": convolutions(CELLS[0])}
    assert goals.completed(done) is done
    assert goals.unknown == (nb.ACCURACY,)


def test_an_evaluation_has_to_tell_what_only_it_can():
    assert BOTH.check(SEEN[0]) is SEEN[0]
    assert BOTH.check(SEEN[3]) is SEEN[3]  # failed
    with pytest.raises(ObservationError, match="expected latency of each evaluation beside"):
        BOTH.check(SEEN[4])
    with pytest.raises(ObservationError, match="expected latency from 0 to inf ms"):
        BOTH.check(trial(0, 0.9, -1.0))


def test_limits_are_split_into_known_and_believed():
    few, quick = nb.at_most(KNOWN, 2), nb.at_most("latency", 4)
    goals = nb.Goals(BOTH.measures, constraints=(few, quick))
    assert goals.beforehand == ((few, KNOWN),)
    assert goals.believed == (quick,)
    np.testing.assert_array_equal(goals.allowed(CELLS), [convolutions(c) <= 2 for c in CELLS])


def test_words_of_limits():
    assert nb.at_most("parameters", 1e5).words == "parameters at most 100,000"
    assert nb.at_least(nb.ACCURACY, 0.9).words == "validation accuracy at least 90.00 %"
    assert not nb.at_most("latency", 4).meets(math.nan)
    assert nb.at_least("accuracy", 0.5).measure.maximize


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: nb.Goals(()), "at least 1"),
        (lambda: nb.Goals((nb.ACCURACY, nb.ACCURACY)), "different names"),
        (lambda: nb.Goals((nb.PARAMETERS,), (nb.MeasuredBy(len, nb.PARAMETERS),)), "first goal"),
        (lambda: nb.Goals(BOTH.measures, reference=(1.0,)), "a value for each of"),
        (lambda: nb.at_most(3, 4), "expected of to be a text"),
        (lambda: nb.at_most("latency", math.nan), "finite number"),
        (lambda: nb.MeasuredBy(3, LATENCY), "a function of an architecture"),
        (lambda: nb.MeasuredBy(len, "latency"), "Measure"),
    ],
)
def test_what_is_no_goal_is_refused(made, said):
    with pytest.raises(SettingError, match=said):
        made()


def test_observations_are_of_the_first_goal():
    with pytest.raises(ObservationError, match="first goal, latency"):
        nb.Observations((), goals=nb.Goals((LATENCY,)))


def test_a_function_is_asked_once_for_each_architecture_and_its_faults_are_told():
    asked = []

    def count(architecture):
        asked.append(architecture)
        return math.nan if architecture == CELLS[1] else 3

    known = nb.MeasuredBy(count, LATENCY)
    np.testing.assert_array_equal(known.values(CELLS), [3, math.nan, 3, 3, 3, 3])
    known.values(CELLS)
    known.values(list(CELLS))
    assert known(CELLS[0]) == 3
    assert len(asked) == 6

    def broken(architecture):
        raise OSError("no telephone")

    with pytest.raises(SettingError, match="no telephone"):
        nb.MeasuredBy(broken, LATENCY)(CELLS[0])
    with pytest.raises(ObservationError, match="expected latency from 0"):
        nb.MeasuredBy(lambda a: -1, LATENCY)(CELLS[0])
    with pytest.raises(ObservationError, match="expected one number"):
        nb.MeasuredBy(lambda a: str(a), LATENCY)(CELLS[0])
