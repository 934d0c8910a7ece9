"""How many multiply-adds a network of any layers takes, for a picture or for a token."""

import torch
from torch import Tensor, nn

_COUNTED = (nn.Conv2d, nn.Linear, nn.Identity)
_WITHOUT = tuple(
    f"torch.nn.modules.{kind}"
    for kind in ("activation", "batchnorm", "container", "dropout", "flatten", "pooling")
)


def counts_by_layer(network: nn.Module) -> bool:
    """Whether all multiply-adds of a network are those of its convolutions and linear layers.

    So it is for the networks that nbnas builds, and for others of the usual layers in a row.
    """
    return all(map(_is_counted, network.modules()))


def token_multiply_adds(network: nn.Module) -> int:
    """Multiply-adds of a language model for one token of one text.

    Args:
        network: A network that uses each of its weights once a token, as recurrent ones do.

    Returns:
        The number of all weights that are matrices, but for those of embeddings, which are looked
        up; a decoder that shares the embedding's counts. Products of states are left out.
    """
    layers = (layer for layer in network.modules() if not isinstance(layer, nn.Embedding))
    weights = (weight for layer in layers for weight in layer.parameters(recurse=False))
    return sum(weight.numel() for weight in weights if weight.ndim > 1)


def _is_counted(module: nn.Module) -> bool:
    kind = type(module)
    without = kind.__module__ in _WITHOUT and kind is not nn.MultiheadAttention
    return kind in _COUNTED or without or kind.__module__.startswith("nbnas.")


def computed_multiply_adds(network: nn.Module, inputs: Tensor) -> int:
    """Multiply-adds of all convolutions and products of matrices, attention's too, for inputs.

    Args:
        network: The network, in evaluation mode.
        inputs: What it is given.

    Returns:
        The count. Torch's recurrent layers, which are computed at once, are not counted.
    """
    from torch.utils.flop_counter import FlopCounterMode  # takes seconds to import

    with torch.enable_grad(), FlopCounterMode(display=False) as counter:
        network(inputs)  # with gradients, as without them torch fuses attention into one call
    return int(counter.get_total_flops()) // 2
