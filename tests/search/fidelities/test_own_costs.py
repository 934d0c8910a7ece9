"""What an objective says of its costs decides how much a search looks."""

from dataclasses import dataclass

import pytest

import nbnas as nb
from nbnas.errors import SettingError
from nbnas.search.fingerprint import fingerprint
from nbnas.search.strategies.fidelities.stage import Stage

SPACE = nb.CellSpace(("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3"))
FIDELITIES = nb.Fidelities((4, 20))
STRATEGY = nb.BayesianOptimization(initial=4, fidelities=FIDELITIES)


@dataclass(frozen=True)
class Counts:
    """Convolutions in a cell; a look sees half of them."""

    fidelities: nb.Fidelities = FIDELITIES

    def __call__(self, architecture, seed=0, epochs=None):
        value = 0.4 + 0.08 * str(architecture).count("3x3")
        return value if epochs is None else value / 2


class Dear(Counts):
    """A full training costs one; a look nearly as much, whatever its epochs say."""

    def cost(self, architecture, epochs=None):
        return 1.0 if epochs is None else 0.8


def test_what_the_objective_says_of_costs_counts():
    told = nb.Search(SPACE, Dear(), STRATEGY).strategy
    looked = tuple(nb.Evaluation(a, 0.3, epochs=4) for a in SPACE.sample(0, 6))
    stage = Stage(FIDELITIES, nb.Observations(looked), (), told.asked)
    assert stage.below(1) == pytest.approx(0.8 * 6)
    assert not stage.begins(1)
    assert Stage(FIDELITIES, nb.Observations(looked), ()).begins(1)
    assert (stage.of_level(0), stage.of_level(1)) == (0.8, 1.0)
    assert stage.left(1, 0) == 1.0
    plain = nb.Search(SPACE, Counts(), STRATEGY).strategy
    assert plain.asked.cost is None
    dear = nb.Search(SPACE, Dear(), STRATEGY).run(6)
    assert [e.epochs for e in dear.observations] == [4] * 5 + [None]  # 0.2 each would be 20 looks
    assert fingerprint(SPACE, Dear(), told, 0) == fingerprint(SPACE, Dear(), STRATEGY, 0)


def test_a_wrong_cost_is_said():
    class Wrong(Counts):
        def cost(self, architecture, epochs=None):
            return "much"

    asked = nb.Search(SPACE, Wrong(), STRATEGY).strategy.asked
    with pytest.raises(SettingError, match="cost"):
        asked.cost_of(FIDELITIES, SPACE.sample(0, 1)[0], None)
