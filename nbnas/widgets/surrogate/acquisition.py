"""The view of an acquisition function: what it pays for a better mean, and for uncertainty."""

import re
from collections.abc import Callable
from typing import Any

import ipywidgets
import numpy as np
import torch

from nbnas import charts
from nbnas.charts.surrogate.acquisition import REACH, Array, Score, summary
from nbnas.surrogate.acquisition.improvement import (
    GrowingUpperConfidenceBound,
    UpperConfidenceBound,
    in_logs,
)
from nbnas.widgets.panel import Panel
from nbnas.widgets.view import View

START = (-0.3, 0.6)  # the candidate that is marked at first: mean over the incumbent, and stddev
SEEN, CANDIDATES = 30, 1000  # for which a growing bound is drawn


def acquisition(acquisition: Any) -> View:  # noqa: ANN401
    """The score by mean and standard deviation."""
    if isinstance(acquisition, GrowingUpperConfidenceBound):
        return growing(acquisition)
    return _View(_name(acquisition), _score(acquisition), in_logs(acquisition)).view()


def growing(acquisition: GrowingUpperConfidenceBound) -> View:
    """The score after 30 of 1,000 candidates; the bound grows from there."""
    beta = acquisition.scale * acquisition.beta(SEEN, CANDIDATES) ** 0.5
    later = acquisition.scale * acquisition.beta(10 * SEEN, CANDIDATES) ** 0.5
    name = f"mean + {beta:.2f} stddev"
    note = (
        f" So after {SEEN} trials with {CANDIDATES:,} candidates; after {10 * SEEN} it is "
        f"{later:.2f} stddev."
    )
    return _View(name, _score(UpperConfidenceBound(beta)), logs=False, note=note).view()


class _View:
    """The score of one acquisition function, and a candidate that can be moved."""

    def __init__(self, name: str, score: Score, logs: bool, note: str = "") -> None:
        self.name, self.score, self.logs, self.note = name, score, logs, note

    def view(self, point: tuple[float, float] = START, *, panel: bool = True) -> View:
        chart = charts.acquisition(self.score, name=self.name, point=point, in_logs=self.logs)
        said = summary(self.score, self.name, point) + self.note
        return View(said, chart, (lambda: _Controls(self).panel) if panel else None)


class _Controls:
    """Two sliders: the mean and the standard deviation of a candidate."""

    def __init__(self, view: _View) -> None:
        self.view = view
        self.mean = _slider(START[0], -REACH, REACH, "mean above the incumbent")
        self.stddev = _slider(START[1], 0.05, 1.2, "standard deviation")
        self.panel = Panel(self.draw, [[self.mean, self.stddev]])
        self.panel.changed(self.mean, self.stddev)

    def draw(self) -> View:
        return self.view.view((self.mean.value, self.stddev.value), panel=False)


def _score(acquisition: Callable[..., torch.Tensor]) -> Score:
    """From arrays to arrays, with the incumbent at 0."""

    def score(mean: Array, stddev: Array) -> Array:
        scores = acquisition(torch.from_numpy(mean), torch.from_numpy(stddev), 0.0)
        return np.asarray(scores.numpy())

    return score


def _name(acquisition: object) -> str:
    """The name of the class as words.

    Example:
        >>> from nbnas.surrogate.acquisition.improvement import LogExpectedImprovement
        >>> _name(LogExpectedImprovement())
        'log expected improvement'
    """
    words = " ".join(re.findall("[A-Z][a-z]*", type(acquisition).__name__)).lower()
    beta = getattr(acquisition, "beta", None)
    return f"mean + {beta:g} stddev" if isinstance(beta, int | float) else words


def _slider(value: float, low: float, high: float, label: str) -> ipywidgets.FloatSlider:
    return ipywidgets.FloatSlider(
        value=value,
        min=low,
        max=high,
        step=0.05,
        description=label,
        tooltip=f"The {label} of the marked candidate, on the model's scale",
        readout_format=".2f",
        layout=ipywidgets.Layout(width="430px"),
        style={"description_width": "200px"},
    )
