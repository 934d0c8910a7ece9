"""How the training under way will end, by the learning curves of those that have ended."""

from typing import Any

from nbnas.charts.training.predicted_curve import summary
from nbnas.errors import ObservationError
from nbnas.search.fidelities.costs import fidelities_of
from nbnas.surrogate.curves.model import CurveModel, curve_of
from nbnas.surrogate.curves.prediction import CurvePrediction
from nbnas.widgets.lab.cards.seldom import Seldom


class Ends:
    """Fits the model of curves apart from the drawing, which then only asks it."""

    def __init__(self) -> None:
        self._model: CurveModel | None = None
        self._seldom = Seldom()

    def fit(self, search: Any, *, wait: bool) -> bool:  # noqa: ANN401
        """Fit the model to what has ended since, unless it is too early for that.

        Args:
            search: The search.
            wait: Whether more comes soon, so that this may be left out.

        Returns:
            Whether there is another model now.
        """
        seen = search.observations
        told = sum(1 for e in seen.full.completed if e.reports)
        if search.training is None or not self._seldom.due(told, wait=wait):
            return False
        with self._seldom.working(told):
            self._model = _model(seen)
        return self._model is not None

    def of(self, search: Any) -> CurvePrediction | None:  # noqa: ANN401
        """What is predicted of the training that is shown; `None` where nothing can be.

        A look with a schedule of its own ends otherwise than a full training, whose curves these
        are.
        """
        training, model = search.training, self._model
        if training is None or model is None or training.evaluation is not None:
            return None
        epochs = model.curves.shape[1]
        fidelities = fidelities_of(search.objective)
        planned = training.epochs or (epochs if fidelities is None else 0)  # some do not tell
        same = planned == epochs or (fidelities is not None and fidelities.continued)
        known = curve_of(training.reports, model.measure)
        if not same or len(known) != len(training.reports) or not 0 < len(known) < epochs:
            return None
        return model.predict(known)


def told(ahead: CurvePrediction | None) -> str:
    """What is predicted, as a sentence behind others."""
    return "" if ahead is None else f" {summary(ahead)}"


def _model(seen: Any) -> CurveModel | None:  # noqa: ANN401
    try:
        return CurveModel(seen)
    except ObservationError:  # too few have ended, or they tell no epochs
        return None
