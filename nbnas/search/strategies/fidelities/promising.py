"""What looks rule out, where they are trusted: the lower half of what was looked at.

What to train further is chosen by its expected improvement around a line in what looks say. That
line is known among what was trained, which are mostly the best by their looks. Far below them its
slope is all that tells, and the least doubt of the slope makes their bands so wide that the worst
architectures of a space promise more than the next best. As in successive halving, the lower half
goes no further.

References:
    Jamieson and Talwalkar, Non-stochastic best arm identification and hyperparameter optimization,
    AISTATS 2016 (of each rung the better half goes on).
"""

from collections.abc import Callable, Sequence

from torch import Tensor

from nbnas.graphs.architecture import Architecture
from nbnas.surrogate.process.fidelity import FidelityPosterior

Scorer = Callable[[Sequence[Architecture]], Tensor]
BELOW = 1e6  # what is ruled out is scored so much lower: it is trained once nothing else is left


def among_promising(scorer: Scorer, posterior: FidelityPosterior) -> Scorer:
    """A score by which what looks rule out comes behind all else.

    Ruled out is what the posterior of the looks expects to be worse than the median of what was
    looked at; where full results are the reverse of looks, better than it.

    Args:
        scorer: Scores `(m,)` of `m` candidates.
        posterior: What is believed of the trainings that are chosen, beside the looks.

    Returns:
        The score; as before among what is not ruled out.
    """
    looks, sign = posterior.looks, 1.0 if posterior.slope >= 0 else -1.0
    median = (sign * looks.latent(looks.observations.architectures)[0]).quantile(0.5)

    def scored(candidates: Sequence[Architecture]) -> Tensor:
        poor = sign * looks.latent(candidates)[0] < median
        return scorer(candidates) - BELOW * poor

    return scored
