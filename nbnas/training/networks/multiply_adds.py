"""How many weights a network of any layers has, and how many multiply-adds it takes.

Notation
    C, H, W   channels, height and width of an image
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

_COUNTED = (nn.Conv2d, nn.Linear, nn.Identity)
_WITHOUT = tuple(
    f"torch.nn.modules.{kind}"
    for kind in ("activation", "batchnorm", "container", "dropout", "flatten", "pooling")
)


@dataclass(frozen=True, slots=True)
class Size:
    """How large a network is.

    Attributes:
        parameters: Number of trainable weights.
        multiply_adds: Number of multiply-adds for one image, or one token of a text.
    """

    parameters: int
    multiply_adds: int


class Classifier(nn.Linear):
    """A linear layer of which the additions of the bias count among the multiply-adds.

    So NAS-Bench-201's authors count, and their published numbers are with them.
    """


def count_parameters(network: nn.Module) -> int:
    """Number of trainable weights."""
    return sum(weight.numel() for weight in network.parameters() if weight.requires_grad)


def count_multiply_adds(network: nn.Module, image_shape: tuple[int, int, int]) -> int:
    """Number of multiply-adds of the convolutions and linear layers for one image.

    In a network with layers of a user's own, all products of matrices count.

    Args:
        network: The network; left as it is.
        image_shape: `(C, H, W)` of the image.

    Returns:
        The count. Additions of biases, normalisation and pooling are not counted, as is usual, but
        for the bias of a `Classifier`.
    """
    weight = next(network.parameters())
    image = torch.zeros(1, *image_shape, dtype=weight.dtype, device=weight.device)
    training = network.training
    try:
        network.eval()
        counted = _layers_multiply_adds if counts_by_layer(network) else computed_multiply_adds
        biases = (c.out_features for c in network.modules() if isinstance(c, Classifier))
        return counted(network, image) + sum(biases)
    finally:
        network.train(training)


def _layers_multiply_adds(network: nn.Module, image: Tensor) -> int:
    counts: list[int] = []

    def count(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        weight = layer.get_parameter("weight")
        counts.append(output.numel() * weight[0].numel())

    layers = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    try:
        with torch.inference_mode():
            network(image)
    finally:
        for hook in hooks:
            hook.remove()
    return sum(counts)


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
