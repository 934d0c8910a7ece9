"""The view of noisy expected improvement: what noise makes of the luckiest evaluation."""

from typing import Any

from nbnas.charts import theme
from nbnas.charts.surrogate import row as pictures
from nbnas.surrogate.acquisition.improvement import ExpectedImprovement
from nbnas.surrogate.acquisition.noisy import NoisyExpectedImprovement
from nbnas.surrogate.process.posterior import Posterior
from nbnas.widgets.surrogate.row import (
    LENGTH,
    ROW,
    SEEN,
    NoiseControls,
    best,
    improvements,
    posterior,
)
from nbnas.widgets.view import View

LENGTHSCALE, NOISE = 4.0, 0.5
DRAWS = 500  # of what the best evaluated architecture is really worth
PLAIN, NOISY = "expected improvement", "noisy expected improvement"


def noisy(acquisition: NoisyExpectedImprovement) -> View:
    """What is believed under noise, and both improvements along a row of architectures."""
    return _view(acquisition, NOISE, lambda: _controls(acquisition).panel)


def _controls(acquisition: NoisyExpectedImprovement) -> NoiseControls:
    return NoiseControls(lambda noise: _view(acquisition, noise), NOISE)


def _view(acquisition: NoisyExpectedImprovement, noise: float, panel: Any = None) -> View:  # noqa: ANN401
    model = posterior(LENGTHSCALE, noise)
    scores = {
        NOISY: improvements(acquisition, model),
        PLAIN: improvements(ExpectedImprovement(), model),
    }
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


def _worth(model: Posterior) -> float:
    """The mean of the largest noise-free value among the evaluated architectures."""
    return float(model.sample([ROW[i] for i in SEEN], 0, DRAWS).max(axis=1).mean())
