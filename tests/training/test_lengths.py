"""How far a trainer's trainings may go."""

import dataclasses

import pytest

import nbnas as nb
from nbnas.errors import SettingError

SEPARATE = nb.Fidelities((2, 6))
CONTINUED = nb.Fidelities((2, 4, 6), continued=True)


@pytest.fixture(scope="module")
def data():
    return nb.digits(train=100, validation=50)


@pytest.fixture(scope="module")
def cell():
    return nb.CellSpace().sample(0, 1)[0]


def test_epochs_are_those_of_a_full_training(data):
    assert nb.Trainer(data, fidelities=SEPARATE).epochs == 6
    assert nb.Trainer(data, epochs=6, fidelities=SEPARATE).epochs == 6
    assert nb.Trainer(data).epochs == 12
    for epochs in (12, 2, "6"):
        with pytest.raises(SettingError, match=r"Fidelities\(\(2, 6\)\) and epochs="):
            nb.Trainer(data, epochs=epochs, fidelities=SEPARATE)
    with pytest.raises(SettingError, match="last length"):
        dataclasses.replace(nb.Trainer(data, fidelities=SEPARATE), epochs=7)


@pytest.mark.parametrize("wrong", [(2, 6), "2,6", 6, nb.Fidelities, {2: 6}, True])
def test_wrong_fidelities_are_refused(wrong, data):
    with pytest.raises(SettingError, match="fidelities to be None or a Fidelities"):
        nb.Trainer(data, fidelities=wrong)


def test_other_lengths_are_refused(data, cell):
    trainer = nb.Trainer(data, fidelities=CONTINUED)
    for wrong in (3, 7):
        with pytest.raises(SettingError, match="out of 2, 4, 6"):
            trainer(cell, epochs=wrong)
    for wrong in ("2", True, 2.5, 0):
        with pytest.raises(SettingError, match="epochs"):
            trainer.start(cell, epochs=wrong)
    full_only = nb.Trainer(data, epochs=6)
    with pytest.raises(SettingError, match=r"full trainings only.*Fidelities\(\(2, 6\)\) to look"):
        full_only(cell, epochs=2)
    with pytest.raises(SettingError, match="give the Trainer epochs=8"):
        full_only(cell, epochs=8)
    assert full_only.start(cell, epochs=6).look is None


def test_studies_without_fidelities_stay_as_they_were(data):
    plain = nb.Trainer(data, epochs=6)
    assert "fidelities" not in plain.fingerprint()
    told = [nb.Trainer(data, fidelities=each).fingerprint() for each in (SEPARATE, CONTINUED)]
    assert told[0]["fidelities"] == "Fidelities(epochs=(2, 6), continued=False)"
    assert told[0] != told[1]
    assert told[0] == plain.fingerprint() | {"fidelities": told[0]["fidelities"]}


def test_it_says_how_far_its_trainings_go(data, cell):
    trainer = nb.Trainer(data, fidelities=CONTINUED)
    assert "fidelities=Fidelities((2, 4, 6), continued=True)" in repr(trainer)
    assert "fidelities" not in repr(nb.Trainer(data))
    assert "epoch 0 of 4" in repr(trainer.start(cell, epochs=4))


def test_an_estimate_is_one_of_full_trainings(data):
    estimate = nb.Trainer(data, fidelities=CONTINUED).estimate(nb.CellSpace(), 2)
    assert estimate.each
    assert not estimate.reason
