"""Views of what a search has found out about settings."""

from nbnas import charts
from nbnas.charts.search.settings.importance import summary as what_matters
from nbnas.charts.search.settings.slices import summary as best
from nbnas.search.settings.importance import Importance
from nbnas.search.settings.slices import Slices
from nbnas.widgets.view import View


def importance(found: Importance) -> View:
    """How much the architecture and each setting matter."""
    return View(what_matters(found), charts.importance(found))


def slices(found: Slices) -> View:
    """What is predicted along each setting."""
    return View(best(found), charts.slices(found))
