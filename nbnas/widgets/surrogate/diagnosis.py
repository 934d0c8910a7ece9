"""Views of how well distances suit an objective."""

from typing import Any

from nbnas import charts
from nbnas.charts.surrogate.diagnosis import summary as quality
from nbnas.widgets.view import View


def diagnosis(diagnosis: Any) -> View:  # noqa: ANN401
    """How the objective differs by distance."""
    return View(_diagnosed(diagnosis), charts.diagnosis(diagnosis))


def diagnoses(compared: Any) -> View:  # noqa: ANN401
    """How the objective differs by several distances."""
    said = " ".join(map(_diagnosed, compared.diagnoses))
    return View(said, charts.diagnoses(compared.diagnoses))


def _diagnosed(diagnosis: Any) -> str:  # noqa: ANN401
    text = f"{diagnosis.distance}: {quality(diagnosis)}."
    return f"{text} {diagnosis.problem}." if diagnosis.problem else text
