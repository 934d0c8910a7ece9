"""The first architectures of a search by a model, which has no data yet."""

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.graphs.spaces.joint.parts import part_of
from nbnas.graphs.spaces.joint.space import JointSpace
from nbnas.records import Observations, Proposal
from nbnas.search.strategies.asked import NOTHING, Asked
from nbnas.search.strategies.random import RandomSearch
from nbnas.surrogate.kernels.knowledge import Knowledge

INFORMED = 0.02  # the share of what is known from which an informed search starts


@dataclass(frozen=True, slots=True, eq=False)
class InitialDesign:
    """Proposes random architectures, or random ones that promise much.

    Attributes:
        initial: Number of architectures before there is a model.
        knowledge: Numbers that are larger for better ones; `None` draws from all.
        allow_isomorphic: Whether another architecture that computes the same function is new.
        asked: What is known of the objective: with settings of its own, one random architecture
            has these, so that a search of both never begins with random settings alone.
    """

    initial: int
    knowledge: Knowledge | None
    allow_isomorphic: bool
    asked: Asked = NOTHING

    def propose(
        self,
        space: SearchSpace,
        observations: Observations,
        pending: Sequence[Architecture],
        n: int,
        rng: np.random.Generator,
    ) -> Proposal:
        """Propose `n` of them; arguments as those of `Strategy.propose`."""
        number = len(observations) + len(pending) + 1
        reason = f"Random cell {number} of {self.initial}, to give the model its first data"
        random = RandomSearch(self.allow_isomorphic)
        taken = (*observations.architectures, *pending)
        if self.knowledge is not None:
            known = self.knowledge.best(self._promising)
            # Of a joint space these are graphs; of another one some may break a limit.
            joint = isinstance(space, JointSpace)
            best = known if joint else tuple(a for a in known if a in space)
            found = None
            if best:
                found = random.propose(part_of(space, best), observations, pending, n, rng)
            if found is not None and found.architectures:
                names = ", ".join(self.knowledge.names)
                reason += f"; one of the best {len(best)} by {names}."
                return self._begun(found, reason, space, taken)
        proposal = random.propose(space, observations, pending, n, rng)
        return self._begun(proposal, f"{reason}.", space, taken)

    def _begun(
        self, found: Proposal, reason: str, space: SearchSpace, known: Sequence[Architecture]
    ) -> Proposal:
        """What was drawn, the first with the objective's own settings where nothing known has."""
        chosen = self.asked.begun(space, found.architectures, known)
        own = "" if chosen == found.architectures else " It has the objective's own settings."
        return dataclasses.replace(found, architectures=chosen, reason=reason + own)

    @property
    def _promising(self) -> int:
        """How many of the best known architectures an informed search starts from."""
        known = 0 if self.knowledge is None else len(self.knowledge.values)
        return max(math.ceil(INFORMED * known), 2 * self.initial)
