"""The view of noisy expected improvement: what noise makes of the luckiest evaluation."""

from typing import Any

import numpy as np

from nbnas.charts import theme
from nbnas.charts.surrogate import row as pictures
from nbnas.surrogate.acquisition.improvement import (
    ExpectedImprovement,
    acquisition_scores,
    in_logs,
)
from nbnas.surrogate.acquisition.noisy import NoisyExpectedImprovement
from nbnas.surrogate.process.posterior import Posterior
from nbnas.widgets.panel import Panel, slider
from nbnas.widgets.surrogate.row import LENGTH, ROW, SEEN, best, posterior
from nbnas.widgets.view import View

LENGTHSCALE, NOISE = 4.0, 0.5
LEAST, MOST = 0.02, 1.5  # standard deviations of the noise
DRAWS = 500  # of what the best evaluated architecture is really worth
PLAIN, NOISY = "expected improvement", "noisy expected improvement"


def noisy(acquisition: NoisyExpectedImprovement) -> View:
    """What is believed under noise, and both improvements along a row of architectures."""
    return _view(acquisition, NOISE, lambda: _Controls(acquisition).panel)


class _Controls:
    """How noisy an evaluation is."""

    def __init__(self, acquisition: NoisyExpectedImprovement) -> None:
        self.acquisition = acquisition
        tooltip = "How far two trainings of one architecture differ, on the model's scale"
        self.noise = slider(NOISE, LEAST, MOST, "noise (stddev)", tooltip)
        self.panel = Panel(self.draw, [[self.noise]])
        self.panel.changed(self.noise)

    def draw(self) -> View:
        return _view(self.acquisition, self.noise.value)


def _view(acquisition: NoisyExpectedImprovement, noise: float, panel: Any = None) -> View:  # noqa: ANN401
    model = posterior(LENGTHSCALE, noise)
    scores = {NOISY: _scores(acquisition, model), PLAIN: _scores(ExpectedImprovement(), model)}
    chosen = [int(best(each)) for each in scores.values()]
    measured, worth = max(SEEN.values()), _worth(model)
    mean, stddev = (each.numpy() for each in model.latent(ROW))
    left = pictures.beliefs(
        pictures.Belief(mean, stddev, SEEN, noise),
        levels={"the best measured": measured, "worth of the best": worth},
        heading="What is believed",
        subtitle="squares: measured, ± noise; dashed: mean, 95 % band",
    )
    right = pictures.worth(
        scores,
        chosen,
        heading="What each may improve",
        subtitle="of those not evaluated; diamonds: what each of the two chooses",
    )
    said = (
        f"With noise of {noise:.2g}, the best that was measured is {measured:.2g}, but the best "
        f"evaluated architecture is worth about {worth:.2f}. {PLAIN.capitalize()} wants to beat "
        f"what was measured and chooses number {chosen[1] + 1}; {NOISY} averages over what the "
        f"evaluated ones may be worth and chooses number {chosen[0] + 1}. An example: {LENGTH} "
        "architectures in a row."
    )
    return View(said, theme.beside(left, right), panel)


def _scores(acquisition: Any, model: Posterior) -> np.ndarray:  # noqa: ANN401
    """Improvements `(m,)`, no logarithms; NaN for what is evaluated, which is no candidate."""
    scores = acquisition_scores(acquisition, model, ROW, np.random.default_rng(0)).numpy()
    scores = np.exp(scores) if in_logs(acquisition) else scores
    return np.where(np.isin(np.arange(LENGTH), list(SEEN)), np.nan, scores)


def _worth(model: Posterior) -> float:
    """The mean of the largest noise-free value among the evaluated architectures."""
    return float(model.sample([ROW[i] for i in SEEN], 0, DRAWS).max(axis=1).mean())
