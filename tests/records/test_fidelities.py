"""How far a training may go, and what of a search counts."""

import dataclasses

import numpy as np
import pytest

import nbnas as nb
from nbnas.errors import ObservationError, SettingError
from nbnas.records import Evaluation, Fidelities, Observations


def test_costs_are_parts_of_a_full_training():
    separate, continued = Fidelities((12, 200)), Fidelities((3, 6, 12), continued=True)
    assert (separate.cost(12), separate.cost(200), separate.cost(None, 12)) == (0.06, 1, 1)
    assert (continued.cost(6, before=3), continued.cost(None, before=6)) == (0.25, 0.5)
    assert (continued.lower, continued.full) == ((3, 6), 12)


@pytest.mark.parametrize("epochs", [(12,), (12, 12), (200, 12), (0, 12), (1.5, 12), "12", None])
def test_lengths_that_do_not_rise_are_refused(epochs):
    with pytest.raises(SettingError, match="epochs"):
        Fidelities(epochs)


def test_another_length_is_refused():
    with pytest.raises(SettingError, match=r"out of 12, 200, or None .* got epochs=100"):
        Fidelities((12, 200)).cost(100)


@pytest.mark.parametrize("epochs", [0, -1, 1.5, "12", True])
def test_an_evaluation_of_no_epochs_is_refused(epochs):
    with pytest.raises(ObservationError, match="epochs"):
        Evaluation(nb.CellSpace().sample(0, 1)[0], 0.5, epochs=epochs)


def test_only_full_trainings_count():
    cells = nb.CellSpace().sample(0, 3)
    look, full, failed = (
        Evaluation(cells[0], 0.9, epochs=12),
        Evaluation(cells[1], 0.5),
        Evaluation(cells[2], None, "failed", epochs=12),
    )
    seen = Observations((look, full, failed))
    assert seen.incumbent.architecture == cells[1]
    np.testing.assert_array_equal(seen.trace, [np.nan, 0.5, 0.5])
    assert seen.full.architectures == (cells[1],)
    assert seen.at(12).architectures == (cells[0], cells[2])
    assert Observations((look,)).incumbent is None
    assert "epochs=12" in repr(look)


def test_without_looks_nothing_is_copied():
    seen = Observations((Evaluation(nb.CellSpace().sample(0, 1)[0], 0.5),))
    assert seen.full is seen
    assert dataclasses.asdict(seen[0])["epochs"] is None


def test_looks_are_shown_as_full_trainings():
    cells = nb.CellSpace().sample(0, 3)
    loss = nb.Measure("loss", maximize=False)
    looks = nb.Observations(tuple(nb.Evaluation(a, 0.5, epochs=12) for a in cells), loss)
    shown = looks.as_full()
    assert (shown.incumbent, looks.incumbent) == (shown[0], None)
    assert [e.epochs for e in looks] == [12] * 3  # these stay as they are
    assert (shown.architectures, shown.measure) == (looks.architectures, loss)
    assert shown.as_full() is shown
    assert (looks + nb.Evaluation(cells[0], 0.7)).as_full()[3].value == 0.7
