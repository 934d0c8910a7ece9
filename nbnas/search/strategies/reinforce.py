"""REINFORCE: a policy proposes architectures, and its gradient follows their values.

Notation
    c           number of choices of the space
    policy      see `nbnas.search.strategies.policy`
    reward      value of a trial; that of a failed one is the worst value so far
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nbnas.brief import brief, settings
from nbnas.checks import FLAG, real, settle, whole
from nbnas.errors import ArchitectureError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.graphs.spaces.choices import CategoricalSpace, categorical, decisive
from nbnas.graphs.spaces.joint.parts import joint_space
from nbnas.kept import Kept
from nbnas.records import Observations, Proposal
from nbnas.search.ideas import Idea, propose_new, propose_start
from nbnas.search.strategies.first import FIRST, beginning, none_first
from nbnas.search.strategies.policy import Policy, learn, uniform
from nbnas.search.strategies.strategy import check_known, check_question

BLOCK = 100  # rows of choices drawn at once
BLOCKS = 100
CHECKPOINT = 50  # observations between two policies that are remembered
POLICIES = 64  # that are remembered
NOTHING_NEW = "Drawn at random, since 10,000 draws from the policy gave no new architecture."


@dataclass(frozen=True, slots=True)
class Reinforce:
    """Draws architectures from a policy that is trained with their values as rewards.

    The policy is a distribution over the options of each choice on its own, as in the REINFORCE
    of NAS-Bench-201; the recurrent controller of Zoph and Le saw 12,800 networks and is beyond a
    few hundred evaluations. It starts uniform and learns from every observation in their order,
    the random ones at the beginning too. A draw that is no architecture of the space, or is none
    that is new, is drawn again; so it is of no use where hardly any row of choices fits, as for
    chains of 40 layers. Where several rows give one architecture, the reward goes to the row that
    the space's `encode` gives, and there to the choices that make a difference.

    Args:
        learning_rate: Adam's step, about the greatest change of a logit by one observation.
        decay: What the baseline, a moving average of the rewards, keeps of itself.
        initial: Number of random architectures at the beginning.
        allow_isomorphic: Whether two architectures that compute the same function may both be
            evaluated; only sensible for tables whose members were trained separately.
        first: Architectures to try before all others, in this order; they count as the first of
            the initial ones.

    Raises:
        SettingError: If the learning rate is not above 0, the decay not in [0, 1), or `initial`
            below 1. `propose` raises it for a space without categorical choices; a search of a
            `JointSpace` with a `Real` does when it is made.

    References:
        Williams, Machine Learning 8, 1992. Zoph and Le, Neural architecture search with
        reinforcement learning, ICLR 2017. Dong and Yang, NAS-Bench-201, ICLR 2020.
    """

    learning_rate: float = 0.2
    decay: float = 0.9
    initial: int = 10
    allow_isomorphic: bool = False
    kept: Kept = field(default_factory=lambda: Kept(POLICIES), repr=False, compare=False)
    first: tuple[Architecture, ...] = none_first()

    def __post_init__(self) -> None:
        settle(
            self,
            learning_rate=real(above=0),
            decay=real(0, below=1),
            initial=whole(1),
            allow_isomorphic=FLAG,
            first=FIRST,
        )

    @brief
    def __repr__(self) -> str:
        return settings(self)

    def check_space(self, space: SearchSpace) -> None:
        """Check that all settings of a `JointSpace` are choices among some values.

        Raises:
            SettingError: If not; the message names one.
        """
        if joint_space(space) is not None:
            categorical(space)

    @beginning
    def propose(
        self,
        space: SearchSpace,
        observations: Observations,
        pending: Sequence[Architecture],
        n: int,
        rng: np.random.Generator,
    ) -> Proposal:
        """Propose random architectures at first, then draws from the policy."""
        n, rng = check_question(space, observations, pending, n, rng)
        policy = self.policy(space, observations)
        allow = self.allow_isomorphic
        start = propose_start(
            space, observations, pending, n, rng, initial=self.initial, allow_isomorphic=allow
        )
        if start is not None:
            return start
        taken = (*observations.architectures, *pending)
        return propose_new(
            _draws(space, policy, rng),
            space,
            taken,
            n,
            rng,
            allow_isomorphic=allow,
            otherwise=NOTHING_NEW,
        )

    def policy(self, space: SearchSpace, observations: Observations) -> Policy:
        """The policy that some observations have trained.

        Raises:
            SettingError: If the space has no categorical choices.
        """
        check_known(space, observations)
        return self._policy(categorical(space), observations)

    def _policy(self, space: CategoricalSpace, observations: Observations) -> Policy:
        asked = (space, observations, self.learning_rate, self.decay)
        return self.kept.get(asked, lambda: self._train(space, observations))

    def _train(self, space: CategoricalSpace, observations: Observations) -> Policy:
        """Learn from one observation after the other; every fiftieth policy is kept."""
        before = max(len(observations) - 1, 0) // CHECKPOINT * CHECKPOINT
        policy = uniform(space.choices)
        if before:
            policy = self._policy(space, observations.first(before))
        rate, decay = self.learning_rate, self.decay
        for number, reward in enumerate(rewards(observations)[before:], before):
            if np.isfinite(reward):
                chosen = decisive(space, observations[number].architecture)
                policy = learn(policy, chosen, float(reward), learning_rate=rate, decay=decay)
        return policy


def rewards(observations: Observations) -> NDArray[np.float64]:
    """The reward of each trial `(n,)`: its gain, or the worst one before it if it failed.

    So a reward never changes later. A trial that failed before any had a value has none (NaN).
    """
    gain = observations.measure.gain
    values = np.array([np.nan if e.value is None else gain(e.value) for e in observations])
    return np.where(np.isnan(values), np.fmin.accumulate(values), values)


def _draws(space: SearchSpace, policy: Policy, rng: np.random.Generator) -> Iterator[Idea]:
    """Architectures of the space as the policy draws them."""
    reason = (
        f"Drawn from the policy, which after {policy.updates} rewards still wavers between about "
        f"{policy.hesitation:.1f} options for each choice."
    )
    parent = categorical(space)
    for row in (row for _ in range(BLOCKS) for row in policy.draw(rng, BLOCK).tolist()):
        try:
            architecture = parent.decode(row)
        except ArchitectureError:  # not every row of choices is an architecture
            continue
        if space is parent or architecture in space:
            yield architecture, reason
