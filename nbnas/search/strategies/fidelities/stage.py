"""What a search with looks knows, and whether it looks or trains next.

Notation
    c          what a look costs, in full trainings
    spent      what all looks cost so far
    trust      how sure it is that looks tell of full results, from 0 to 1

The rules, the same for every table:
    1. Random looks at first, then looks where the looks themselves may improve, until they cost
       as much as four full trainings.
    2. Then full trainings, chosen by the acquisition function of the full result. As long as looks
       are trusted, half of what is spent goes into more of them, up to a hundred.
    3. What is to be trained fully is looked at before, as long as looks are trusted.

So a new architecture may always be chosen, and where looks tell nothing, hardly any follow: what
is lost then is what they cost until that was known.
"""

from dataclasses import dataclass

from nbnas.checks import Rule
from nbnas.graphs.architecture import Architecture
from nbnas.records import Fidelities, Observations

LOOKS: Rule[Fidelities | None] = Rule(
    "None or fidelities of one look and the full training, such as Fidelities((12, 200))",
    lambda value: value is None or (isinstance(value, Fidelities) and len(value.epochs) == 2),
    lambda value: value,
    objects=True,
)
FIRST = 4.0  # full trainings that looks may cost before the first one
MOST = 100  # looks that are made for their own sake
TRUSTED = 0.5  # from where on what is to be trained fully is looked at before


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """Where a search with looks stands.

    Attributes:
        fidelities: The lengths of its trainings, of one look and of a full one.
        observations: All that was evaluated.
        pending: What is being evaluated; it counts as looked at and as trained.
    """

    fidelities: Fidelities
    observations: Observations
    pending: tuple[Architecture, ...]

    @property
    def epochs(self) -> int:
        """The epochs of a look."""
        return self.fidelities.lower[0]

    @property
    def looks(self) -> Observations:
        """The looks so far."""
        return self.observations.at(self.epochs)

    @property
    def full(self) -> Observations:
        """The full trainings so far."""
        return self.observations.full

    @property
    def looked_at(self) -> tuple[Architecture, ...]:
        """What is not to be looked at again: what was, and what is trained or was."""
        return (*self.observations.architectures, *self.pending)

    @property
    def trained(self) -> tuple[Architecture, ...]:
        """What is not to be trained again."""
        return (*self.full.architectures, *self.pending)

    @property
    def spent(self) -> float:
        """What the looks cost, in full trainings; those under way count, too."""
        seen = set(self.observations.architectures)
        looks = len(self.looks) + sum(1 for each in self.pending if each not in seen)
        return looks * self.fidelities.cost(self.epochs)

    @property
    def begins(self) -> bool:
        """Whether there is no full training to learn from, and looks may cost more."""
        return not self.full.completed and self.spent < FIRST - 1e-9

    def looks_on(self, trust: float) -> bool:
        """Whether a look for its own sake comes next."""
        return len(self.looks) < MOST and self.spent < trust * len(self.full)
