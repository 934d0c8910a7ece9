"""What a search with looks knows, and whether it looks or trains next.

Notation
    k          a level: trainings of one length, 0 the shortest, K the full ones
    c(k)       what a training of level k costs from its beginning, in full ones; where the
               objective says so of each architecture, the median of those that were seen
    below(k)   what all trainings of lower levels cost so far
    trust      how sure it is that the level below tells of level k, from 0 to 1

The rules of level k, the same for every table; the search asks level K, and a level that wants a
look asks the one below:
    1. Random looks at first, then looks where the looks themselves may improve, until they cost
       as much as four trainings of level k.
    2. Then trainings of level k, chosen by the acquisition function. As long as looks are trusted,
       a third of all that is spent goes into looks, up to a hundred of each level.
    3. What is to be trained is looked at before, at each lower level, as long as looks are
       trusted: others would turn it down for what was luck, even where a look costs nothing.
    4. Nothing is trained whose result is expected to be below the median of what is expected of
       all that was looked at, while there is something else; see `promising`.

So a new architecture that promises something may always be chosen, and where looks tell nothing,
hardly any follow: what is lost then is what they cost until that was known.
"""

import statistics
from dataclasses import dataclass

from nbnas.checks import Rule
from nbnas.graphs.architecture import Architecture
from nbnas.records import Fidelities, Observations
from nbnas.records.fidelities import FIDELITIES, ROUNDING
from nbnas.search.strategies.asked import NOTHING, Asked

LOOKS: Rule[Fidelities | None] = FIDELITIES.optional
FIRST = 4.0  # trainings of a level that looks may cost before the first one
SHARE = 0.5  # what looks may cost beside what trainings of their level cost, where trusted
MOST = 100  # looks of a level that are made for their own sake
TRUSTED = 0.5  # from where on what is to be trained is looked at before


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """Where a search with looks stands.

    Attributes:
        fidelities: The lengths of its trainings.
        observations: All that was evaluated.
        pending: What is being evaluated; it counts as looked at and as trained.
        asked: What is known of the objective: what each training costs.
    """

    fidelities: Fidelities
    observations: Observations
    pending: tuple[Architecture, ...]
    asked: Asked = NOTHING

    @property
    def top(self) -> int:
        """K, the level of full trainings."""
        return len(self.fidelities.lower)

    @property
    def full(self) -> Observations:
        """The full trainings so far."""
        return self.observations.full

    def epochs(self, level: int) -> int | None:
        """The epochs of a level as an evaluation has them: `None` for full trainings."""
        return None if level == self.top else self.fidelities.epochs[level]

    def at(self, level: int) -> Observations:
        """The trainings of a level so far."""
        return self.observations.at(self.epochs(level))

    @property
    def reached(self) -> dict[Architecture, int]:
        """The highest level of each architecture's trainings so far."""
        found: dict[Architecture, int] = {}
        for each in self.observations:
            known = found.get(each.architecture, -1)
            found[each.architecture] = max(known, self._level(each.epochs))
        return found

    def taken(self, level: int) -> tuple[Architecture, ...]:
        """What is not to be trained at a level: what was there or above it, and is under way."""
        done = tuple(a for a, reached in self.reached.items() if reached >= level)
        return (*done, *self.pending)

    def below(self, level: int) -> float:
        """What the trainings of lower levels cost, in full ones; those under way count, too."""
        costs: dict[Architecture, float] = {}
        for evaluation in self.observations:
            reached = self._level(evaluation.epochs)
            if reached < level:
                cost = self.cost(evaluation.architecture, evaluation.epochs)
                known = costs.get(evaluation.architecture, 0.0)
                joined = max(known, cost) if self.fidelities.continued else known + cost
                costs[evaluation.architecture] = joined
        seen = set(self.observations.architectures)
        new = [each for each in self.pending if each not in seen]
        return sum(costs.values()) + sum(self.cost(each, self.epochs(0)) for each in new)

    def cost(self, architecture: Architecture, epochs: int | None) -> float:
        """What a training costs from its beginning, in full ones."""
        return self.asked.cost_of(self.fidelities, architecture, epochs)

    def of_level(self, level: int) -> float:
        """c(k); of architectures that were looked at or trained."""
        seen, epochs = dict.fromkeys(self.observations.architectures), self.epochs(level)
        if self.asked.cost is None or not seen:
            return self.fidelities.cost(epochs)
        return statistics.median(self.cost(each, epochs) for each in seen)

    def left(self, level: int, reached: int) -> float:
        """c(k) of what was trained to a lower level: only the rest, where it is continued."""
        if self.asked.cost is None:
            before = self.fidelities.check(self.epochs(reached))
            return self.fidelities.cost(self.epochs(level), before)
        spared = self.of_level(reached) if self.fidelities.continued else 0.0
        return max(self.of_level(level) - spared, ROUNDING)

    def begins(self, level: int) -> bool:
        """Whether there is no training of a level to learn from, and looks may cost more."""
        allowed = FIRST * self.of_level(level)
        return not self.at(level).completed and self.below(level) < allowed - ROUNDING

    def looks_on(self, level: int, trust: float) -> bool:
        """Whether a look for its own sake comes before the next training of a level."""
        spent = self.of_level(level) * len(self.at(level))
        few = len(self.at(level - 1)) < MOST
        return few and self.below(level) < SHARE * trust * spent - ROUNDING

    def _level(self, epochs: int | None) -> int:
        return self.top if epochs is None else self.fidelities.epochs.index(epochs)


def least_cost(fidelities: Fidelities, initial: int) -> float:
    """What a search costs until its first full training has ended, in full trainings.

    Args:
        fidelities: The lengths of its trainings.
        initial: Number of random looks.
    """
    return max(FIRST, initial * fidelities.cost(fidelities.epochs[0])) + 1
