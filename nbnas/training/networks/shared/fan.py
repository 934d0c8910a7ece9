"""One operation on all edges that leave a vertex, computed at once or for some of them.

Notation
    k         number of edges that leave the vertex
    C, H, W   channels, height and width of an image
"""

from collections.abc import Sequence
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import batch_norm

from nbnas.graphs.architecture import ZERO
from nbnas.training.networks.cell import OPERATIONS
from nbnas.training.networks.own import Builds, Own


class Fan(nn.Module):
    """One operation, with weights of its own for each of k edges that leave one vertex.

    Its normalisations have no weights, which would hide how much an edge carries.

    Args:
        word: The operation's name.
        channels: C.
        copies: k.
        own: The operations of a user's own, by their names.
    """

    def __init__(self, word: str, channels: int, copies: int, own: Builds) -> None:
        super().__init__()
        self.channels, self.copies = channels, copies
        self.operation = _operation(word, channels, copies, own)

    def forward(self, images: Tensor, which: Sequence[int]) -> Tensor:
        """Compute some of the k, `(n, C, H, W)` to `(n, number of them or 1, C, H, W)`.

        Args:
            images: What is at the vertex.
            which: Their places, rising. One result is for all where there are no weights.
        """
        if isinstance(self.operation, Own):
            return torch.stack([self.operation.copies[place](images) for place in which], 1)
        if not isinstance(self.operation, nn.Sequential):
            alike: Tensor = self.operation(images)
            return alike[:, None]
        if len(which) == self.copies:
            brought = self.operation(images)
        else:
            relu, _, layer = self.operation
            if layer.training:
                cast(Any, layer).num_batches_tracked.add_(1)  # once for all edges
            given = relu(images)
            brought = torch.cat([self._one(given, place) for place in which], 1)
        return cast(Tensor, brought.unflatten(1, (len(which), self.channels)))

    def give(self, operation: nn.Module, which: Sequence[int]) -> None:
        """Copy the weights of some of the k into the operation of a `Cell`.

        Args:
            operation: The operation, with as many copies.
            which: Their places.
        """
        if isinstance(operation, Own) and isinstance(self.operation, Own):
            for copy, place in zip(operation.copies, which, strict=True):
                copy.load_state_dict(self.operation.copies[place].state_dict())
            return
        own = self.operation.state_dict()
        slices = [self._of(place) for place in which]
        state = {
            name: torch.cat([value[each] for each in slices]) if value.ndim else value
            for name, value in own.items()
        }
        operation.load_state_dict(state)

    def _one(self, given: Tensor, place: int) -> Tensor:
        """Convolution and normalisation of one edge, `(n, C, H, W)` to `(n, C, H, W)`."""
        parts: Any = self.operation
        _, convolution, layer = parts
        mine = self._of(place)
        made = convolution._conv_forward(given, convolution.weight[mine], None)
        momentum: Any = layer.momentum
        if layer.training and momentum is None:  # the mean of all batches so far
            momentum = 1 / float(layer.num_batches_tracked)
        numbers = (layer.running_mean, layer.running_var, layer.weight, layer.bias)
        mean, var, weight, bias = (each[mine] for each in numbers)
        return batch_norm(
            made, mean, var, weight, bias, layer.training, momentum or 0.0, layer.eps
        )

    def _of(self, place: int) -> slice:
        return slice(place * self.channels, (place + 1) * self.channels)


def _operation(word: str, channels: int, copies: int, own: Builds) -> nn.Module:
    if word == ZERO:
        return nn.Identity()  # never computed
    if word in own:
        return Own(own[word].build, channels, copies)
    made = OPERATIONS[word](channels, copies)
    for layer in made.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.requires_grad_(False)
    return made
