"""Probing a network: forward and backward passes that leave it as it was.

Notation
    θ   the weights of convolutions and linear layers
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import batch_norm
from torch.overrides import TorchFunctionMode

Gradients = list[tuple[Tensor, Tensor]]


@contextmanager
def probing(network: nn.Module, *, normalizing: bool = True) -> Iterator[None]:
    """A context in which a network runs as in evaluation, but for its batch normalisations.

    After it, also after an error, every module is in the mode that it was in. The running moments
    are neither used nor changed, and what is drawn at random in training, as by dropout, is not.

    Args:
        network: The network.
        normalizing: Whether batches are normalised, by their own moments as in training, or batch
            normalisations pass on what they get.
    """
    in_training = [module for module in network.modules() if module.training]
    try:
        for module in in_training:
            module.training = False
        with _BatchNormReplaced(_by_batch if normalizing else _not_at_all):
            yield
    finally:
        for module in in_training:
            module.training = True


def state_of(network: nn.Module) -> dict[str, Tensor]:
    """Its parameters and buffers by name, detached; they share the memory of the network's."""
    state = {**dict(network.named_parameters()), **dict(network.named_buffers())}
    return {name: value.detach() for name, value in state.items()}


def weight_gradients(
    network: nn.Module,
    state: Mapping[str, Tensor],
    inputs: Tensor,
    total: Callable[[Tensor], Tensor],
) -> Gradients:
    """The weights θ of a network's layers, and the gradient of a total with respect to each.

    Args:
        network: The network; neither its weights nor the gradients that they keep are touched.
        state: Its parameters and buffers by name, or what is to stand in their place.
        inputs: What the network is given.
        total: From what the network gives to one number.

    Returns:
        `(weight, gradient)` for each convolution and linear layer; none if the total depends on
        none of them.
    """
    names = [
        f"{name}.weight".lstrip(".")
        for name, layer in network.named_modules()
        if has_weight(layer)
    ]
    weights = {name: state[name].detach().requires_grad_() for name in names if name in state}
    with torch.enable_grad():
        value = total(functional_call(network, {**state, **weights}, (inputs,)))
    if not (weights and value.requires_grad):
        return []
    gradients = torch.autograd.grad(value, list(weights.values()), materialize_grads=True)
    return list(zip((w.detach() for w in weights.values()), gradients, strict=True))


def has_weight(module: nn.Module) -> bool:
    """Whether a module is a layer that multiplies with weights, a convolution or a linear one."""
    return isinstance(module, nn.Conv2d | nn.Linear)


class _BatchNormReplaced(TorchFunctionMode):
    """Within it another function stands in for torch's batch normalisation, in this thread."""

    def __init__(self, instead: Callable[..., Tensor]) -> None:
        super().__init__()
        self.instead = instead

    def __torch_function__(
        self,
        function: Callable[..., Any],
        types: object,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401
        called = self.instead if function is batch_norm else function
        return called(*args, **(kwargs or {}))


def _by_batch(inputs: Tensor, *moments: Tensor | None, **settings: Any) -> Tensor:  # noqa: ANN401
    return batch_norm(inputs, None, None, **{**settings, "training": True})


def _not_at_all(inputs: Tensor, *moments: Tensor | None, **settings: Any) -> Tensor:  # noqa: ANN401
    return inputs
