"""The steps of a maximisation over graphs and settings; notation as in `joint`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.spaces.joint.space import JointSpace
from nbnas.records import Observations
from nbnas.search.candidates import best_evaluated, can_be_listed, listed
from nbnas.search.maximizers.cube import Cube
from nbnas.search.maximizers.maximizer import different
from nbnas.surrogate.acquisition.slope import Slope

Array = NDArray[np.float64]
Known = dict[int, torch.Tensor] | None
STEPS = 25  # of L-BFGS in a turn
STEP = 0.1  # standard deviation of a place beside an evaluated one
PARENTS = 10  # evaluated architectures that a pool is made of
APART = 0.02  # on a side of the cube, of those that are scored in the end
RUNNERS_UP = 25  # of a pool or a sweep that are kept


class Climb:
    """Points that climb an acquisition function, and what they met.

    Args:
        slope: The acquisition function and its gradient.
        space: What the points are of.
        rng: The only source of randomness.
        neighbours: Most neighbours of a graph that are looked at.
    """

    def __init__(
        self, slope: Slope, space: JointSpace, rng: np.random.Generator, neighbours: int
    ) -> None:
        self.slope, self.space, self.rng, self.neighbours = slope, space, rng, neighbours
        self.cube = Cube(space)
        self.all = listed(space.graphs) if can_be_listed(space.graphs) else None
        self._kept: list[Array] = []
        self._of_all: Known = None  # what settings do not change, once it is asked for

    def scores(self, points: Array, known: Known = None) -> Array:
        """The acquisition function `(m,)` at points `(m, 1 + D)`."""
        with torch.no_grad():
            scores: Array = self.slope(torch.from_numpy(points), known).numpy()
        return scores

    def starts(self, observations: Observations, pool: int, k: int) -> Array:
        """The best `k` of a pool, no two with the same graph `(k, 1 + D)`."""
        best = best_evaluated(observations, PARENTS)
        points = np.concatenate([self._random(pool - pool // 2), self._beside(best, pool // 2)])
        order = np.argsort(-self.scores(points), kind="stable")
        self._keep(points[order[:RUNNERS_UP]])
        _, first = np.unique(points[order, 0], return_index=True)
        return points[order[np.sort(first)[:k]]]

    def up(self, points: Array, columns: Sequence[int] | None = None) -> Array:
        """The points `(k, 1 + D)` after a climb of their numbers, or of some of them."""
        at = 1 + np.array(self.cube.numbers if columns is None else columns, dtype=np.int64)
        if not len(at):
            return points
        known = self.slope.points.of_graphs(torch.from_numpy(points))

        def loss(x: Array) -> tuple[float, Array]:
            moved = points.copy()
            moved[:, at] = x.reshape(len(points), len(at))
            scores, slopes = self.slope.gradient(torch.from_numpy(moved), known)
            return -scores.sum().item(), -slopes.numpy()[:, at - 1].ravel()

        start = points[:, at].ravel()
        found = minimize(
            loss,
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=[(0.0, 1.0)] * len(start),
            options={"maxiter": STEPS, "ftol": 1e-6},
        )
        moved = points.copy()
        moved[:, at] = found.x.reshape(len(points), len(at))
        return self._better(points, moved)

    def options(self, points: Array) -> Array:
        """The points with the best option of each category, one category after the other."""
        for i in self.cube.categories:
            tried = [self._with_places(p[:1], self.cube.with_options(p[1:], i)) for p in points]
            points = self._best_of(tried)
        return points

    def graphs(self, points: Array, swept: int) -> Array:
        """The points with the best graph for their settings.

        Args:
            points: `(k, 1 + D)`.
            swept: How many of them, the best ones, look at all graphs that can be listed.
        """
        order = np.argsort(-self.scores(points), kind="stable")
        best = np.empty_like(points)
        for rank, i in enumerate(order.tolist()):
            best[i] = (
                self._swept(points[i]) if rank < swept and self.all else self._near(points[i])
            )
        return self._better(points, best)

    def finish(self, points: Array) -> None:
        """Round whole numbers, let the others climb once more, and keep what comes out."""
        self._keep(points)
        rounded = points.copy()
        rounded[:, 1:] = self.cube.rounded(points[:, 1:])
        self._keep(self.up(rounded, self.cube.reals))

    def architectures(self) -> tuple[Architecture, ...]:
        """What was kept, with the values of the settings."""
        graphs, kept = self.slope.points.bare, distinct(np.concatenate(self._kept[::-1]), APART)
        return different(
            self.space.join(graphs(int(point[0])), self.cube.values(point[1:])) for point in kept
        )

    def _keep(self, points: Array) -> None:
        self._kept.append(points)

    def _random(self, m: int) -> Array:
        """Random points `(m, 1 + D)`."""
        if self.all is None:
            numbers = self._numbers(self.space.graphs.sample(self.rng, m))
        else:
            numbers = self._numbers(self.all)[self.rng.integers(len(self.all), size=m)]
        return np.column_stack([numbers, self.cube.random(m, self.rng)])

    def _beside(self, best: Sequence[Architecture], m: int) -> Array:
        """Points `(m, 1 + D)` beside evaluated ones: each with another graph or other settings."""
        if not best:
            return self._random(m)
        chosen = self.rng.integers(len(best), size=m)
        points = self.slope.points.of(best).numpy()[chosen]
        other = self.rng.random(m) < 0.5
        points[~other, 1:] = self.cube.near(points[~other, 1:], STEP, self.rng)
        mutants = [self.space.graphs.mutate(best[i].bare, self.rng) for i in chosen[other]]
        points[other, 0] = self._numbers(mutants)
        return points

    def _near(self, point: Array) -> Array:
        """The point with the best neighbour of its graph."""
        graph = self.slope.points.bare(int(point[0]))
        near = tuple(islice(self.space.graphs.neighbors(graph), self.neighbours))
        if not near:
            return point
        best: Array = self._best_of([self._with_graphs(self._numbers(near), point[1:])])[0]
        return best

    def _swept(self, point: Array) -> Array:
        """The point with the best graph of all."""
        points = self._with_graphs(self._numbers(self.all or ()), point[1:])
        if self._of_all is None:
            self._of_all = self.slope.points.of_graphs(torch.from_numpy(points))
        best: Array = self._best_of([points], self._of_all)[0]
        return best

    def _numbers(self, graphs: Sequence[Architecture]) -> Array:
        numbers: Array = self.slope.points.graphs(graphs).numpy()[:, 0]
        return numbers

    def _better(self, before: Array, after: Array) -> Array:
        rises = self.scores(after) > self.scores(before)
        return np.where(rises[:, None], after, before)

    def _best_of(self, tried: Sequence[Array], known: Known = None) -> Array:
        """The best point of each of several lists; the next ones are kept, too."""
        found = []
        for points in tried:
            order = _first(self.scores(points, known), RUNNERS_UP)
            self._keep(points[order])
            found.append(points[order[0]])
        return np.stack(found)

    @staticmethod
    def _with_places(number: Array, places: Array) -> Array:
        return np.column_stack([np.repeat(number, len(places)), places])

    @staticmethod
    def _with_graphs(numbers: Array, place: Array) -> Array:
        return np.column_stack([numbers, np.repeat(place[None], len(numbers), axis=0)])


def distinct(points: Array, apart: float = 1e-4) -> Array:
    """Each point once, where some have met, in the order of their first places."""
    rounded = (points / [1.0, *[apart] * (points.shape[1] - 1)]).round()
    _, first = np.unique(rounded, axis=0, return_index=True)
    return points[np.sort(first)]


def _first(scores: Array, k: int) -> NDArray[np.int64]:
    """The places of the `k` highest scores, best first."""
    if len(scores) > k:
        among = np.argpartition(-scores, k)[:k]
        return among[np.argsort(-scores[among], kind="stable")]
    return np.argsort(-scores, kind="stable")
