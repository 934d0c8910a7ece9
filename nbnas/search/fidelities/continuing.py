"""The part of a search whose trainings go on from shorter ones of the same architecture.

Such a trial has the seed of the architecture's first one, and with it the place of its checkpoint:
nothing but the architecture and the seed decides where that is. So a look leaves its checkpoint
there, and whoever trains the architecture further, in this process or in another one, goes on from
it. Where it is gone, or there is no store, the training begins anew, to the same numbers: what it
costs (`search.spent`) is counted as if it had gone on, so that no proposal depends on files.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from nbnas.graphs.architecture import Architecture
from nbnas.records import Evaluation, Observations, Proposal
from nbnas.search.fidelities.costs import fidelities_of
from nbnas.search.ledger import may_go_on
from nbnas.search.shared import Shared


def continues(objective: object) -> bool:
    """Whether longer trainings of an objective go on from shorter ones."""
    fidelities = fidelities_of(objective)
    return fidelities is not None and fidelities.continued


def seed_of(objective: object, known: Observations, architecture: Architecture, seed: int) -> int:
    """The seed of a trial: that of the architecture's first one where trainings are continued.

    Args:
        objective: What makes them.
        known: The trials that had finished when it was proposed.
        architecture: What is trained.
        seed: The trial's own seed.
    """
    if not continues(objective):
        return seed
    return next((e.seed for e in known if e.architecture == architecture), seed)


def going_on(objective: object, known: Observations, proposal: Proposal) -> Proposal:
    """A proposal with the seed of what it goes on from; the proposal itself, if it begins anew."""
    seed = seed_of(objective, known, proposal.architecture, proposal.seed)
    return proposal if seed == proposal.seed else replace(proposal, seed=seed)


class Continuing(Shared):
    """Gives trials the seeds that they go on with, and removes checkpoints that nobody needs."""

    objective: Any

    def _seed(self, architecture: Architecture, number: int, known: int) -> int:
        own = super()._seed(architecture, number, known)
        return seed_of(self.objective, self.observations.first(known), architecture, own)

    def _clear(self) -> None:
        """Remove the checkpoints of trials that have ended, but whose process has not done so."""
        self._ledger.clear(self._places(self._ended()))

    def _clear_all(self) -> None:
        """Remove what trainings could go on from, too, unless others are at work in the study."""
        if self._ledger.continued:
            self._look()
        nobody = not self.under_way
        self._ledger.clear(self._places(self.observations if nobody else self._ended()))

    def _ended(self) -> Iterator[Evaluation]:
        """The trials that no training goes on from any longer."""
        done = {e.architecture for e in self.observations if not may_go_on(e)}
        alone = not self._ledger.continued
        return (e for e in self.observations if alone or e.architecture in done)

    def _places(self, ended: Iterable[Evaluation]) -> Iterator[str]:
        """Where trials have kept checkpoints, but for those that a training needs now."""
        place = self._ledger.place
        needed = {place(claim.number, claim) for claim in self.under_way}
        found = (place(self._number(evaluation), evaluation) for evaluation in ended)
        return (each for each in found if each not in needed)
