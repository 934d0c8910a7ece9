"""What evaluations cost is counted once each while there come more."""

from dataclasses import dataclass, field

import pytest

from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Evaluation, Fidelities
from nbnas.search.fidelities.costs import Tally, cost_of_next, costs

CELLS = [*dict.fromkeys(CellSpace().sample(0, 9))][:4]
LENGTHS = Fidelities((2, 5, 10), continued=True)
TRIALS = tuple(
    Evaluation(CELLS[cell], 0.5, epochs=epochs)
    for cell, epochs in ((0, 2), (1, 2), (0, 5), (2, None), (0, None), (1, 5))
)


@dataclass(frozen=True)
class Slow:
    """Its cost goes by its epochs, as it tells itself; it keeps what it was asked."""

    fidelities: Fidelities = LENGTHS
    asked: list[int | None] = field(default_factory=list)

    def cost(self, architecture, epochs=None):
        self.asked.append(epochs)
        return (epochs or 10) / 10


def test_it_is_what_counting_from_the_beginning_gives():
    objective = Slow()
    tally = Tally(objective)
    for n in range(len(TRIALS) + 1):
        assert tally.costs(TRIALS[:n]) == costs(Slow(), TRIALS[:n])
    assert tally.costs(TRIALS) == pytest.approx((0.2, 0.2, 0.3, 1.0, 0.5, 0.3))
    assert objective.asked == [2, 2, 2, 5, None, 5, None, 2, 5]  # spared ones first


def test_other_trials_are_counted_anew():
    tally = Tally(Slow())
    tally.costs(TRIALS)
    assert tally.costs(TRIALS[2:]) == costs(Slow(), TRIALS[2:]) == (0.5, 1.0, 0.5, 0.5)
    assert tally.costs(TRIALS[:1]) == (0.2,)
    assert tally.costs(()) == ()


def test_the_next_one_pays_what_is_not_spared():
    tally = Tally(Slow())
    assert tally.next(TRIALS[:2], CELLS[1], 5) == pytest.approx(0.3)
    assert tally.next(TRIALS, CELLS[1], None) == 0.5
    assert tally.next(TRIALS, CELLS[3], None) == 1.0
    assert cost_of_next(Slow(), TRIALS, CELLS[1], None) == 0.5
    assert sum(tally.costs(TRIALS)) == pytest.approx(
        2.5
    )  # as before: the next one is no trial yet
