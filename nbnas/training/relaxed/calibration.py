"""Running statistics of normalisations that are measured anew for one architecture.

References:
    Guo et al., Single Path One-Shot Neural Architecture Search with Uniform Sampling, ECCV 2020.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from nbnas.training.device import Place


@contextmanager
def calibrated(network: nn.Module, images: Tensor, place: Place, size: int) -> Iterator[None]:
    """A context in which running statistics are those of some pictures; then they are as before.

    Args:
        network: The network, which takes pictures as they are.
        images: The pictures, `(n, C, H, W)`, anywhere.
        place: Where it computes.
        size: How many it reads at a time.
    """
    layers = [layer for layer in network.modules() if isinstance(layer, _BatchNorm)]
    before = [[(b, b.clone()) for b in layer.buffers()] for layer in layers]
    momenta = [layer.momentum for layer in layers]
    try:
        for layer in layers:
            layer.reset_running_stats()
            layer.momentum = None  # the mean of all batches
        network.train()
        with torch.no_grad(), place.autocast:
            for x in images.tensor_split(-(-len(images) // size)):
                network(x.to(place.device).contiguous(memory_format=place.layout))
        yield
    finally:
        for layer, buffers, momentum in zip(layers, before, momenta, strict=True):
            layer.momentum = momentum
            for buffer, value in buffers:
                buffer.copy_(value)
