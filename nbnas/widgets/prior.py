"""The views of a prior, of kernels, and of a prior with data: what is believed before a trial.

Notation
    sample     the architectures by which the kernel is shown
    draws      functions drawn from the prior at the sample `(k, n)`, in warped units
"""

import dataclasses
from typing import Any, cast

import numpy as np
from gpytorch.kernels import Kernel, ScaleKernel

from nbnas import charts
from nbnas.charts import kernel as pictures
from nbnas.charts import theme
from nbnas.charts.architecture import notation
from nbnas.charts.map import NUMBER
from nbnas.charts.wording import TIMES
from nbnas.errors import NotPositiveDefiniteError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.distance import Distance
from nbnas.graphs.embedding import embed
from nbnas.records import Observations
from nbnas.surrogate.evidence import (
    Evidence,
    lengthscales,
    scaled_parts,
    summands,
    weights,
    with_parameters,
)
from nbnas.surrogate.prior import GaussianProcess
from nbnas.surrogate.table import with_own_table
from nbnas.widgets.panel import Panel, button, slider
from nbnas.widgets.samples import SPACES, distance_of, more_of
from nbnas.widgets.view import View

SHOWN, MAPPED, DRAWS = 32, 120, 3
SPREAD = tuple(float(f) for f in np.geomspace(0.1, 10.0, 15))  # factors of the length-scale


def prior(prior: GaussianProcess) -> View:
    """Covariance by distance, the matrix of a sample, and draws."""
    return _Scene.of(prior, None).view(prior, panel=True)


def evidence(evidence: Evidence) -> View:
    """The same, and how well the prior foretells the observations."""
    return _Scene.of(evidence.prior, evidence.observations).view(evidence.prior, panel=True)


def kernel(kernel: Kernel) -> View:
    """A kernel as the prior that it makes."""
    return prior(GaussianProcess(kernel))


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """What stays as it is while parameters change."""

    observations: Observations | None
    sample: tuple[Architecture, ...]
    mapped: tuple[Architecture, ...]
    distance: Distance
    positions: np.ndarray
    kept: float

    @classmethod
    def of(cls, prior: GaussianProcess, observations: Observations | None) -> "_Scene":
        seen = () if observations is None else tuple(dict.fromkeys(observations.architectures))
        more = more_of(seen, MAPPED) if seen else SPACES[0].sample(0, MAPPED)
        mapped = (*seen, *more)[: max(MAPPED, len(seen))]
        distance = distance_of(prior, mapped)
        found = embed(mapped, distance)
        return cls(observations, mapped[:SHOWN], mapped, distance, found.positions, found.kept)

    def view(self, prior: GaussianProcess, seed: int = 0, panel: bool = False) -> View:
        make = (lambda: _Controls(self, prior).panel) if panel else None
        return View(self._words(prior), self._chart(prior, seed), make)

    def _words(self, prior: GaussianProcess) -> str:
        parts = ", ".join(f"{n} {v:.3g}" for n, v in _parameters(prior).items())
        said = f"Gaussian-process prior: {parts}."
        if self.observations is not None:
            nats = Evidence(prior, self.observations).log_marginal_likelihood
            likelihood = f"{nats:,.2f} nats" if np.isfinite(nats) else "none: it is no covariance"
            trials = theme.count(len(self.observations), "trial")
            said += f" Log marginal likelihood of {trials}: {likelihood}."
        return f"{said} The maps keep {100 * self.kept:.0f} % of the variance of the distances."

    def _chart(self, prior: GaussianProcess, seed: int) -> theme.AnyChart:
        k = prior.covariance(self.sample, self.sample)
        d = self.distance.matrix(self.sample, self.sample)
        name = f"distance ({type(self.distance).__name__.removesuffix('Distance')})"
        panels: list[theme.AnyChart] = [
            pictures.covariance(d, k, name=name, width=200, height=170),
            pictures.matrix(k, size=170),
        ]
        if self.observations is not None and scaled_parts(prior.kernel):
            panels.append(_profile(Evidence(prior, self.observations)))
        return theme.stacked(theme.beside(*panels), self._draws(prior, seed))

    def _draws(self, prior: GaussianProcess, seed: int) -> theme.AnyChart:
        try:
            draws = prior.sample(self.mapped, seed, DRAWS)
        except NotPositiveDefiniteError as error:
            return theme.note(f"no draws: {error}"[:110], 600, 60)
        ends = (float(draws.min()), float(draws.max()))
        seen = set(() if self.observations is None else self.observations.architectures)
        flags, labels = [a in seen for a in self.mapped], [notation(a) for a in self.mapped]
        maps = [
            charts.landscape(
                self.positions,
                draw,
                flags,
                labels,
                name="value",
                number=NUMBER,
                bounds=ends,
                legend=number == DRAWS,
                heading=f"Draw {number}" if number > 1 else "Draw 1 from the prior",
                subtitle="near architectures, near values" if number == 1 else " ",
                width=200,
                height=160,
            )
            for number, draw in enumerate(draws, 1)
        ]
        return theme.beside(*maps)


