"""The budget in the lab: what a person has set, until a cell's run aims at something else.

Notation
    aim        a budget in numbers: how many trials, and what all may cost, in full trainings;
               one of the two is a limit, the other one is none
"""

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

from nbnas.records import Fidelities
from nbnas.search.fidelities.costs import fidelities_of
from nbnas.search.opened.study import OpenedStudy
from nbnas.search.workers.local import MOST, LocalWorkers
from nbnas.search.workers.workers import Workers

Aim = tuple[int | None, float]  # (target, budget) of a search
TRIALS = 30  # where nothing else was said
NOTHING: Aim = (None, math.inf)
_CENT = 0.01  # of a full training: what is shown of costs


@dataclass(frozen=True, slots=True)
class Unit:
    """What a budget is counted in.

    Attributes:
        name: One of the words that the page knows, in the plural.
        epochs: How many of it a full training is, where the budget is one of costs; `None` where
            trials are counted, however far they go.
    """

    name: str
    epochs: int | None = None

    def done(self, search: Any) -> float:  # noqa: ANN401
        """What a search has spent so far."""
        if self.epochs is None:
            return len(search.observations)
        return float(search.spent * self.epochs)

    def aim(self, amount: float) -> Aim:
        """What a search aims at with a budget of so much."""
        return (round(amount), math.inf) if self.epochs is None else (None, amount / self.epochs)

    def amount(self, aim: Aim) -> float:
        """How much of it an aim is; one of the other kind is taken for as many full trainings."""
        target, budget = aim
        if self.epochs is None:
            return (
                (TRIALS if budget == math.inf else math.ceil(budget)) if target is None else target
            )
        return (TRIALS if target is None else target) if budget == math.inf else self.up(budget)

    def up(self, cost: float) -> float:
        """A cost in full trainings in this unit, rounded up to what the page shows of it."""
        step = _CENT if self.epochs == 1 else 1.0
        found = math.ceil(cost * (self.epochs or 1) / step - 1e-6) * step
        return round(found, 2) if step < 1 else int(found)

    def words(self, amount: float) -> str:
        """So much of it, as a number."""
        return f"{amount:.2f}".rstrip("0").rstrip(".") if self.epochs == 1 else f"{amount:.0f}"


COUNTED, PAID = Unit("trials"), Unit("full trainings", 1)


def units_of(fidelities: Fidelities | None) -> tuple[Unit, ...]:
    """What a budget may be counted in: in trials only, where all of them are full trainings."""
    if fidelities is None:
        return (COUNTED,)
    return COUNTED, PAID, Unit("epochs", fidelities.full)


class Budget:
    """Tells what a run from a cell aims at from what the lab itself has asked for.

    Args:
        search: The search that is followed. It is not kept alive.

    Attributes:
        units: What the budget may be counted in.
        unit: What it is counted in as the lab opens.
        first: How much of it to come to as the lab opens.
    """

    def __init__(self, search: Any) -> None:  # noqa: ANN401
        self.units = units_of(fidelities_of(search.objective))
        self._seen, self._left = _aim(search), NOTHING  # `_left`: until a run of ours has begun
        looks = getattr(search.strategy, "fidelities", None) is not None
        fresh = self._seen == NOTHING and looks  # as many trials would be looks only
        self.unit = PAID if fresh or self._seen[1] != math.inf else COUNTED
        self.first = self._at_least(search, self.unit, self._seen)
        if isinstance(search, OpenedStudy):  # which cannot go on: nothing is left of any budget
            self.unit, self.first = COUNTED, max(len(search.observations), 1)

    def unit_of(self, name: str) -> Unit:
        """The unit that the page calls so; trials for what it cannot know."""
        return next((unit for unit in self.units if unit.name == name), COUNTED)

    def news(self, search: Any, unit: Unit) -> tuple[Unit, float] | None:  # noqa: ANN401
        """The new budget if somebody ran the search from a cell; that run may be over already.

        Where more is spent than it aims at, the budget is what is spent: nothing is left.

        Args:
            search: The search.
            unit: What the budget is counted in now, which stays where it can.
        """
        aim = _aim(search)
        if aim in (NOTHING, self._seen, self._left):
            return None
        self._seen = aim
        costs = aim[1] != math.inf
        if costs != (unit.epochs is not None):
            unit = PAID if costs else COUNTED
        return unit, self._at_least(search, unit, aim)

    def to_page(self) -> dict[str, Any]:
        """The budget as the lab opens, and what it may be counted in, for the page."""
        return {
            "units": [unit.name for unit in self.units],
            "full_epochs": self.units[-1].epochs or 0,
            "unit": self.unit.name,
            "budget": self.first,
        }

    def steer(self, search: Any, action: object, aim: Aim, workers: int) -> None:  # noqa: ANN401
        """Do what a person asks for by a click: "run", "step", "pause" or "stop".

        Args:
            search: The search.
            action: What is asked for.
            aim: What a run up to the budget aims at.
            workers: Number of worker processes, as for `start`.
        """
        if action == "run":
            self.start(search, aim, workers)
        elif action == "step":
            self.start(search, (len(search.observations) + 1, math.inf), min(workers, 1))
        elif action in ("pause", "stop"):
            getattr(search, str(action))()

    def start(self, search: Any, aim: Aim, workers: int = 0) -> None:  # noqa: ANN401
        """Start a run of the lab's own, such as one step; the budget stays.

        Args:
            search: The search.
            aim: What it aims at.
            workers: Number of worker processes, which have the limits of those there were before;
                0 for this process. It does not count for workers elsewhere.
        """
        self._left, self._seen = self._seen, aim  # before: it may be over at once
        target, budget = aim
        cost = {} if budget == math.inf else {"cost": budget}
        try:
            search.start(target, **cost, workers=_limited(search.workers, workers))
        except Exception:  # whatever kept it from starting, the budget is as it was
            self._seen = self._left
            raise
        finally:
            self._left = NOTHING

    def set(self, search: Any, aim: Aim) -> None:  # noqa: ANN401
        """A person has set it: the run that is under way aims at it."""
        if search.running and self._seen == _aim(search):
            self._seen = aim
            names = ("target", "budget") if aim[1] == math.inf else ("budget", "target")
            for name in names:  # the new limit first: never is there none
                setattr(search, name, dict(zip(("target", "budget"), aim, strict=True))[name])

    def _at_least(self, search: Any, unit: Unit, aim: Aim) -> float:  # noqa: ANN401
        done = len(search.observations) if unit.epochs is None else unit.up(search.spent)
        return max(unit.amount(aim), done)


def _aim(search: Any) -> Aim:  # noqa: ANN401
    """What a search aims at, or did last; what it may cost counts before the number of trials."""
    return (search.target if search.budget == math.inf else None), search.budget


def many(search: Any) -> int:  # noqa: ANN401
    """Number of workers of the run under way, or of the last one; 0 for this process."""
    if search.crew is not None:
        return len(search.crew.slots)
    return getattr(search.workers, "workers", 0) or 0


def countable(search: Any) -> bool:  # noqa: ANN401
    """Whether a person may set the number of workers; elsewhere it is as large as it is."""
    return isinstance(search.workers, LocalWorkers | None)


def _limited(before: Workers | None, workers: int) -> Workers | None:
    """So many workers, with the limits of those there were before; those elsewhere as they are."""
    if not isinstance(before, LocalWorkers | None):
        return before
    if workers < 1:
        return None
    return dataclasses.replace(before or LocalWorkers(), workers=min(workers, MOST))
