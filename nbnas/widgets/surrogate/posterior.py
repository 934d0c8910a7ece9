"""The view of a posterior: how far it can be trusted, and what it says of the whole space.

Notation
    mapped     the evaluated architectures and random ones of the same space, `(n,)`
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbnas import charts
from nbnas.brief import told_apart
from nbnas.charts import theme
from nbnas.charts.graphs.map import predicted
from nbnas.charts.graphs.map import summary as mapped_words
from nbnas.charts.graphs.notation import notation
from nbnas.charts.surrogate.posterior import Predictions
from nbnas.charts.surrogate.posterior import summary as trust
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.distances.embedding import embed
from nbnas.records import Measure
from nbnas.widgets.graphs.samples import distance_of, more_of
from nbnas.widgets.panel import Panel, dropdown, label, toggles, unique
from nbnas.widgets.view import View

MAPPED = 250
BEST = 8  # architectures of the best mean, and as many evaluated ones, that can be looked at
NAME = 54  # letters of an architecture to choose
NONE = -1  # the choice of no architecture; of a value None, ipywidgets shows no choice at all
TRUST, MEANS, STDDEVS = "trust", "mean", "stddev"


def leave_one_out(predictions: Predictions) -> View:
    """Each trial predicted from all others."""
    said = f"Each trial predicted from all others: {trust(predictions)}"
    return View(said, _trust(predictions))


def posterior(posterior: Any) -> View:  # noqa: ANN401
    """Each trial predicted from all others, and the map of means and standard deviations."""
    if not len(posterior.observations):
        return leave_one_out(posterior.leave_one_out())
    scene = _Scene.of(posterior)
    chart = theme.stacked(_trust(scene.predictions), theme.beside(scene.means(), scene.stddevs()))
    said = f"{scene.words(TRUST)} {scene.words(MEANS)}"
    return View(said, chart, lambda: _Controls(scene).panel)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """What a posterior says, computed once."""

    predictions: Any
    mapped: tuple[Architecture, ...]
    seen: NDArray[np.bool_]
    positions: NDArray[np.float64]
    kept: float
    mean: NDArray[np.float64]
    stddev: NDArray[np.float64]
    band: tuple[NDArray[np.float64], NDArray[np.float64]]
    measure: Measure

    @classmethod
    def of(cls, posterior: Any) -> "_Scene":  # noqa: ANN401
        predictions = posterior.leave_one_out()
        seen = tuple(dict.fromkeys(posterior.observations.architectures))
        mapped = (*seen, *more_of(seen, MAPPED, model=posterior))
        found = embed(mapped, distance_of(posterior, mapped))
        mean, stddev = posterior.predict(mapped)
        flags = np.arange(len(mapped)) < len(seen)
        band = posterior.band(mapped)
        placed = found.positions, found.kept
        measure = posterior.observations.measure
        return cls(predictions, mapped, flags, *placed, mean, stddev, band, measure)

    def words(self, what: str) -> str:
        if what == TRUST:
            return f"Each trial predicted from all others: {trust(self.predictions)}"
        return mapped_words(self.positions, self.seen, self.kept)

    def means(self, marked: Sequence[int] = (), **size: float) -> theme.AnyChart:
        colors = predicted("mean", self.mean, self.measure)
        return self._map("What the model expects", self.mean, colors, marked, **size)

    def stddevs(self, marked: Sequence[int] = (), **size: float) -> theme.AnyChart:
        colors = predicted("stddev", self.stddev, self.measure)
        return self._map("How unsure it is", self.stddev, colors, marked, **size)

    def _map(
        self,
        title: str,
        values: NDArray[np.float64],
        colors: charts.Colors,
        marked: Sequence[int],
        **size: float,
    ) -> theme.AnyChart:
        names = ["this one" if i in marked else notation(a) for i, a in enumerate(self.mapped)]
        return charts.landscape(
            charts.Places(self.positions, values, self.seen, names),
            colors,
            marked=marked,
            heading=title,
            subtitle=f"near means alike ({100 * self.kept:.0f} % of the variance kept)",
            **{"width": 300, "height": 230} | size,
        )

    def described(self, index: int) -> str:
        """One architecture in words."""
        low, high = self.band[0][index], self.band[1][index]
        text = self.measure.text
        kind = "evaluated" if self.seen[index] else "not evaluated"
        return (
            f"{notation(self.mapped[index])} ({kind}): mean {text(self.mean[index])}, "
            f"stddev {text(self.stddev[index])}, 95 % band {text(low)} to {text(high)}."
        )

    def choices(self) -> list[tuple[str, int]]:
        """What can be looked at: the best means among those not evaluated, and the evaluated."""
        order = np.argsort(-self.measure.gain(self.mean))
        new = [int(i) for i in order if not self.seen[i]][:BEST]
        old = [int(i) for i in order if self.seen[i]][:BEST]
        kinds = ["not evaluated"] * len(new) + ["evaluated"] * len(old)
        names = told_apart([notation(self.mapped[i]) for i in (*new, *old)], NAME)
        named = unique(f"{kind}: {name}" for kind, name in zip(kinds, names, strict=True))
        return [("none", NONE), *zip(named, (*new, *old), strict=True)]


class _Controls:
    """Which picture, and which architecture is marked and drawn beside the map."""

    def __init__(self, scene: _Scene) -> None:
        self.scene = scene
        options = [("trust", TRUST), ("map of means", MEANS), ("map of stddevs", STDDEVS)]
        said = [
            "Each trial predicted from all others, and calibration",
            f"The space, coloured by the predicted {scene.measure.noun}",
            "The space, coloured by the standard deviation",
        ]
        self.show = toggles(options, said)
        self.look = dropdown(
            scene.choices(), "Look at", "An architecture to mark on the map and to draw", "440px"
        )
        self.panel = Panel(self.draw, [[label("Show"), self.show], [self.look]])
        self.panel.changed(self.show)
        self.panel.changed(self.look, act=self.to_map)

    def to_map(self) -> None:
        """A choice is seen on a map only."""
        if self.look.value != NONE and self.show.value == TRUST:
            self.show.value = MEANS

    def draw(self) -> View:
        scene, index = self.scene, self.look.value
        if self.show.value == TRUST:
            return View(scene.words(TRUST), _trust(scene.predictions))
        draw = scene.means if self.show.value == MEANS else scene.stddevs
        if index == NONE:
            return View(scene.words(MEANS), draw(width=520, height=320))
        one = charts.architecture(scene.mapped[index], width=330)
        said = f"{scene.described(index)} {scene.words(MEANS)}"
        return View(said, theme.beside(draw([index], width=360, height=300), one))


def _trust(predictions: Any) -> theme.AnyChart:  # noqa: ANN401
    """Predicted against measured, and beside it the calibration where it is known."""
    left = charts.leave_one_out(predictions, width=330, height=230)
    coverage = getattr(predictions, "coverage", None)
    if coverage is None or not len(predictions.truth):
        return left
    right = charts.calibration(coverage, len(predictions.truth), width=230, height=230)
    return theme.beside(left, right)
