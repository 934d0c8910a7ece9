"""Searches with fidelities: how their trials are made, kept and paid for."""

import sqlite3
from dataclasses import dataclass, replace

import numpy as np
import pytest

import nbnas as nb
from nbnas.errors import DataError, SearchError, SettingError, StudyMismatchError
from nbnas.records import Evaluation, Fidelities, Proposal
from nbnas.search.fidelities.costs import costs, full_epochs

SPACE = nb.CellSpace()
FIDELITIES = Fidelities((2, 10))
CONTINUED = Fidelities((2, 5, 10), continued=True)


@dataclass(frozen=True)
class Turns:
    """Looks at random cells, and trains each one fully in the next trial."""

    fidelities: Fidelities = FIDELITIES

    def propose(self, space, observations, pending, n, rng):
        last = observations[-1] if len(observations) else None
        if last is not None and last.epochs is not None:
            longer = [e for e in self.fidelities.epochs if e > last.epochs]
            epochs = None if longer[0] == self.fidelities.full else longer[0]
            return Proposal((last.architecture,), "It was looked at.", epochs=epochs)
        return Proposal(space.sample(rng, 1), "A look.", epochs=self.fidelities.lower[0])


@dataclass(frozen=True)
class Convolutions:
    fidelities: Fidelities = FIDELITIES

    def __call__(self, architecture, seed=0, epochs=None):
        return str(architecture).count("conv") / 6 * (epochs or self.fidelities.full) / 10

    def fingerprint(self):
        return {"fidelities": repr(self.fidelities)}


def test_a_search_trains_as_far_as_is_proposed():
    search = nb.Search(SPACE, Convolutions(), Turns()).run(4)
    assert [e.epochs for e in search.observations] == [2, None, 2, None]
    assert search.observations[0].value < search.observations[1].value
    assert search.best.epochs is None
    assert search.spent == pytest.approx(2.4)


def test_a_budget_is_kept_and_what_exists_counts():
    search = nb.Search(SPACE, Convolutions(), Turns()).run(cost=2.5)
    assert (len(search.observations), search.target) == (4, None)
    search.run(cost=2.7)
    assert [e.epochs for e in search.observations] == [2, None, 2, None, 2]
    assert search.spent == pytest.approx(2.6)
    search.run(epochs=36)
    assert len(search.observations) == 6
    assert search.run(cost=1).spent == pytest.approx(3.6)


def test_a_budget_goes_with_a_number_of_trials():
    assert len(nb.Search(SPACE, Convolutions(), Turns()).run(3, cost=100).observations) == 3


def test_continuing_costs_only_the_rest():
    search = nb.Search(SPACE, Convolutions(CONTINUED), Turns(CONTINUED)).run(cost=2)
    assert [e.epochs for e in search.observations] == [2, 5, None] * 2
    assert costs(search.objective, search.observations) == pytest.approx([0.2, 0.3, 0.5] * 2)


def test_an_objective_may_tell_its_costs():
    @dataclass(frozen=True)
    class Slow(Convolutions):
        def cost(self, architecture, epochs=None):
            return 0.5 if epochs else 1.0

    assert nb.Search(SPACE, Slow(), Turns()).run(2).spent == 1.5
    assert costs(Slow(CONTINUED), nb.Search(SPACE, Slow(CONTINUED), Turns(CONTINUED)).run(3)
                 .observations) == pytest.approx([0.5, 0, 0.5])  # fmt: skip


def test_a_stopped_background_run_goes_on_with_its_budget():
    search = nb.Search(SPACE, Convolutions(), Turns())
    search.start(cost=1.2).wait()
    assert len(search.observations) == 2
    search.start().wait()
    assert len(search.observations) == 2


def test_several_workers_keep_the_budget():
    search = nb.Search(SPACE, Convolutions(), nb.RandomSearch()).run(cost=5, workers=2)
    assert search.spent == 5


@pytest.mark.parametrize(
    ("limits", "match"),
    [
        ({}, "trials"),
        ({"cost": 0}, "cost"),
        ({"cost": -1.0}, "cost"),
        ({"cost": "10"}, "cost"),
        ({"epochs": 0}, "epochs"),
        ({"cost": 1, "epochs": 10}, "not both"),
    ],
)
def test_wrong_limits_are_refused(limits, match):
    with pytest.raises(SettingError, match=match):
        nb.Search(SPACE, Convolutions(), Turns()).run(**limits)


def test_epochs_are_no_limit_where_nobody_tells_them():
    search = nb.Search(SPACE, lambda architecture, seed=0: 0.5, nb.RandomSearch())
    with pytest.raises(SettingError, match="tells its epochs"):
        search.run(epochs=10)
    assert search.run(cost=3).spent == 3


def test_the_objective_must_offer_what_the_strategy_asks_for():
    with pytest.raises(SettingError, match="offers none"):
        nb.Search(SPACE, lambda architecture, seed=0: 0.5, Turns())
    with pytest.raises(SettingError, match=r"Fidelities\(\(2, 10\)\), but .* continued=True"):
        nb.Search(SPACE, Convolutions(CONTINUED), Turns())
    with pytest.raises(SettingError, match=r"objective\.fidelities"):
        full_epochs(Convolutions("2,10"))


