"""Early stopping: a training ends on a plateau, and what counts is its best epoch.

References:
    Prechelt, Early Stopping - But When?, in Neural Networks: Tricks of the Trade, 1998.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from torch import Tensor, nn

from nbnas.records import EpochReport, Measure
from nbnas.training.measure import Figures


class Stopping:
    """Watches the measure after each epoch; without patience, it lets all epochs pass.

    Args:
        network: What is measured; after the last epoch it has the weights of the best one.
        patience: How many epochs without a better value are waited for; `None` for all.
        measure: What is better.
        measures: All that are measured.
    """

    def __init__(
        self,
        network: nn.Module,
        patience: int | None,
        measure: Measure,
        measures: tuple[Measure, ...],
    ) -> None:
        self._network, self._patience = network, patience
        self._measure, self._measures = measure, measures
        self._best, self._weights = 0, dict[str, Tensor]()
        self._figures: Figures = {}

    def seen(self, report: EpochReport, figures: Figures) -> tuple[EpochReport, Figures]:
        """Take note of an epoch.

        Args:
            report: What is told of it.
            figures: All measures of the network after it.

        Returns:
            The report, which says that no more epochs are planned where the training ends with
            it; and all measures of the epoch that counts so far.
        """
        if self._patience is None:
            return report, figures
        if not self._figures or self._gain(figures) > self._gain(self._figures):
            self._figures, self._best = figures, report.epoch
            self._weights = _copied(self._network)
        if report.epoch - self._best >= self._patience:
            report = replace(report, epochs=report.epoch)
        if report.epoch == report.epochs:
            self._network.load_state_dict(self._weights)
        return report, self._figures

    def _gain(self, figures: Figures) -> float:
        return self._measure.gain(figures[self._measure])

    def state_dict(self) -> dict[str, Any]:
        """The best epoch so far, its measures by name, and its weights."""
        figures = {measure.name: value for measure, value in self._figures.items()}
        return {"best": self._best, "figures": figures, "weights": self._weights}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        self._best, self._weights = int(state["best"]), dict(state["weights"])
        known = state["figures"]
        self._figures = {each: known[each.name] for each in self._measures if each.name in known}


def _copied(network: nn.Module) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in network.state_dict().items()}
