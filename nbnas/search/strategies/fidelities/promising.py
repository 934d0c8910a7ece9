"""What is ruled out of further training: the lower half, by what is believed of results.

What to train further is chosen by its expected improvement around a line in what looks say. That
line is known among what was trained, which are mostly the best by their looks. Far below them its
slope is all that tells, and the doubt that is left of it makes their bands so wide that the worst
architectures of a space promise more than the next best. As in successive halving, the lower half
goes no further: by what is believed of results, not by looks themselves, which may deceive.

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


def among_promising(scorer: Scorer, posterior: FidelityPosterior, sign: float = 1.0) -> Scorer:
    """A score by which what is ruled out comes behind all else.

    Ruled out is what is expected to be worse than the median of what was looked at is.

    Args:
        scorer: Scores `(m,)` of `m` candidates.
        posterior: What is believed of the trainings that are chosen, beside the looks.
        sign: -1 where low results are wanted.

    Returns:
        The score; as before among what is not ruled out.
    """

    def expected(architectures: Sequence[Architecture]) -> Tensor:
        return sign * posterior.latent(architectures)[0]

    median = expected(posterior.looks.observations.architectures).quantile(0.5)
    return lambda candidates: scorer(candidates) - BELOW * (expected(candidates) < median)
