"""Searches with schedulers, made by hand: any number of workers that finish in any order."""

from dataclasses import dataclass, field

import numpy as np
import pytest

import nbnas as nb
from nbnas.records import Evaluation, Fidelities, Observations, Origin

SPACE = nb.CellSpace()
FIDELITIES = Fidelities((1, 3, 9), continued=True)


@dataclass(frozen=True)
class Noisy:
    """Convolutions in a cell, and noise that longer trainings have less of."""

    fidelities: Fidelities = FIDELITIES
    broken: int = 0

    def __call__(self, architecture, seed=0, epochs=None):
        text, far = str(architecture), epochs or self.fidelities.full
        noise = np.random.default_rng([*text.encode(), far]).uniform()
        if self.broken and noise < 1 / self.broken:
            return float("nan")
        good = text.count("3x3") / 6 + text.count("1x1") / 12
        return 0.5 * good + 0.3 * noise / far + 0.01 * far

    def fingerprint(self):
        return {"broken": str(self.broken)}


@dataclass
class Simulated:
    """What workers do: each one that is free asks, and one that is busy finishes at random."""

    strategy: object
    workers: int
    seed: int = 0
    objective: object = Noisy()
    space: object = SPACE
    finished: Observations = field(default_factory=Observations)
    under_way: tuple = ()
    asked: tuple = ()  # (number, architecture, epochs, known, pending) of each proposal

    @property
    def pending(self):
        return tuple(architecture for _, architecture, _, _ in self.under_way)

    def ask(self):
        number = len(self.finished) + len(self.under_way)
        rng = np.random.default_rng([self.seed, number])
        made = self.strategy.propose(self.space, self.finished, self.pending, 1, rng)
        pending = tuple(n for n, *_ in self.under_way)
        origin = Origin(number, len(self.finished), pending)
        self.asked += ((number, made, self.finished, self.pending),)
        self.under_way += ((number, made.architecture, made.epochs, origin),)

    def finish(self, which):
        number, architecture, epochs, origin = self.under_way[which]
        value = self.objective(architecture, 0, epochs)
        state = {"value": value} if np.isfinite(value) else {"value": None, "status": "failed"}
        found = Evaluation(architecture, epochs=epochs, origin=origin, **state)
        self.finished = self.finished + found
        self.under_way = tuple(one for one in self.under_way if one[0] != number)

    def run(self, trials):
        rng = np.random.default_rng(self.seed)
        while len(self.finished) < trials:
            while len(self.under_way) < self.workers:
                self.ask()
            self.finish(int(rng.integers(len(self.under_way))))
        return self


@pytest.fixture(scope="session")
def simulated():
    return Simulated


@pytest.fixture(scope="session")
def noisy():
    return Noisy
