"""Searches that share a study go on from each other's looks, in a file and on a server."""

from dataclasses import dataclass

import pytest

import nbnas as nb
import nbnas.training.tasks.pictures
from nbnas.records import Fidelities, Proposal

CONTINUED = Fidelities((1, 3), continued=True)


@dataclass(frozen=True)
class InTurns:
    """Looks at two cells, and then trains the first one and the second one."""

    fidelities: Fidelities = CONTINUED

    def propose(self, space, observations, pending, n, rng):
        turn = len(observations) + len(pending)
        if turn < 2:
            return Proposal(space.sample(rng, 1), "A look.", epochs=1)
        return Proposal((observations[turn - 2].architecture,), "Further.")


@pytest.fixture
def opened(location, tmp_path, monkeypatch):
    monkeypatch.setenv("NBNAS_CACHE", str(tmp_path / "cache"))
    data = nb.digits(train=100, validation=50)
    trainer = nb.Trainer(data, channels=2, fidelities=CONTINUED, device="cpu")

    def made(store=location):
        return nb.Search(nb.CellSpace(), trainer, InTurns(), seed=4, store=store)

    return made


def test_each_goes_on_from_the_looks_of_the_other(opened, tmp_path, monkeypatch):
    computed, evaluate = [], nb.training.tasks.pictures.evaluate
    alone = opened(None).run(4)
    monkeypatch.setattr(
        nb.training.tasks.pictures, "evaluate", lambda *g: computed.append(1) or evaluate(*g)
    )
    one, other = opened(), opened()
    for number, search in enumerate((one, other, other, one)):
        search.run(number + 1)
    assert len(computed) == 2 * 3, "three epochs of each cell, none of them twice"
    told = [(e.architecture, e.epochs, e.seed, e.value) for e in one.observations]
    assert told == [(e.architecture, e.epochs, e.seed, e.value) for e in alone.observations]
    assert one.finish().test == alone.finish().test
    assert not list(tmp_path.rglob("*.checkpoint"))
