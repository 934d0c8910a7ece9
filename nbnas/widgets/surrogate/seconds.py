"""The view of a model of seconds: how well it predicts them, and what makes trainings long."""

import dataclasses
from typing import Any

import ipywidgets

from nbnas import charts
from nbnas.charts import theme
from nbnas.charts.surrogate.posterior import summary as trust
from nbnas.charts.surrogate.seconds import summary
from nbnas.records import Observations
from nbnas.surrogate.sizes.seconds import LEAST, SecondsModel
from nbnas.widgets.panel import Panel
from nbnas.widgets.view import View


def seconds(model: SecondsModel) -> View:
    """Each training's seconds predicted from all other trials, and what drives them."""
    most = len(model.known)
    return _view(model, (lambda: _Controls(model).panel) if most > LEAST else None)


class _Controls:
    """How many of the trials that tell are known."""

    def __init__(self, model: SecondsModel) -> None:
        self.model = model
        most = len(model.known)
        tooltip = "What the model says after the first so many trials, full trainings first"
        self.trials = ipywidgets.IntSlider(
            value=most,
            min=LEAST,
            max=most,
            description="trials known",
            tooltip=tooltip,
            style={"description_width": "110px"},
        )
        self.panel = Panel(self.draw, [[self.trials]])
        self.panel.changed(self.trials)

    def draw(self) -> View:
        known = self.model.known[: self.trials.value]
        seen = Observations(known, self.model.observations.measure)
        return _view(dataclasses.replace(self.model, observations=seen))


def _view(model: SecondsModel, panel: Any = None) -> View:  # noqa: ANN401
    factors = model.factors()
    right = charts.drivers(factors)
    said = f"Seconds of a full training after {theme.count(len(model.known), 'trial')}."
    looks = len(model.known) - model.line.size
    said += f" {looks} of them are looks at a low fidelity." if looks else ""
    if model.line.size < 2:
        return View(f"{said} {summary(factors)}".rstrip(), right, panel)
    predictions = model.leave_one_out()
    left = charts.leave_one_out(predictions, width=330, height=230)
    said = f"{said} Each predicted from all others: {trust(predictions)} {summary(factors)}"
    return View(said.rstrip(), theme.beside(left, right), panel)
