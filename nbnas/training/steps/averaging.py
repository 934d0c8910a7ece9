"""The moving average of a network's weights, which is measured and exported in its place.

Torch's `AveragedModel` asks the device in each step how many steps there were, and waits for it;
here the computer counts them, and the numbers are the same.

Notation
    t       number of steps averaged before, from 0
    decay   how much of the average stays in a step; at most (1 + t) / (10 + t), so that the
            initial weights are forgotten in short trainings, too

References:
    Polyak and Juditsky, Acceleration of Stochastic Approximation by Averaging, 1992.
    Morales-Brotons et al., Exponential Moving Average of Weights in Deep Learning, TMLR 2024.
    TensorFlow's ExponentialMovingAverage (the bound of the first steps).
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

Pairs = Sequence[tuple[Tensor, Tensor]]


class Averaging:
    """The average of a network over the steps, or the network itself where none is asked for.

    Running means of normalisations are averaged, too.

    Args:
        network: The network that is trained, on its device.
        decay: The highest decay; `None` for no average.

    Attributes:
        network: What is measured: a copy of the network with averaged weights, or itself.
    """

    def __init__(self, network: nn.Module, decay: float | None) -> None:
        self._trained, self._decay, self._averaged = network, decay, 0
        self._stays = 0.0  # the decay of the step under way
        self._share: Tensor | None = None  # of the new weights, where a step is recorded
        self._model: AveragedModel | None = None
        if decay is not None:
            self._model = AveragedModel(network, use_buffers=True)
        self.network: nn.Module = network if self._model is None else self._model.module

    def record_on(self, device: torch.device) -> None:
        """Keep what changes from step to step on the device, so that a step can be recorded.

        Args:
            device: Where the network is.
        """
        if self._model is not None:
            self._share = torch.ones((), dtype=torch.float32, device=device)

    def update(self) -> None:
        """Take the weights after a step into the average."""
        self.count()
        self.take()

    def count(self) -> None:
        """Begin a step: the part of `update` that the computer does."""
        if self._model is None:
            return
        t = self._averaged
        self._stays = min(self._decay or 0.0, (1 + t) / (10 + t)) if t else 0.0
        self._averaged += 1
        self._model.n_averaged += 1
        if self._share is not None:
            self._share.fill_(1 - self._stays)

    @torch.no_grad()
    def take(self) -> None:
        """Take in the weights: the part of `update` that the device does, and is recorded."""
        if self._model is None:
            return
        pairs = [
            (average, weight.detach())
            for average, weight in zip(_all(self.network), _all(self._trained), strict=True)
        ]
        floats = [pair for pair in pairs if pair[0].is_floating_point()]
        whole = [pair for pair in pairs if not pair[0].is_floating_point()]
        if self._share is not None:
            _recorded(floats, whole, self._share)
        elif self._averaged == 1:
            for average, weight in pairs:
                average.copy_(weight)
        else:
            average_of = get_ema_multi_avg_fn(self._stays)  # type: ignore[no-untyped-call]
            for some in filter(None, (floats, whole)):
                average_of(*map(list, zip(*some, strict=True)), None)

    def state_dict(self) -> dict[str, Tensor | int]:
        """The averages and how many steps they are of; empty where there are none."""
        if self._model is None:
            return {}
        return {"steps": self._averaged, **self._model.state_dict()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        if self._model is not None:
            weights = {name: value for name, value in state.items() if name != "steps"}
            self._model.load_state_dict(weights)
            self._averaged = int(state["steps"])


def _all(network: nn.Module) -> chain[Tensor]:
    """All weights and buffers."""
    return chain(network.parameters(), network.buffers())


def _recorded(floats: Pairs, whole: Pairs, share: Tensor) -> None:
    """One step whose decay is read on the device, `()`: of numbers, and of counts."""
    for average, weight in floats:
        average.lerp_(weight, share.to(average.dtype))
    for average, weight in whole:
        average.copy_(average * (1 - share) + weight * share)
