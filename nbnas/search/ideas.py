"""From a strategy's ideas to a proposal: random ones first, then what is new among the ideas.

Notation
    idea    an architecture and one sentence why; a strategy gives as many as are asked of it
"""

from collections.abc import Iterable, Sequence
from itertools import islice

import numpy as np

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.records import Observations, Proposal
from nbnas.search.candidates import Novelty, left, random_new

Idea = tuple[Architecture, str]


def propose_start(
    space: SearchSpace,
    observations: Observations,
    pending: Sequence[Architecture],
    n: int,
    rng: np.random.Generator,
    *,
    initial: int,
    allow_isomorphic: bool,
) -> Proposal | None:
    """Propose random architectures while there are too few observations to learn from.

    They are those of `RandomSearch`, so that all strategies begin alike from the same seed.

    Args:
        space: The search space.
        observations: The evaluations so far.
        pending: What is being evaluated right now.
        n: How many to propose.
        rng: Draws the architectures.
        initial: How many random ones there are to be; at least one must be evaluated, too.
        allow_isomorphic: Whether another architecture that computes the same counts as new.

    Returns:
        The proposal; `None` once the strategy itself has to choose.
    """
    number = len(observations) + len(pending) + 1
    if number > initial and len(observations):
        return None
    taken = (*observations.architectures, *pending)
    drawn = random_new(space, taken, rng, n, allow_isomorphic=allow_isomorphic)
    of = f" of {initial}" if number <= initial else ""
    return Proposal(drawn, f"Random architecture {number}{of}, to have something to start from.")


def propose_new(
    ideas: Iterable[Idea],
    space: SearchSpace,
    taken: Sequence[Architecture],
    n: int,
    rng: np.random.Generator,
    *,
    allow_isomorphic: bool,
    otherwise: str,
) -> Proposal:
    """Propose the first new ones of the ideas, and random ones where these are not enough.

    Args:
        ideas: Architectures with reasons, the preferred ones first; they must end.
        space: The search space.
        taken: What is evaluated or pending.
        n: How many to propose.
        rng: Draws the random ones.
        allow_isomorphic: Whether another architecture that computes the same counts as new.
        otherwise: The reason where no idea is new, and the first one is random.

    Returns:
        The proposal, with the reason of its first architecture.
    """
    n = left(space, taken, n, allow_isomorphic=allow_isomorphic)
    novelty = Novelty(taken, allow_isomorphic=allow_isomorphic)
    found = list(islice((idea for idea in ideas if novelty.claim(idea[0])), n))
    chosen = tuple(architecture for architecture, _ in found)
    rest = random_new(
        space, (*taken, *chosen), rng, n - len(chosen), allow_isomorphic=allow_isomorphic
    )
    reason = found[0][1] if found else otherwise
    return Proposal((*chosen, *rest), reason if chosen or rest else "Everything is evaluated.")


def trial(observations: Observations, number: int) -> str:
    """The trial at a place in words, such as "trial 7 (91.2 %)": with its own number, if known."""
    value, measure = observations[number].value, observations.measure
    origin = observations[number].origin
    named = number if origin is None else origin.number
    return f"trial {named} ({'failed' if value is None else measure.text(value, digits=1)})"
