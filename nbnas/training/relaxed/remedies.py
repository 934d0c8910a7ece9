"""Remedies against the collapse of a search by gradient.

Notation
    alpha      the architecture parameters, W tensors `(E, O)`
    weights    softmax(alpha) over the operations of each edge
    progress   share of the epochs that are done, in [0, 1)
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import torch
from torch import Tensor

from nbnas.brief import brief, changed
from nbnas.checks import TEXT, Rule, each, offering, real, settle
from nbnas.graphs.architecture import IDENTITY

_PROGRESS = real(0, 1)
_TENSOR: Rule[Tensor] = Rule(
    "a tensor (E, O) of numbers",
    lambda it: isinstance(it, Tensor) and it.is_floating_point() and it.ndim == 2,
    lambda it: it,
)
_TENSORS, _WORDS = each(_TENSOR, least=1), each(TEXT)


class Remedy(Protocol):
    """What is done against the collapse; frozen settings."""

    def mixed(self, weights: Tensor, words: Sequence[str], progress: float) -> Tensor:
        """The weights with which the shared network computes, `(E, O)`.

        Args:
            weights: Those that the parameters say.
            words: The names of the operations, O.
            progress: How far the search is.
        """
        ...

    def penalty(self, alphas: Sequence[Tensor], progress: float) -> Tensor:
        """What is added to the loss of the architecture parameters, `()`."""
        ...


@dataclass(frozen=True, slots=True)
class BetaDecay:
    """Beta-decay regularisation: keeps the weights of all operations near each other.

    To the loss of the architecture parameters comes lambda times the mean over all edges of
    log sum exp(alpha), which pulls each parameter down in proportion to its weight, so that what
    leads early, as skip connections do, does not run away. Lambda grows from 0 in proportion to
    the epochs that are done.

    Attributes:
        strength: Lambda at the end, 50 as published.

    References:
        Ye et al., beta-DARTS: Beta-Decay Regularization for Differentiable Architecture Search,
        CVPR 2022, equations (7) to (9).
    """

    strength: float = 50.0

    def __post_init__(self) -> None:
        settle(self, strength=real(0))

    @brief
    def __repr__(self) -> str:
        return changed(self)

    def mixed(self, weights: Tensor, words: Sequence[str], progress: float) -> Tensor:
        """The weights as they are."""
        return weights

    def penalty(self, alphas: Sequence[Tensor], progress: float) -> Tensor:
        """See the class."""
        progress = _PROGRESS("progress", progress)
        every = torch.cat([torch.logsumexp(one, -1) for one in _TENSORS("alphas", alphas)])
        return self.strength * progress * every.mean()


@dataclass(frozen=True, slots=True)
class AuxiliarySkip:
    """DARTS-: another skip connection beside all operations of an edge, which fades away.

    It lets gradients pass instead of the skip connection among the operations, whose weight then
    says how good it is by itself. Its own weight falls from `start` to 0 in proportion to the
    epochs that are done.

    Attributes:
        start: Its weight at first, 1 as published.

    References:
        Chu et al., DARTS-: Robustly Stepping out of Performance Collapse Without Indicators, ICLR
        2021, equations (5) and (6).
    """

    start: float = 1.0

    def __post_init__(self) -> None:
        settle(self, start=real(0))

    @brief
    def __repr__(self) -> str:
        return changed(self)

    def mixed(self, weights: Tensor, words: Sequence[str], progress: float) -> Tensor:
        """The weights with more on skip connections."""
        share = self.start * (1 - _PROGRESS("progress", progress))
        added = [share * (word == IDENTITY) for word in _WORDS("words", words)]
        rule = replace(
            _TENSOR,
            expected=f"a tensor (E, {len(added)}) of numbers",
            accepts=lambda it: _TENSOR.accepts(it) and it.shape[1] == len(added),
        )
        return rule("weights", weights) + weights.new_tensor(added)

    def penalty(self, alphas: Sequence[Tensor], progress: float) -> Tensor:
        """None."""
        _PROGRESS("progress", progress)
        return 0.0 * torch.stack([one.sum() for one in _TENSORS("alphas", alphas)]).sum()


REMEDY: Rule[Remedy] = offering("a remedy", "AuxiliarySkip()", "mixed", "penalty")
