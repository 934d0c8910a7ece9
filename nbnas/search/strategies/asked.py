"""What a strategy is told of the objective that a search asks: its own settings, and its costs."""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from nbnas.checks import REAL, Rule, instance
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.settings import Settings, settled
from nbnas.graphs.space import SearchSpace
from nbnas.graphs.spaces.joint.parts import joint_space
from nbnas.records import Fidelities

S = TypeVar("S")


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What a search tells its strategy of the objective; nothing, where there is no search.

    A study remembers the objective itself, and so nothing of this.

    Attributes:
        settings: By which the objective trains an architecture that has none; those among the
            settings of the space that may have this value.
        cost: What the training of an architecture for so many epochs costs from its beginning, in
            full ones; `None` where that goes by its epochs.
    """

    settings: Settings = ()
    cost: Callable[[Architecture, int | None], float] | None = None

    def cost_of(
        self, fidelities: Fidelities, architecture: Architecture, epochs: int | None
    ) -> float:
        """What a training costs from its beginning, in full ones."""
        if self.cost is None:
            return fidelities.cost(epochs)
        return float(REAL("cost", self.cost(architecture, epochs)))

    def begun(
        self,
        space: SearchSpace,
        chosen: tuple[Architecture, ...],
        known: Sequence[Architecture],
    ) -> tuple[Architecture, ...]:
        """Random architectures, the first of them with the objective's own settings.

        Args:
            space: The search space.
            chosen: The architectures.
            known: What is evaluated or pending.

        Returns:
            The very same where there are no such settings, something known has them, or the
            architecture is none of the space with them.
        """
        own = dict(self.settings)
        if not own or not chosen or any(own.items() <= dict(a.settings).items() for a in known):
            return chosen
        settings = tuple(sorted({**dict(chosen[0].settings), **own}.items()))
        first = dataclasses.replace(chosen[0], settings=settings)
        return (first, *chosen[1:]) if first in space and first not in chosen else chosen


NOTHING = Asked()
ASKED: Rule[Asked] = instance(Asked, "nothing at all: a search tells it")


def told_of(strategy: S, objective: object, space: object) -> S:
    """The strategy that knows what a model's search uses of an objective.

    Args:
        strategy: Any strategy.
        objective: The objective.
        space: The search space.

    Returns:
        The strategy itself, where it uses nothing of an objective, or that offers nothing.

    Raises:
        ArchitectureError: If what the objective calls its settings are none.
    """
    own: Any = strategy
    within = getattr(strategy, "strategy", None)
    if within is not None:  # a scheduler's
        new = told_of(within, objective, space)
        return strategy if new is within else dataclasses.replace(own, strategy=new)
    if not isinstance(getattr(strategy, "asked", None), Asked):
        return strategy
    found = _asked(objective, space)
    if found.settings or (found.cost and getattr(strategy, "fidelities", None) is not None):
        strategy = dataclasses.replace(own, asked=found)
    return strategy


def _asked(objective: Any, space: object) -> Asked:  # noqa: ANN401
    joint = joint_space(space)  # type: ignore[arg-type]
    cost, usual = getattr(objective, "cost", None), getattr(objective, "own_settings", None)
    settings = () if joint is None or not callable(usual) else settled(usual(joint))
    by_epochs = getattr(objective, "by_epochs", False)  # as a table's cost: it need not be asked
    return Asked(settings, cost if callable(cost) and not by_epochs else None)
