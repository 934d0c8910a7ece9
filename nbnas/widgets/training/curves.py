"""The views of predicted learning curves."""

from typing import Any

import ipywidgets

from nbnas.charts import theme
from nbnas.charts.training.predicted_curve import predicted_curve, summary
from nbnas.surrogate.curves.model import CurveModel
from nbnas.surrogate.curves.prediction import CurvePrediction
from nbnas.widgets.panel import Panel
from nbnas.widgets.view import View


def prediction(prediction: CurvePrediction) -> View:
    """The curve so far and its predicted rest with a band."""
    return View(summary(prediction), predicted_curve(prediction))


def curves(model: CurveModel) -> View:
    """One of the curves that have ended, predicted from its first epochs by all others."""
    epochs = model.curves.shape[1]
    return _view(model, len(model.curves) - 1, max(epochs // 4, 1), lambda: _Controls(model).panel)


class _Controls:
    """Which curve, and how many of its epochs are known."""

    def __init__(self, model: CurveModel) -> None:
        self.model = model
        number, epochs = model.curves.shape
        self.curve = _slider(number, 1, number, "curve", "Of the trainings that have ended")
        self.known = _slider(
            max(epochs // 4, 1), 0, epochs, "epochs known", "After how many it is predicted"
        )
        self.panel = Panel(self.draw, [[self.curve, self.known]])
        self.panel.changed(self.curve, self.known)

    def draw(self) -> View:
        return _view(self.model, self.curve.value - 1, self.known.value)


def _view(model: CurveModel, place: int, known: int, panel: Any = None) -> View:  # noqa: ANN401
    found, truth = model.left_out(place, known), model.curves[place].tolist()
    said = (
        f"Curve {place + 1} of {theme.count(len(model.curves), 'training')} that ended, predicted "
        f"by the others. {summary(found)} It ended at {model.measure.text(truth[-1])}."
    )
    return View(said, predicted_curve(found, truth), panel)


def _slider(value: int, low: int, high: int, label: str, tooltip: str) -> ipywidgets.IntSlider:
    return ipywidgets.IntSlider(
        value=value,
        min=low,
        max=high,
        description=label,
        tooltip=tooltip,
        style={"description_width": "110px"},
    )
