"""The first architectures of a search by a model, which has no data yet.

Notation
    m          random architectures of which one is chosen
    nearest    the correlation `(m,)` of each with the one that is most like it, of those before
"""

import dataclasses
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbnas.checks import settle, whole
from nbnas.errors import SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.graphs.spaces.joint.parts import part_of
from nbnas.graphs.spaces.joint.space import JointSpace
from nbnas.records import Observations, Proposal
from nbnas.search.candidates import can_be_listed, random_new
from nbnas.search.strategies.asked import NOTHING, Asked
from nbnas.surrogate.kernels.knowledge import Knowledge
from nbnas.surrogate.model import Model
from nbnas.surrogate.process.prior import GaussianProcess
from nbnas.surrogate.table import ArchitectureTable

INFORMED = 0.02  # the share of what is known from which an informed search starts
# Random ones, of which the one that is least like those before is chosen: from a list, or made
# anew, which takes some milliseconds each in some spaces.
DRAWN, DRAWN_ANEW = 400, 100
Draw = Callable[[SearchSpace, int], tuple[Architecture, ...]]  # so many new ones of a space
UNLIKE, RANDOM = 7, 10  # architectures before there is a model, by default
_INITIAL = whole(2).raising(SettingError, "a model needs data; 0 to choose it")


def settle_design(strategy: Any) -> None:  # noqa: ANN401
    """Settle `spread` and `initial` of a strategy with a model, whose other fields are settled.

    Where it spreads, an `initial` of 0 stays: it goes by what is searched, see `first_ones`.

    Raises:
        SettingError: If `initial` is neither 0 nor a whole number from 2 on.
    """
    told_more = strategy.knowledge is not None or strategy.fidelities is not None
    if told_more or not isinstance(strategy.prior, GaussianProcess):
        object.__setattr__(strategy, "spread", False)
    if type(strategy.initial) is int and strategy.initial == 0:
        object.__setattr__(strategy, "initial", 0 if strategy.spread else RANDOM)
        return
    settle(strategy, initial=_INITIAL)


def first_ones(initial: int, *, alone: bool = True) -> int:
    """How many architectures there are before a model.

    Args:
        initial: The number, or 0 by default.
        alone: Whether there are no settings and no further goals. With these, seven are too few.
    """
    return initial or (UNLIKE if alone else RANDOM)


@dataclass(frozen=True, slots=True, eq=False)
class InitialDesign:
    """Proposes architectures that are unlike each other, random ones, or such that promise much.

    Unlike each other: of 100 or 400 random ones the one whose greatest prior correlation with one
    that is evaluated or pending is least. That is a maximin distance design over the kernel's
    distance, made point by point (Johnson, Moore and Ylvisaker, Minimax and maximin distance
    designs, J. Stat. Plan. Inference 26, 1990).

    Attributes:
        initial: Number of architectures before there is a model.
        knowledge: Numbers that are larger for better ones; `None` draws from all.
        allow_isomorphic: Whether another architecture that computes the same function is new.
        asked: What is known of the objective: with settings of its own, one random architecture
            has these, so that a search of both never begins with random settings alone.
        prior: A Gaussian process tells how alike architectures are; else they are random.
    """

    initial: int
    knowledge: Knowledge | None
    allow_isomorphic: bool
    asked: Asked = NOTHING
    prior: Model | None = None

    def propose(
        self,
        space: SearchSpace,
        observations: Observations,
        pending: Sequence[Architecture],
        n: int,
        rng: np.random.Generator,
    ) -> Proposal:
        """Propose `n` of them; arguments as those of `Strategy.propose`."""
        taken = (*observations.architectures, *pending)
        where = f"{len(taken) + 1} of {self.initial}"

        def draw(among: SearchSpace, count: int) -> tuple[Architecture, ...]:
            return random_new(among, taken, rng, count, allow_isomorphic=self.allow_isomorphic)

        found = self._promising(where, space, n, draw) or self._unlike(
            where, space, taken, n, draw
        )
        if found is None:
            reason = f"Random cell {where}, to give the model its first data."
            found = Proposal(draw(space, n), reason)
        chosen = self.asked.begun(space, found.architectures, taken)
        own = "" if chosen == found.architectures else " It has the objective's own settings."
        return dataclasses.replace(found, architectures=chosen, reason=found.reason + own)

    def _promising(self, where: str, space: SearchSpace, n: int, draw: Draw) -> Proposal | None:
        """Random ones of those that promise most; `None` where nothing is known of any new one."""
        if self.knowledge is None:
            return None
        known = len(self.knowledge.values)
        best = self.knowledge.best(max(math.ceil(INFORMED * known), 2 * self.initial))
        # Of a joint space these are graphs; of another one some may break a limit.
        if not isinstance(space, JointSpace):
            best = tuple(a for a in best if a in space)
        if not best:
            return None
        found = draw(part_of(space, best), n)
        names = ", ".join(self.knowledge.names)
        reason = f"Random cell {where}, to give the model its first data; one of the best "
        return Proposal(found, f"{reason}{len(best)} by {names}.") if found else None

    def _unlike(
        self, where: str, space: SearchSpace, taken: Sequence[Architecture], n: int, draw: Draw
    ) -> Proposal | None:
        """Such as are unlike all before; `None` for the first of all, and without a prior."""
        if not isinstance(self.prior, GaussianProcess) or not taken:
            return None
        drawn = draw(space, max(DRAWN if can_be_listed(space) else DRAWN_ANEW, n))
        least = f"of {len(drawn)} random ones the one that is least like all before it"
        reason = f"Cell {where} before there is a model: {least}."
        # In a table of its own: what is drawn here once is not kept among what is modelled.
        prior = dataclasses.replace(self.prior, table=ArchitectureTable())
        return Proposal(unlike(prior, drawn, taken, n), reason)


def unlike(
    prior: GaussianProcess,
    drawn: Sequence[Architecture],
    taken: Sequence[Architecture],
    n: int,
) -> tuple[Architecture, ...]:
    """Up to `n` of some architectures, each the one that is least like all before it.

    Args:
        prior: Its correlation tells how alike two architectures are.
        drawn: The architectures `(m,)`.
        taken: What is there already; at least one.
        n: How many to choose.

    Returns:
        The chosen ones, in their order; of equals the first.
    """
    deviations = np.sqrt(prior.variance(drawn))

    def likeness(others: Sequence[Architecture]) -> NDArray[np.float64]:
        """The greatest correlation `(m,)` with one of the others."""
        scale = np.outer(deviations, np.sqrt(prior.variance(others)))
        found: NDArray[np.float64] = (prior.covariance(drawn, others) / scale).max(axis=1)
        return found

    chosen: list[int] = []
    nearest = likeness(taken)
    while len(chosen) < min(n, len(drawn)):
        if chosen:  # not after the last one: it would be for nothing
            nearest = np.maximum(nearest, likeness([drawn[chosen[-1]]]))
            nearest[chosen] = np.inf
        chosen.append(int(np.argmin(nearest)))
    return tuple(drawn[i] for i in chosen)
