"""Views of the model: how far it can be trusted, and what it proposes."""

from typing import Any

from nbnas import charts
from nbnas.charts.diagnosis import summary as quality
from nbnas.charts.posterior import Predictions
from nbnas.charts.posterior import summary as trust
from nbnas.charts.proposal import summary as reason
from nbnas.records import Proposal
from nbnas.widgets.view import View


def posterior(posterior: Any) -> View:  # noqa: ANN401
    """Each trial predicted from all others."""
    return leave_one_out(posterior.leave_one_out())


def leave_one_out(predictions: Predictions) -> View:
    """Each trial predicted from all others."""
    said = f"Each trial predicted from all others: {trust(predictions)}"
    return View(said, charts.leave_one_out(predictions))


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


def proposal(proposal: Proposal) -> View:
    """The best candidates, and why the winner won."""
    return View(reason(proposal), charts.proposal(proposal))
