"""The view of a distance: two architectures, why they are apart, and how unusual that is.

Notation
    pair       the two architectures that are compared
    D          distances of random pairs `(p,)`
"""

import functools

import ipywidgets
import numpy as np
from numpy.typing import NDArray

from nbnas import charts
from nbnas.charts.graphs.distribution import distribution, summary
from nbnas.errors import ArchitectureError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.distances.distance import Distance, Explanation, explain
from nbnas.graphs.distances.rank import RankDistance
from nbnas.graphs.space import SearchSpace
from nbnas.widgets.graphs.samples import NAMES, SPACES, serves
from nbnas.widgets.panel import Panel, button, dropdown
from nbnas.widgets.view import View

DRAWN = 40  # architectures whose pairs make the distribution


def distance(distance: Distance) -> View:
    """Two random architectures, why they are apart, and where that stands among others."""
    space = _spaces(distance)[0][1]
    seen = _compare(distance, space, *_pair(space, 0))
    return View(seen.summary, seen.chart, lambda: _Controls(distance).panel)


def explanation(explained: Explanation) -> View:
    """Why two architectures are as far apart as they are."""
    pair = f"{explained.first} and {explained.second}"
    said = f"{explained.distance}: {explained.value:,.4g} between {pair}."
    return View(said, charts.explanation(explained))


class _Controls:
    """Two pickers: type an architecture's string, or draw one."""

    def __init__(self, distance: Distance) -> None:
        self.distance, self.seed = distance, 0
        self.space = dropdown(_spaces(distance), "Space", "The search space to draw from", "220px")
        self.first, self.second = _text("First"), _text("Second")
        self.draws = tuple(
            button("Random", f"Draw the {which} architecture at random", icon="random")
            for which in ("first", "second")
        )
        self.edit = button("One edit away", "Make the second a random neighbour of the first")
        self.drawn_from: SearchSpace = self.space.value
        self.pair = _pair(self.drawn_from, 0)
        self.first.value, self.second.value = map(str, self.pair)
        rows = [
            [self.space, self.edit],
            [self.first, self.draws[0]],
            [self.second, self.draws[1]],
        ]
        self.panel = Panel(self.draw, rows)
        self.panel.changed(self.space, act=self.start)
        self.panel.changed(self.first, self.second, act=self.read)
        for field, draw in zip((self.first, self.second), self.draws, strict=True):
            self.panel.clicked(draw, functools.partial(self.draw_one, field))
        self.panel.clicked(self.edit, self.edit_one)

    def start(self) -> None:
        with self.panel.silently():
            self.first.value, self.second.value = map(str, _pair(self.space.value, self._next()))
        self.read()

    def draw_one(self, field: ipywidgets.Text) -> None:
        field.value = str(self.space.value.sample(self._next(), 1)[0])

    def edit_one(self) -> None:
        first = self._read(self.first)
        self.second.value = str(self.space.value.mutate(first, self._next()))

    def read(self) -> None:
        """Take both texts; where one of them is no architecture, the last pair stays."""
        self.pair = self._read(self.first), self._read(self.second)
        self.drawn_from = self.space.value

    def draw(self) -> View:
        first, second = self.pair
        return _compare(self.distance, self.drawn_from, first, second)

    def _read(self, field: ipywidgets.Text) -> Architecture:
        try:
            read: Architecture = self.space.value.parse(field.value.strip())
        except ArchitectureError as error:
            raise ArchitectureError(f"{field.description.lower()}: {error}") from error
        return read

    def _next(self) -> int:
        self.seed += 1
        return self.seed


def _compare(
    distance: Distance, space: SearchSpace, first: Architecture, second: Architecture
) -> View:
    explained = explain(distance, first, second)
    pairs = _distances(distance, space)
    said = f"{explanation(explained).summary} {summary(pairs, explained.value)}"
    histogram = distribution(pairs, explained.value, width=400)
    return View(said, charts.explanation(explained, histogram))


@functools.lru_cache(maxsize=32)
def _distances(distance: Distance, space: SearchSpace) -> NDArray[np.float64]:
    """D `(p,)`, of all pairs of some random architectures."""
    drawn = space.sample(0, DRAWN)
    matrix = distance.matrix(drawn, drawn)
    pairs: NDArray[np.float64] = matrix[np.triu_indices(len(drawn), 1)]
    return pairs


def _pair(space: SearchSpace, seed: int) -> tuple[Architecture, Architecture]:
    first, second = space.sample(seed, 2)
    return first, second


def _spaces(distance: Distance) -> list[tuple[str, SearchSpace]]:
    """The spaces whose architectures a distance can compare."""
    able = [
        (name, space)
        for name, space in zip(NAMES, SPACES, strict=True)
        if serves(distance, space.sample(0, DRAWN))
    ]
    if isinstance(distance, RankDistance):
        able = [("its choices", distance.space)]
    return able or [(NAMES[0], SPACES[0])]


def _text(label: str) -> ipywidgets.Text:
    return ipywidgets.Text(
        description=label,
        tooltip=f"The string of the {label.lower()} architecture; Enter compares",
        continuous_update=False,
        layout=ipywidgets.Layout(width="680px"),
        style={"description_width": "60px"},
    )
