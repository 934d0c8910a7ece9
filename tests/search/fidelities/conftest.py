"""A search with trainings that go on, and what is told of it."""

from dataclasses import dataclass

import pytest

import nbnas as nb
import nbnas.training.tasks.pictures
from nbnas.records import Fidelities, Proposal

CONTINUED = Fidelities((1, 2, 4), continued=True)


@dataclass(frozen=True)
class Rungs:
    """Looks at two random cells, trains the better one further, and then fully; and so on."""

    fidelities: Fidelities = CONTINUED

    def propose(self, space, observations, pending, n, rng):
        turn = len(observations) + len(pending)
        ended = {*pending, *observations.full.architectures}
        seen = [e for e in observations[turn - turn % 4 :] if e.architecture not in ended]
        if turn % 4 < 2 or not seen:
            return Proposal(space.sample(rng, 1), "A look.", epochs=self.fidelities.lower[0])
        best = max(seen, key=lambda e: (e.epochs, e.value or -1.0))
        longer = [*(e for e in self.fidelities.lower if e > best.epochs), None][0]
        return Proposal((best.architecture,), "The better one, further.", epochs=longer)


@pytest.fixture(scope="session")
def rungs():
    return Rungs()


@pytest.fixture(scope="session")
def data():
    return nb.digits(train=200, validation=150)


@pytest.fixture(scope="session")
def going(data):
    """A search of continued trainings."""

    def opened(store=None, strategy=None, study="search", **settings):
        given = {"fidelities": CONTINUED, "device": "cpu"} | settings
        objective = given.pop("objective", None) or nb.Trainer(data, **given)
        strategy = Rungs() if strategy is None else strategy
        return nb.Search(nb.CellSpace(), objective, strategy, seed=3, store=store, study=study)

    return opened


@pytest.fixture(scope="session")
def facts():
    """What the trials of a search were, but for times."""

    def told(search):
        return [
            (e.architecture, e.epochs, e.seed, e.value, [r.val_loss for r in e.reports])
            for e in search.observations
        ]

    return told


@pytest.fixture(scope="session")
def alone(going, facts):
    """Those of a search that nothing ends, without a store."""
    return facts(going().run(8))


@pytest.fixture
def computed(monkeypatch):
    """The epochs that were computed, whoever reports them."""
    found, evaluate = [], nb.training.tasks.pictures.evaluate

    def counted(*given):
        found.append(1)
        return evaluate(*given)

    monkeypatch.setattr(nb.training.tasks.pictures, "evaluate", counted)
    return found


@pytest.fixture
def store(tmp_path):
    return tmp_path / "s.db"


@pytest.fixture
def kept(store):
    """The names of what is kept beside the store."""

    def found():
        return sorted(file.name for file in store.parent.glob("s.db.checkpoints/*"))

    return found
