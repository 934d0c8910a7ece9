"""Statistics of normalisations for one architecture: measured anew, or those of each batch.

References:
    Guo et al., Single Path One-Shot Neural Architecture Search with Uniform Sampling, ECCV 2020.
"""

from collections.abc import Iterator, Sequence
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
    layers = _normalisations(network)
    momenta = [layer.momentum for layer in layers]
    with _kept(layers):
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
            for layer, momentum in zip(layers, momenta, strict=True):
                layer.momentum = momentum


@contextmanager
def batchwise(network: nn.Module) -> Iterator[None]:
    """A context in which a network in evaluation mode normalises by the batch that it is given.

    Running statistics are then as before.
    """
    network.eval()
    layers = _normalisations(network)
    with _kept(layers):
        for layer in layers:
            layer.train()
        yield


def _normalisations(network: nn.Module) -> list[_BatchNorm]:
    return [layer for layer in network.modules() if isinstance(layer, _BatchNorm)]


@contextmanager
def _kept(layers: Sequence[nn.Module]) -> Iterator[None]:
    """A context after which all buffers are as before."""
    before = [(b, b.clone()) for layer in layers for b in layer.buffers()]
    try:
        yield
    finally:
        for buffer, value in before:
            buffer.copy_(value)