def test_what_was_trained_another_way_is_no_answer():
    class Wrong(Convolutions):
        def __call__(self, architecture, seed=0, epochs=None):
            return Evaluation(architecture, 0.5, epochs=5)

    search = nb.Search(SPACE, Wrong(), Turns()).run(1)
    assert "expected a training of 2 epochs, got" in search.observations[0].error
    assert search.observations[0].epochs == 2
    proposal = nb.Search(SPACE, Convolutions(), Turns()).ask()
    search = nb.Search(SPACE, Convolutions(), Turns())
    search.ask()
    with pytest.raises(SearchError, match="expected a training of 2 epochs"):
        search.tell(Evaluation(proposal.architecture, 0.5, epochs=10))
    search.tell(Evaluation(proposal.architecture, 0.5))
    assert search.observations[0].epochs == 2


def test_a_failed_look_is_one():
    class Broken(Convolutions):
        def __call__(self, architecture, seed=0, epochs=None):
            return float("nan") if epochs else 0.5

    search = nb.Search(SPACE, Broken(), Turns()).run(2)
    assert [(e.status, e.epochs) for e in search.observations] == [
        ("failed", 2),
        ("completed", None),
    ]


def test_a_generator_is_told_how_far_to_go():
    class Loop(Convolutions):
        def __call__(self, architecture, seed=0, epochs=None):
            for epoch in range(epochs or 10):
                yield epoch / 10

    search = nb.Search(SPACE, Loop(), Turns()).run(2)
    assert [len(e.reports) for e in search.observations] == [2, 10]
    assert [e.value for e in search.observations] == [0.1, 0.9]


def test_a_store_keeps_the_epochs(tmp_path):
    store = tmp_path / "runs.db"
    search = nb.Search(SPACE, Convolutions(), Turns(), store=store).run(3)
    search.ask()
    del search
    again = nb.Search(SPACE, Convolutions(), Turns(), store=store)
    assert [e.epochs for e in again.observations] == [2, None, 2]
    assert again.spent == pytest.approx(1.4)
    assert again.run(cost=2.4).observations.architectures == (
        nb.Search(SPACE, Convolutions(), Turns()).run(4).observations.architectures
    )
    frame = nb.load_trials(store)
    assert frame["epochs"].fillna(0).tolist() == [2, 0, 2, 0]
    with pytest.raises(StudyMismatchError, match="fidelities"):
        nb.Search(SPACE, Convolutions(CONTINUED), Turns(CONTINUED), store=store)


def test_a_trial_that_was_taken_on_keeps_its_epochs(tmp_path):
    store = tmp_path / "runs.db"

    class Interrupted(Convolutions):
        def __call__(self, architecture, seed=0, epochs=None):
            raise KeyboardInterrupt

    search = nb.Search(SPACE, Interrupted(), Turns(), store=store)
    with pytest.raises(KeyboardInterrupt):
        search.run(1)
    search = nb.Search(SPACE, Interrupted(), Turns(), store=store)
    assert [claim.epochs for claim in search.under_way] == [2]
    assert search.ask().epochs == 2


def test_damaged_epochs_are_told(tmp_path):
    store = tmp_path / "runs.db"
    nb.Search(SPACE, Convolutions(), Turns(), store=store).run(1)
    with sqlite3.connect(store) as connection:
        connection.execute("update nbnas_trials set epochs = 0")
    with pytest.raises(nb.NbnasError, match="column epochs"):
        nb.load_trials(store)


def table(**changed):
    cells = SPACE.sample(0, 3)
    values = {str(a): 0.5 + i / 10 for i, a in enumerate(cells)}
    looks = {2: {str(a): 0.1 + i / 10 for i, a in enumerate(cells)}}
    given = {"fidelities": FIDELITIES, "looks": looks, **changed}
    return cells, nb.TabularObjective("own", values, **given)


def test_a_table_has_columns_for_looks():
    cells, objective = table()
    assert (objective(cells[1]).value, objective(cells[1], epochs=2).value) == (0.6, 0.2)
    assert objective(cells[1], epochs=10) == objective(cells[1])
    assert objective.start(cells[1], epochs=2).run().epochs == 2
    assert (objective.cost(cells[0], 2), objective.cost(cells[0])) == (0.2, 1)
    other = replace(objective, looks={2: {**objective.looks[2], str(cells[0]): 0.3}})
    assert other.fingerprint() != objective.fingerprint()
    assert "fidelities" not in replace(objective, fidelities=None, looks={}).fingerprint()


def test_a_table_takes_looks_from_its_curves():
    digits = replace(nb.benchmarks.shipped.digits(), fidelities=Fidelities((3, 12), True))
    cell = SPACE.sample(0, 1)[0]
    look = digits(cell, epochs=3)
    assert look.value == digits(cell).reports[2].val_accuracy
    assert len(look.reports) == 3
    assert look.seconds == pytest.approx(digits(cell).seconds / 4)
    assert digits.start(cell, epochs=3).run() == look


def test_what_a_table_lacks_is_told():
    cells, objective = table()
    with pytest.raises(SettingError, match="out of 2, 10"):
        objective(cells[0], epochs=5)
    with pytest.raises(SettingError, match="full trainings only"):
        replace(objective, fidelities=None, looks={})(cells[0], epochs=2)
    with pytest.raises(DataError, match="after 2 epochs, got neither"):
        table(looks={})
    with pytest.raises(DataError, match="looks after 2 epochs, got some after 3"):
        table(looks={3: {}})
    with pytest.raises(DataError, match="from 0 to 1"):
        table(looks={2: {str(cells[0]): 50.0}})
    with pytest.raises(DataError, match="no such value"):
        table(looks={2: {str(cells[0]): np.nan}})[1](cells[0], epochs=2)