class _Controls:
    """A slider for every weight, every length-scale and the noise."""

    def __init__(self, scene: _Scene, prior: GaussianProcess) -> None:
        self.scene, self.seed = scene, 0
        self.prior = self.start = with_own_table(prior)
        self.sliders = {name: _slider(prior, name) for name in _parameters(prior)}
        self.again = button("New draws", "Draw other functions from the prior", icon="random")
        self.reset = button("Reset", "Back to the parameters that the prior has")
        self.fit = button("Fit", "Maximise the marginal likelihood of the observations")
        sliders = list(self.sliders.values())
        buttons = [self.again, self.reset, *([self.fit] if scene.observations else [])]
        pairs = [sliders[i : i + 2] for i in range(0, len(sliders), 2)]
        self.panel = Panel(self.draw, [*pairs, buttons])
        self.panel.changed(*sliders, act=self.set)
        self.panel.clicked(self.again, self.draw_again)
        self.panel.clicked(self.reset, lambda: self.show(self.start))
        self.panel.clicked(self.fit, self.fit_now)

    def set(self) -> None:
        values = [each.value for each in self.sliders.values()]
        count = len([s for s in summands(self.prior.kernel) if isinstance(s, ScaleKernel)])
        self.prior = with_parameters(
            self.prior, weights=values[:count], lengthscales=values[count:-1], noise=values[-1]
        )

    def draw_again(self) -> None:
        self.seed += 1

    def fit_now(self) -> None:
        observed = cast(Observations, self.scene.observations)
        self.show(self.prior.fit(observed))

    def show(self, prior: GaussianProcess) -> None:
        with self.panel.silently():
            for name, value in _parameters(prior).items():
                each = self.sliders[name]
                each.value = min(max(value, each.base**each.min), each.base**each.max)
        self.prior = prior

    def draw(self) -> View:
        return self.scene.view(self.prior, self.seed)


def _profile(evidence: Evidence) -> theme.AnyChart:
    """The likelihood by the first length-scale; all others change by the same factor."""
    scale = lengthscales(evidence.prior.kernel)
    name = "length-scale" if len(scale) == 1 else "first length-scale, all in proportion"
    now = (scale[0], evidence.log_marginal_likelihood)
    found = evidence.by_lengthscale(SPREAD)
    settings = [scale[0] * factor for factor in SPREAD]
    return pictures.profile(settings, list(found), now, name=name, width=200, height=170)


def _parameters(prior: GaussianProcess) -> dict[str, float]:
    """The weights, the length-scales and the noise, by name and in this order."""
    weighed = [s for s in summands(prior.kernel) if isinstance(s, ScaleKernel)]
    of_weight = dict(zip(summands(prior.kernel), weights(prior.kernel), strict=True))
    named = [(f"weight {_name(s.base_kernel)}", of_weight[s]) for s in weighed]
    scaled = zip(scaled_parts(prior.kernel), lengthscales(prior.kernel), strict=True)
    named += [(f"length-scale {_name(part)}", value) for part, value in scaled]
    named.append(("noise variance", prior.noise))
    unique: dict[str, float] = {}
    for name, value in named:
        unique[name if name not in unique else f"{name} ({len(unique) + 1})"] = value
    return unique


def _name(kernel: Any) -> str:  # noqa: ANN401
    """A kernel in a word or two."""
    if hasattr(kernel, "distance"):
        return type(kernel.distance).__name__.removesuffix("Distance")
    if hasattr(kernel, "depth"):
        return f"WL depth {kernel.depth}"
    parts = list(getattr(kernel, "kernels", ()))
    return f" {TIMES} ".join(map(_name, parts)) or type(kernel).__name__.removesuffix("Kernel")


def _slider(prior: GaussianProcess, name: str) -> Any:  # noqa: ANN401
    value = _parameters(prior)[name]
    low, high = value / 50, value * 50
    tooltip = "How much this part of the kernel counts"
    if name.startswith("length-scale"):
        index = [n for n in _parameters(prior) if n.startswith("length-scale")].index(name)
        bounds = scaled_parts(prior.kernel)[index].raw_lengthscale_constraint
        high = min(high, 0.99 * float(bounds.upper_bound))
        tooltip = "How far away architectures still tell about each other"
    if name == "noise variance":
        low, high, tooltip = 1e-4, 1.0, "How far two trainings of one architecture differ"
    return slider(value, low, high, name, tooltip)
