"""Looks in tables: along learning curves."""

import dataclasses
from dataclasses import dataclass

import pytest

import nbnas as nb
from nbnas.records import Fidelities, Proposal


@dataclass(frozen=True)
class Twice:
    """Looks at a random cell, and trains it fully in the next trial."""

    fidelities: Fidelities

    def propose(self, space, observations, pending, n, rng):
        if len(observations) % 2:
            return Proposal((observations[-1].architecture,), "It was looked at.")
        return Proposal(space.sample(rng, 1), "A look.", epochs=self.fidelities.lower[0])


def test_a_table_looks_along_its_learning_curves():
    """A look's reports say of how few epochs it was; else its training would never end."""
    table = dataclasses.replace(
        nb.benchmarks.digits(), fidelities=Fidelities((3, 12), continued=True)
    )
    search = nb.Search(nb.CellSpace(), table, Twice(table.fidelities), seed=0).run(2)
    look, full = search.observations
    assert (look.status, look.epochs, full.epochs) == ("completed", 3, None)
    assert [(r.epoch, r.epochs) for r in look.reports] == [(1, 3), (2, 3), (3, 3)]
    assert [r.val_accuracy for r in look.reports] == [r.val_accuracy for r in full.reports[:3]]
    assert look.value == look.reports[-1].val_accuracy
    assert search.spent == pytest.approx(1)
