"""The gradient of the architecture parameters through one step of the weights.

Notation
    w, alpha     weights of the network, architecture parameters: lists of tensors
    w'           w - xi * direction, the weights after one step
    train, val   losses (w, alpha) -> `()` of a batch of each half
    H v          d/d alpha (grad_w train) * v

    d/d alpha val(w'(alpha), alpha) = grad_alpha val(w', alpha) - xi * H grad_w' val(w', alpha)

References:
    Liu et al., DARTS, ICLR 2019, equations (6) to (8): H v by central differences.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

SCALE = 0.01  # of the difference, over the norm of v, as published
Tensors = Sequence[Tensor]
Loss = Callable[[Tensors, Tensors], Tensor]


@dataclass(frozen=True, slots=True)
class Step:
    """The step of the weights that is looked ahead.

    Attributes:
        rate: xi, its learning rate.
        drift: What it adds to the gradient, such as momentum and weight decay, like w; empty for
            nothing.
    """

    rate: float
    drift: Tensors = ()


def unrolled_gradient(
    losses: tuple[Loss, Loss], weights: Tensors, alphas: Tensors, step: Step
) -> list[Tensor]:
    """The gradient of the loss on one half after a step on the other one.

    Args:
        losses: That whose gradient makes the step, and that after it.
        weights: w.
        alphas: alpha.
        step: The step.

    Returns:
        The gradient, like alpha.
    """
    train, val = losses
    now = _leaves(weights)
    slopes = gradient(train(now, [a.detach() for a in alphas]), now)
    if step.drift:
        slopes = [slope + other for slope, other in zip(slopes, step.drift, strict=True)]
    ahead = _leaves([w - step.rate * d for w, d in zip(weights, slopes, strict=True)])
    at = _leaves(alphas)
    both = gradient(val(ahead, at), [*at, *ahead])
    direct, vector = both[: len(at)], both[len(at) :]
    second = hessian_vector(train, weights, alphas, vector)
    return [one - step.rate * other for one, other in zip(direct, second, strict=True)]


def hessian_vector(
    train: Loss, weights: Tensors, alphas: Tensors, vector: Tensors
) -> list[Tensor]:
    """H v by central differences of two gradients.

    Args:
        train: The loss.
        weights: w.
        alphas: alpha.
        vector: v, like w.

    Returns:
        The product, like alpha.
    """
    norm = torch.sqrt(sum((v.detach().square().sum() for v in vector), torch.zeros(())))
    far = SCALE / float(norm) if float(norm) > 0 else SCALE
    ends = []
    for sign in (far, -far):
        there = [(w + sign * v).detach() for w, v in zip(weights, vector, strict=True)]
        at = _leaves(alphas)
        ends.append(gradient(train(there, at), at))
    return [(plus - minus) / (2 * far) for plus, minus in zip(*ends, strict=True)]


def gradient(loss: Tensor, inputs: Tensors) -> list[Tensor]:
    """The gradient of a loss; zeros for what it does not depend on."""
    found = torch.autograd.grad(loss, list(inputs), allow_unused=True)
    return [torch.zeros_like(x) if g is None else g for x, g in zip(inputs, found, strict=True)]


def _leaves(tensors: Tensors) -> list[Tensor]:
    return [each.detach().requires_grad_() for each in tensors]
