"""How much the architecture and each setting matter, by the posterior of a search.

Notation
    x_i        the graph, and the value of each setting: `k` inputs, drawn independently
    m(x)       posterior mean of the measure, in its unit
    V          variance of m over the space
    S_i        Var(E[m | x_i]) / V, what the input explains alone (first order)
    T_i        E[Var(m | all but x_i)] / V, what is lost without it, interactions included (total)
    A, B       two independent samples of N inputs; A_i is A with its column i from B

    S_i = mean(m(B) (m(A_i) - m(A))) / V      T_i = mean((m(A) - m(A_i))²) / 2V

References:
    Hutter, Hoos and Leyton-Brown, An efficient approach for assessing hyperparameter importance,
    ICML 2014 (functional ANOVA of a model of the measure). Sobol, Global sensitivity indices for
    nonlinear mathematical models, Math. Comput. Simul. 55, 2001. Saltelli et al., Variance based
    sensitivity analysis of model output, Comput. Phys. Commun. 181, 2010 (these estimators).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from nbnas.brief import brief
from nbnas.checks import REAL, TEXT, each, offering, settle, whole
from nbnas.errors import ObservationError, SettingError, shown
from nbnas.graphs.framed import Framed
from nbnas.graphs.space import Randomness, generator
from nbnas.graphs.spaces.joint.space import JointSpace
from nbnas.records.measure import ACCURACY, MEASURE, Measure
from nbnas.search.maximizers.cube import Cube
from nbnas.surrogate.process.points import Points, has_points
from nbnas.surrogate.process.posterior import Posterior
from nbnas.surrogate.table import with_own_table
from nbnas.surrogate.warp import moments
from nbnas.undisturbed import undisturbed

Array = NDArray[np.float64]
Columns = tuple[Array, ...]  # of the graph (N, 1), of each setting (N, its coordinates)
GRAPH = "architecture"
LEAST = 1e-12  # variance below which nothing is explained
BLOCKS = 16  # of the sample, whose spread is the error
SEARCH = offering("a search", "Search(space, objective, strategy)", "ask", "tell")
_SAMPLES = whole(BLOCKS, 100_000)


@dataclass(frozen=True, slots=True)
class Importance(Framed):
    """How much of the variance of the predicted measure each input explains.

    Attributes:
        names: "architecture" and the settings.
        first: S_i, what each explains alone; together at most 1, but for the error.
        total: T_i, with all interactions in which it takes part.
        errors: Standard errors of `first` and `total`, a pair for each, of the sampling alone: how
            far the model is from the truth they do not know.
        stddev: √V, in the unit of the measure.
        trials: How many observations the model has seen.
        measure: What is predicted.

    Raises:
        ObservationError: If there are not as many of each.
    """

    names: tuple[str, ...]
    first: tuple[float, ...]
    total: tuple[float, ...]
    errors: tuple[tuple[float, float], ...]
    stddev: float
    trials: int
    measure: Measure = ACCURACY

    def __post_init__(self) -> None:
        numbers = each(REAL.raising(ObservationError))
        settle(self, names=each(TEXT).raising(ObservationError), first=numbers, total=numbers)
        settle(self, errors=each(numbers), stddev=REAL, trials=whole(0), measure=MEASURE)
        of_each = (self.names, self.first, self.total, self.errors)
        if len(set(map(len, of_each))) > 1 or {*map(len, self.errors)} - {2}:
            raise ObservationError(
                f"expected a first and a total index with errors for each of {self.names}, got "
                f"{len(self.first)}, {len(self.total)} and {len(self.errors)}"
            )

    def _rows(self) -> Iterator[dict[str, Any]]:
        """A row for each setting."""
        for name, first, total, errors in zip(
            self.names, self.first, self.total, self.errors, strict=True
        ):
            yield {
                "setting": name,
                "first": first,
                "total": total,
                "first_error": errors[0],
                "total_error": errors[1],
            }

    @brief
    def __repr__(self) -> str:
        return ", ".join(f"{n} {t:.0%}" for n, t in self.ranked())

    def ranked(self) -> list[tuple[str, float]]:
        """The names with their total indices, the most important first."""
        return sorted(zip(self.names, self.total, strict=True), key=lambda pair: -pair[1])

    @property
    def interactions(self) -> float:
        """The share that no input explains alone, at least 0."""
        return max(0.0, 1.0 - sum(self.first)) if any(self.total) else 0.0


@undisturbed()
def importance(search: Any, *, samples: int = 1024, rng: Randomness = 0) -> Importance:  # noqa: ANN401
    """How much the architecture and each setting matter, by what a search believes now.

    It is a statement about the whole space, evenly drawn, as the model sees it: what does not
    matter there may matter near the best.

    Args:
        search: A search over a `JointSpace` whose strategy has a Gaussian process.
        samples: N; the model is asked (k + 2) N times.
        rng: A generator, or a seed, for the sample.

    Returns:
        The indices, as a record that draws itself.

    Raises:
        SettingError: If the space has no settings, or there is no model of this kind.
        ObservationError: If there is no model yet.
    """
    samples, rng = _SAMPLES("samples", samples), generator(rng)
    return indices_of(*model_of(search), samples, rng)


def indices_of(
    points: Points, space: JointSpace, samples: int, rng: np.random.Generator
) -> Importance:
    """The indices by a posterior over a space; see `importance`."""
    predict, cube = _mean_of(points), Cube(space)
    inputs = tuple(_sample(points, cube, samples, rng) for _ in "AB")
    first, total, errors, variance = _indices(predict, *inputs)
    observations = points.posterior.observations
    return Importance(
        (GRAPH, *space.names),
        tuple(first.tolist()),
        tuple(total.tolist()),
        tuple((float(s), float(t)) for s, t in errors.T),
        variance**0.5,
        len(observations),
        observations.measure,
    )


def model_of(search: Any) -> tuple[Points, JointSpace]:  # noqa: ANN401
    """The posterior of a search over a `JointSpace`, as a function of points, and the space.

    Raises:
        SettingError: If the space has no settings, or its strategy no model over them.
        ObservationError: If there is no model yet.
    """
    space = SEARCH("search", search).space
    if not isinstance(space, JointSpace):
        raise SettingError(
            f"expected a search over a JointSpace, got one over {shown(space)}; its architectures "
            "have no settings"
        )
    posterior = search.posterior
    if posterior is None:
        raise ObservationError(
            "expected a search that has a model: a strategy such as BayesianOptimization(), and "
            f"at least two trials; got {search!r}"
        )
    if not has_points(posterior):
        raise SettingError(
            f"expected a Gaussian process that sees settings, got {posterior!r:.100}; take "
            "BayesianOptimization() with GaussianProcess()"
        )
    return points_of(posterior), space


def points_of(posterior: Posterior) -> Points:
    """A posterior as a function of points.

    What is asked here leaves no trace in the model of the search, not in its last digits.
    """
    own: Any = posterior
    return Points(replace(own, prior=with_own_table(own.prior)))


def _mean_of(points: Points) -> Callable[[Columns], Array]:
    """m `(N,)` at N inputs."""

    def predict(columns: Columns) -> Array:
        mean, stddev = points.latent(torch.from_numpy(np.concatenate(columns, axis=1)))
        return moments(points.posterior.warp, mean.numpy(), stddev.numpy())[0]

    return predict


def _sample(points: Points, cube: Cube, n: int, rng: np.random.Generator) -> Columns:
    """N inputs, as the space draws them."""
    numbers = points.graphs(cube.space.graphs.sample(rng, n)).numpy()
    coordinates = cube.random(n, rng)
    return (numbers, *(coordinates[:, own] for own in cube.columns()))


def _indices(
    predict: Callable[[Columns], Array], a: Columns, b: Columns
) -> tuple[Array, Array, Array, float]:
    """S and T `(k,)`, their errors `(2, k)`, and V."""
    of_a, of_b = predict(a), predict(b)
    both = np.concatenate([of_a, of_b])
    variance = float(both.var())
    if variance < LEAST * max(1.0, float(both.mean() ** 2)):
        return *np.zeros((2, len(a))), np.zeros((2, len(a))), 0.0
    centre = both.mean()  # of no effect on the expectation, but on the variance of S
    parts = np.array(
        [
            ((of_b - centre) * (of_i - of_a) / variance, (of_a - of_i) ** 2 / (2 * variance))
            for of_i in map(predict, _exchanged(a, b))
        ]
    )  # (k, 2, N)
    blocks = np.array([block.mean(axis=2) for block in np.array_split(parts, BLOCKS, axis=2)])
    first, total = parts.mean(axis=2).T
    return first, total, blocks.std(axis=0, ddof=1).T / BLOCKS**0.5, variance


def _exchanged(a: Columns, b: Columns) -> Iterator[Columns]:
    """A_i for each i."""
    for i in range(len(a)):
        yield (*a[:i], b[i], *a[i + 1 :])
