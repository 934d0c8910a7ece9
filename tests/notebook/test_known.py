"""Known networks beside what was found, as far as there is time."""

import pytest

import nbnas as nb
from nbnas.notebook import known as module
from nbnas.notebook.known import KnownNetworks, compare_known, expected_seconds
from nbnas.notebook.search import read_parameters


@pytest.fixture(scope="module")
def searched():
    trainer = nb.Trainer(nb.digits(train=60, validation=60), epochs=1)
    search = nb.Search(nb.CellSpace(), trainer, nb.RandomSearch(), seed=1).run(3)
    return search, search.finish()


def compared(searched, left):
    search, found = searched
    return compare_known(search.objective, found, search.observations, left)


def test_all_that_read_the_data_are_trained_and_scored_on_the_test_part(searched):
    known = compared(searched, None)
    assert known.lineup.names == ("found", "plain", "LeNet-5", "ResNet-20")
    assert known.lineup.tested
    assert str(known) == str(known.lineup)
    assert str(known).startswith("found: ")


def test_those_that_would_end_too_late_are_left_out_and_named(searched, monkeypatch):
    needs = {"plain": 1.0, "LeNet-5": 2.0, "ResNet-20": 1000.0}
    monkeypatch.setattr(module, "expected_seconds", lambda network, *_: needs[network.name])
    known = compared(searched, 600)
    assert known.lineup.names == ("found", "plain", "LeNet-5")
    assert (
        known.note
        == "Left out, since the budget would end before them: ResNet-20 (about 50 min 0 s)."
    )
    none = compared(searched, 0)
    assert none.lineup.names == ("found",)
    assert all(name in str(none) for name in needs)


def test_a_larger_network_is_expected_to_take_longer(searched):
    search, _ = searched
    plain, _, resnet = nb.baselines.known(search.objective.data, most=10**6)
    small, large = (
        expected_seconds(each, search.objective, search.observations) for each in (plain, resnet)
    )
    assert 0 < small < large


def test_there_are_none_for_the_known_cells_and_for_own_objectives(searched, defaults):
    search, found = searched
    known = compare_known(nb.benchmarks.digits_trainer(), found, search.observations)
    assert known.lineup is None
    assert str(known).startswith("All cells of this task are known")
    own = compare_known(lambda architecture, seed=0: 0.5, found, search.observations)
    assert own.lineup is None
    assert "objective of your own" in str(own)
    chosen = read_parameters(defaults | {"compare": False})
    assert chosen.compare_known(search, found) == KnownNetworks(
        None, "-p compare true compares with known networks."
    )


def test_text_has_lstm_and_gru(monkeypatch):
    text = nb.from_text("To be, or not to be, that is the question:\n" * 20, name="Hamlet")
    trainer = nb.Trainer(text, epochs=1, channels=8, batch_size=4)
    search = nb.Search(nb.RecurrentSpace(nodes=(2, 4)), trainer, nb.RandomSearch(), seed=0).run(1)
    known = compare_known(trainer, search.finish(), search.observations)
    assert known.lineup.names == ("found", "LSTM", "GRU")
    assert "bits a character" in known.lineup.measure.name
