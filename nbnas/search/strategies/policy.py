"""A policy over rows of choices, and its gradient.

Notation
    c, k        number of choices, and of options of the choice that has most
    θ (c, k)    logits; -∞ where a choice has fewer options
    π (c, k)    probabilities, the softmax of each row of θ; the choices are independent
    a (c,)      a row of choices, with log π(a) = Σ_i log π[i, a_i]; the sum leaves out choices
                that make no difference, for which a_i is None
    b           baseline, the moving average of the rewards so far
    m, v        Adam's moving averages of the gradient and of its square

References:
    Williams, Simple statistical gradient-following algorithms for connectionist reinforcement
    learning, Machine Learning 8, 1992. Kingma and Ba, Adam, ICLR 2015, algorithm 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nbnas.graphs.spaces.choices import Choices

FIRST_MOMENT = 0.9
SECOND_MOMENT = 0.999
EPSILON = 1e-8

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """A policy and the state of its training.

    Attributes:
        logits: θ `(c, k)`.
        mean: Adam's m `(c, k)`.
        square: Adam's v `(c, k)`.
        updates: Number of rewards that it has learnt from.
        baseline: The moving average b of these rewards; `None` before the first one.
    """

    logits: Floats
    mean: Floats
    square: Floats
    updates: int = 0
    baseline: float | None = None

    @property
    def probabilities(self) -> Floats:
        """π `(c, k)`; each row sums to 1, with 0 where a choice has fewer options."""
        return softmax(self.logits)

    @property
    def hesitation(self) -> float:
        """The number of equally likely options that a choice amounts to: exp of the mean entropy.

        It is the number of options at first, and 1 for a policy that is certain.
        """
        p = self.probabilities
        entropies = -np.sum(p * np.log(np.where(p > 0, p, 1)), axis=1)
        return float(np.exp(entropies.mean()))

    def draw(self, rng: np.random.Generator, n: int) -> NDArray[np.int64]:
        """Draw `n` rows of choices `(n, c)`, independently."""
        below = np.cumsum(self.probabilities, axis=1)
        below /= below[:, -1:]  # so that no draw falls behind the last option
        drawn = rng.random((n, len(below), 1))
        places: NDArray[np.int64] = np.sum(drawn >= below, axis=2, dtype=np.int64)
        return places


def uniform(choices: Choices) -> Policy:
    """The policy under which all options of a choice are equally likely."""
    logits = np.full((len(choices), max(map(len, choices))), -np.inf)
    for row, options in zip(logits, choices, strict=True):
        row[: len(options)] = 0.0
    return Policy(logits, np.zeros_like(logits), np.zeros_like(logits))


def softmax(logits: Floats) -> Floats:
    """The probabilities of each row of logits `(c, k)`."""
    scaled: Floats = np.exp(logits - logits.max(axis=1, keepdims=True))
    scaled /= scaled.sum(axis=1, keepdims=True)
    return scaled


def log_gradient(logits: Floats, chosen: Sequence[int | None]) -> Floats:
    """The gradient of log π(a) in the logits: 1 at what is chosen, less π.

    Args:
        logits: θ `(c, k)`.
        chosen: a `(c,)`.

    Returns:
        The gradient `(c, k)`; 0 in the rows of choices that make no difference.
    """
    gradient = -softmax(logits)
    for row, option in zip(gradient, chosen, strict=True):
        if option is None:
            row[:] = 0.0
        else:
            row[option] += 1.0
    return gradient


def learn(
    policy: Policy,
    chosen: Sequence[int | None],
    reward: float,
    *,
    learning_rate: float,
    decay: float,
) -> Policy:
    """One step of REINFORCE up the gradient of (reward - b) log π(a), by Adam.

    The baseline holds earlier rewards only, so that the gradient stays unbiased; the first reward
    is compared with itself and sets it.

    Args:
        policy: The policy before.
        chosen: The row of choices a `(c,)` that was rewarded.
        reward: What it brought.
        learning_rate: Adam's step, about the greatest change of a logit.
        decay: What the baseline keeps of itself.

    Returns:
        The policy after.
    """
    baseline = reward if policy.baseline is None else policy.baseline
    gradient = (reward - baseline) * log_gradient(policy.logits, chosen)
    updates = policy.updates + 1
    mean = FIRST_MOMENT * policy.mean + (1 - FIRST_MOMENT) * gradient
    square = SECOND_MOMENT * policy.square + (1 - SECOND_MOMENT) * gradient**2
    unbiased = mean / (1 - FIRST_MOMENT**updates)
    scale = np.sqrt(square / (1 - SECOND_MOMENT**updates)) + EPSILON
    logits = policy.logits + learning_rate * unbiased / scale
    return Policy(logits, mean, square, updates, decay * baseline + (1 - decay) * reward)
