"""PyTorch's optimisers, without the two seconds in which they import its compiler.

Methods of PyTorch's optimisers are wrapped for `torch.compile`, and the wrappers import all of
the compiler when they are first called, in each process that trains. Nothing is compiled here:
these optimisers have the methods that were wrapped. Their steps are the same, bit by bit.

References:
    `torch.optim.optimizer._use_grad_for_differentiable`, `torch._compile._disable_dynamo`.
"""

import inspect
from typing import Any

import torch
from torch.optim import Optimizer


class Uncompiled:
    """The methods that every optimiser inherits, unwrapped."""

    add_param_group = inspect.unwrap(Optimizer.add_param_group)
    zero_grad = inspect.unwrap(Optimizer.zero_grad)
    state_dict = inspect.unwrap(Optimizer.state_dict)
    load_state_dict = inspect.unwrap(Optimizer.load_state_dict)


class SGD(Uncompiled, torch.optim.SGD):
    """Stochastic gradient descent."""

    step = torch.no_grad()(inspect.unwrap(torch.optim.SGD.step))


class AdamW(Uncompiled, torch.optim.AdamW):
    """Adam with decoupled weight decay."""

    step = torch.no_grad()(inspect.unwrap(torch.optim.AdamW.step))


def has_muon() -> bool:
    """Whether the installed torch has Muon, which came with 2.9."""
    return hasattr(torch.optim, "Muon")


def muon(*given: Any, **options: Any) -> Optimizer:  # noqa: ANN401
    """Momentum orthogonalised by Newton and Schulz's iteration; for matrices only.

    Args:
        given: As `torch.optim.Muon` takes it.
        options: The same.
    """
    theirs = torch.optim.Muon
    step = torch.no_grad()(inspect.unwrap(theirs.step))
    made: Optimizer = type("Muon", (Uncompiled, theirs), {"step": step})(*given, **options)
    return made
