"""The view of a round of a search: the candidates, where they are, and why each is where it is.

Notation
    mapped     the evaluated architectures, the candidates, and random ones of the same space
"""

from typing import Any

import numpy as np

from nbnas import charts
from nbnas.charts import theme
from nbnas.charts.graphs.map import predicted
from nbnas.charts.graphs.notation import notation
from nbnas.charts.search.proposal import summary as reason
from nbnas.charts.surrogate.why import summary as because
from nbnas.graphs.distances.embedding import embed
from nbnas.records import Candidate
from nbnas.surrogate.process.why import Why
from nbnas.surrogate.process.why import why as explain
from nbnas.widgets.graphs.samples import distance_of, more_of
from nbnas.widgets.panel import Panel, dropdown, label, toggles
from nbnas.widgets.search.proposal import improvement, ranked
from nbnas.widgets.view import View

AROUND = 200
GAIN, MEAN, STDDEV = "EI", "mean", "stddev"


def round_(round_: Any) -> View:  # noqa: ANN401
    """The candidates of a round, the map, and why the first was chosen."""
    if not round_.proposal.candidates or round_.posterior is None:
        return View(reason(round_.proposal), charts.proposal(round_.proposal))
    scene = _Scene(round_)
    return View(scene.words(0), scene.chart(0, GAIN), lambda: _Controls(scene).panel)


def why(why: Why) -> View:
    """The evaluations that weigh most in a prediction."""
    return View(because(why), charts.why(why))


class _Scene:
    """The ranking, the map and the reasons, computed once."""

    def __init__(self, round_: Any) -> None:  # noqa: ANN401
        self.proposal, self.posterior = round_.proposal, round_.posterior
        seen = tuple(dict.fromkeys(round_.observations.architectures))
        ranked = tuple(each.architecture for each in self.proposal.candidates)
        new = tuple(a for a in ranked if a not in set(seen))
        more = more_of((*seen, *new), AROUND, model=self.posterior)
        self.mapped = (*seen, *new, *more)
        self.distance = distance_of(self.posterior, self.mapped)
        self.found = embed(self.mapped, self.distance)
        self.seen = np.arange(len(self.mapped)) < len(seen)
        mean, stddev = self.posterior.predict(self.mapped)
        self.measure = self.posterior.observations.measure
        gain = self.measure.scale * self.posterior.expected_improvement(self.mapped)[0]
        gain[self.seen] = np.nan  # what is evaluated is not chosen again
        self.values = {GAIN: gain, MEAN: mean, STDDEV: stddev}
        self._reasons: dict[int, Why] = {}

    def candidate(self, index: int) -> Candidate:
        candidate: Candidate = self.proposal.candidates[index]
        return candidate

    def why(self, index: int) -> Why:
        if index not in self._reasons:
            self._reasons[index] = explain(self.posterior, self.candidate(index), self.distance)
        return self._reasons[index]

    def words(self, index: int) -> str:
        chosen = f"Trial {self.proposal.number + 1} is " if index == 0 else ""
        return f"{chosen}{because(self.why(index))}"

    def chart(self, index: int, what: str) -> theme.AnyChart:
        ranking = charts.proposal(self.proposal, top=6, width=125, row=17)
        above = theme.beside(ranking, self._map(index, what))
        return theme.stacked(above, charts.why(self.why(index)))

    def _colors(self, what: str) -> charts.Colors:
        if what == GAIN:
            return charts.Colors(improvement(self.measure), ".2~g")
        return predicted("mean" if what == MEAN else "stddev", self.values[what], self.measure)

    def _map(self, index: int, what: str) -> theme.AnyChart:
        architecture = self.candidate(index).architecture
        names = [
            f"candidate {index + 1}" if a == architecture else notation(a) for a in self.mapped
        ]
        return charts.landscape(
            charts.Places(self.found.positions, self.values[what], self.seen, names),
            self._colors(what),
            marked=[self.mapped.index(architecture)],
            heading="The map",
            subtitle=f"near means alike ({100 * self.found.kept:.0f} % of the variance kept)",
            width=190,
            height=130,
        )


class _Controls:
    """Which candidate is explained, and what the map is coloured by."""

    def __init__(self, scene: _Scene) -> None:
        self.scene = scene
        options = ranked(scene.proposal.candidates)
        self.look = dropdown(options, "Candidate", "The candidate to explain", "400px")
        colours = [("expected improvement", GAIN), ("mean", MEAN), ("stddev", STDDEV)]
        self.colour = toggles(colours, [f"Colour the map by {n}" for n, _ in colours])
        self.panel = Panel(self.draw, [[self.look, label("Map of"), self.colour]])
        self.panel.changed(self.look, self.colour)

    def draw(self) -> View:
        index = self.look.value
        return View(self.scene.words(index), self.scene.chart(index, self.colour.value))
