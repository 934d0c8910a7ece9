"""Views of what a search has found out about settings."""

from nbnas import charts
from nbnas.brief import told_apart
from nbnas.charts.search.settings.importance import summary as what_matters
from nbnas.charts.search.settings.slices import summary as best
from nbnas.graphs.architecture import Architecture
from nbnas.search.settings.importance import Importance
from nbnas.search.settings.slices import Slices
from nbnas.search.settings.slices import slices as slices_of
from nbnas.widgets.panel import Panel, dropdown
from nbnas.widgets.view import View

ALL = "all"
LETTERS = 70  # of an architecture in a list
MOST = 200  # architectures in a list


def importance(found: Importance) -> View:
    """How much the architecture and each setting matter."""
    return View(what_matters(found), charts.importance(found))


def slices(found: Slices) -> View:
    """What is predicted along each setting; alive, with the setting and architecture to choose."""
    return View(best(found), charts.slices(found), lambda: _Chooser(found).panel)


class _Chooser:
    """Along which setting, and of which architecture: that of the record, or one of the trials.

    The architecture can only be another one where the search is still there, since a record holds
    no model.
    """

    def __init__(self, found: Slices) -> None:
        self._found = self._first = found
        names = [(one.name, one.name) for one in found.slices]
        self.setting = dropdown([(ALL, None), *names], "Setting", "Along which setting", "260px")
        self.architecture = dropdown(
            self._offered(), "Architecture", "Whose settings change", "520px"
        )
        self.architecture.disabled = found.search is None
        self.panel = Panel(self.draw, [[self.setting, self.architecture]])
        self.panel.changed(self.setting)
        self.panel.changed(self.architecture, act=self._move)

    def draw(self) -> View:
        found, name = self._found, self.setting.value
        return View(best(found), charts.slices(found, setting=name))

    def _move(self) -> None:
        chosen = self.architecture.value
        if chosen == self._found.architecture:
            return
        first = self._first
        own = chosen == first.architecture
        self._found = first if own else slices_of(first.search, chosen)

    def _offered(self) -> list[tuple[str, Architecture]]:
        """What was asked first, then the trials, the best first."""
        first, measure = self._first.architecture, self._first.measure
        trials = [e for e in self._first.evaluations if e.value is not None]
        trials.sort(key=lambda e: -float(measure.gain(e.value)))
        values = {first: ""}
        for each in trials[:MOST]:
            assert each.value is not None
            values.setdefault(each.architecture, f"{measure.text(each.value)}: ")
        names = told_apart([str(each) for each in values], LETTERS)
        pairs = zip(values.items(), names, strict=True)
        return [(f"{value}{name}", architecture) for (architecture, value), name in pairs]
