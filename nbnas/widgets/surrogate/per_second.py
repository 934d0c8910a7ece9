"""The view of improvement per second: what it likes of quick and slow architectures."""

from typing import Any

import ipywidgets
import numpy as np

from nbnas.charts import theme
from nbnas.charts.surrogate import row as pictures
from nbnas.surrogate.acquisition.improvement import acquisition_scores, in_logs
from nbnas.surrogate.acquisition.per_second import ImprovementPerSecond
from nbnas.widgets.panel import Panel
from nbnas.widgets.surrogate.row import LENGTH, ROW, SEEN, Array, best, posterior
from nbnas.widgets.view import View

LENGTHSCALE, NOISE = 3.0, 0.3
SECONDS = 60.0 * 8.0 ** (np.arange(LENGTH) / (LENGTH - 1))  # the last takes 8 times as long
PLAIN, PER_SECOND = "improvement", "improvement per second"
MOST = 2.0  # the greatest power that the slider has


def per_second(acquisition: ImprovementPerSecond) -> View:
    """What is believed of a row of architectures, and what each improvement is worth."""
    return _view(acquisition, acquisition.power, lambda: _Controls(acquisition).panel)


class _Controls:
    """How much seconds count."""

    def __init__(self, acquisition: ImprovementPerSecond) -> None:
        self.acquisition = acquisition
        power = acquisition.power
        tooltip = "The power of the seconds: 0 forgets them; cooling goes there"
        self.power = ipywidgets.FloatSlider(
            value=power,
            min=0.0,
            max=max(power, MOST),
            step=0.05,
            description="power of seconds",
            tooltip=tooltip,
            readout_format=".2f",
            style={"description_width": "130px"},
        )
        self.panel = Panel(self.draw, [[self.power]])
        self.panel.changed(self.power)

    def draw(self) -> View:
        return _view(self.acquisition, self.power.value)


def _view(acquisition: ImprovementPerSecond, power: float, panel: Any = None) -> View:  # noqa: ANN401
    model = posterior(LENGTHSCALE, NOISE)
    plain = worth(acquisition, 0.0)
    scores = {PER_SECOND: worth(acquisition, power), PLAIN: plain}
    chosen = [int(best(np.nan_to_num(each))) for each in scores.values()]
    mean, stddev = (each.numpy() for each in model.latent(ROW))
    left = pictures.beliefs(
        pictures.Belief(mean, stddev, SEEN, NOISE),
        heading="What is believed",
        subtitle="squares: measured; dashed: mean, 95 % band",
    )
    right = pictures.worth(
        scores,
        chosen,
        heading="What each is worth, as a share of the best",
        subtitle="the last takes 8 times as long as the first; diamonds: chosen",
    )
    cheap, dear = (SECONDS[i] for i in chosen)
    cooled = (
        "" if acquisition.budget is None else f", falling to 0 within {acquisition.budget:g} s"
    )
    said = (
        f"By the improvement alone number {chosen[1] + 1} is chosen, which takes {dear:.0f} s; by "
        f"improvement per second to the power {power:.2g}{cooled}: number {chosen[0] + 1}, which "
        f"takes {cheap:.0f} s. An example: {LENGTH} architectures in a row, from "
        f"{SECONDS[0]:.0f} to {SECONDS[-1]:.0f} s."
    )
    return View(said, theme.beside(left, right), panel)


def worth(acquisition: ImprovementPerSecond, power: float) -> Array:
    """Shares `(m,)` of the best; NaN for what is evaluated, which is no candidate."""
    base, model = acquisition.base, posterior(LENGTHSCALE, NOISE)
    scores = acquisition_scores(base, model, ROW, np.random.default_rng(0)).numpy()
    logs = scores if in_logs(base) else np.log(np.maximum(scores, 1e-300))
    logs = logs - power * np.log(SECONDS)
    free = np.where(np.isin(np.arange(LENGTH), list(SEEN)), np.nan, logs)
    return np.asarray(np.exp(free - np.nanmax(free)))
