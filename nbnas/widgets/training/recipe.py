"""Views of what a training is made of: the range test."""

from typing import Any

from nbnas.charts.graphs.notation import notation
from nbnas.charts.training.range_test import range_test as drawn_test
from nbnas.widgets.view import View


def range_test(found: Any) -> View:  # noqa: ANN401
    """The loss by learning rate, and what is suggested."""
    said = (
        f"Range test of {notation(found.architecture)}: the loss falls most at a learning rate of "
        f"{found.suggestion:.3g}, which is suggested as the highest of a schedule; it is lowest "
        f"at {found.lowest:.3g}, beyond which a training diverges. The recipe has "
        f"{found.learning_rate:.3g}."
    )
    return View(said, drawn_test(found))
