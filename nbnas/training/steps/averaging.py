"""The moving average of a network's weights, which is measured and exported in its place.

Notation
    t       number of steps averaged before, from 0
    decay   how much of the average stays in a step; at most (1 + t) / (10 + t), so that the
            initial weights are forgotten in short trainings, too

References:
    Polyak and Juditsky, Acceleration of Stochastic Approximation by Averaging, 1992.
    Morales-Brotons et al., Exponential Moving Average of Weights in Deep Learning, TMLR 2024.
    TensorFlow's ExponentialMovingAverage (the bound of the first steps).
"""

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn


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
        self._model: AveragedModel | None = None
        if decay is not None:
            self._model = AveragedModel(network, multi_avg_fn=self._average, use_buffers=True)
        self.network: nn.Module = network if self._model is None else self._model.module

    def update(self) -> None:
        """Take the weights after a step into the average."""
        if self._model is not None:
            self._model.update_parameters(self._trained)
            self._averaged += 1

    def _average(self, averages: Any, weights: Any, count: Any) -> None:  # noqa: ANN401
        """One step of torch's average, with the decay that belongs to it."""
        t = self._averaged
        decay = min(self._decay or 0.0, (1 + t) / (10 + t))
        average = get_ema_multi_avg_fn(decay)  # type: ignore[no-untyped-call]
        average(averages, weights, count)

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
