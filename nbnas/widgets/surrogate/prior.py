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
from nbnas.charts import theme
from nbnas.charts.graphs.map import NUMBER
from nbnas.charts.graphs.notation import notation
from nbnas.charts.surrogate import kernel as pictures
from nbnas.errors import NotPositiveDefiniteError, ObservationError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.distances.distance import Distance
from nbnas.graphs.distances.embedding import embed
from nbnas.records import Observations
from nbnas.surrogate.kernels.parts import over_architectures, parts_of
from nbnas.surrogate.process.evidence import (
    Evidence,
    lengthscales,
    scaled_parts,
    summands,
    weights,
    with_parameters,
)
from nbnas.surrogate.process.prior import GaussianProcess
from nbnas.surrogate.table import with_own_table
from nbnas.widgets.graphs.samples import (
    SPACES,
    distance_of,
    drawn_from,
    home_of,
    known_to,
    more_of,
)
from nbnas.widgets.panel import Panel, button, reach, slider, unique
from nbnas.widgets.surrogate.kernel import drawn_parts, name, shares
from nbnas.widgets.view import View

SHOWN, MAPPED, DRAWS = 32, 120, 3
NO_DRAWS = (
    "no draws: with these parameters the kernel is no covariance; try a shorter length-scale"
)
HIGH = 130  # pixels of a panel: all is seen at once on a laptop
SPREAD = tuple(float(f) for f in np.geomspace(0.1, 10.0, 15))  # factors of the length-scale


def prior(prior: GaussianProcess) -> View:
    """Covariance by distance, the matrix of a sample, and draws."""
    prior = with_own_table(prior)  # what is drawn here is nothing that a search has to know
    return _Scene.of(prior, None).view(prior, panel=True)


def evidence(evidence: Evidence) -> View:
    """The same, and how well the prior foretells the observations."""
    return _Scene.of(evidence.prior, evidence.observations).view(evidence.prior, panel=True)


def kernel(kernel: Kernel) -> View:
    """A kernel as the prior that it makes.

    Raises:
        TypeError: If a part of it compares anything but architectures.
    """
    if not over_architectures(kernel):
        raise TypeError(
            "expected a kernel made of nbnas' kernels by +, * and ScaleKernel, "
            f"got {type(kernel).__qualname__}, a part of which is none; draw each part by itself"
        )
    process = GaussianProcess(kernel)
    return _Scene.of(process, None, name(kernel)).view(process, panel=True)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """What stays as it is while parameters change."""

    observations: Observations | None
    sample: tuple[Architecture, ...]
    mapped: tuple[Architecture, ...]
    distance: Distance
    positions: np.ndarray
    kept: float
    kernel: str = ""  # its name, where a kernel alone is shown: it has no noise

    @classmethod
    def of(
        cls, prior: GaussianProcess, observations: Observations | None, kernel: str = ""
    ) -> "_Scene":
        seen = () if observations is None else tuple(dict.fromkeys(observations.architectures))
        mapped = _mapped(prior, seen)
        distance = distance_of(prior, mapped)
        found = embed(mapped, distance)
        shown = mapped[:SHOWN]
        return cls(observations, shown, mapped, distance, found.positions, found.kept, kernel)

    def parameters(self, prior: GaussianProcess) -> dict[str, float]:
        return _parameters(prior, noise=not self.kernel)

    def view(self, prior: GaussianProcess, seed: int = 0, panel: bool = False) -> View:
        make = (lambda: _Controls(self, prior).panel) if panel else None
        try:
            draws = prior.sample(self.mapped, seed, DRAWS)
        except NotPositiveDefiniteError as error:
            said = f"{self._words(prior)} There are no draws: {error}."
            return View(said, self._chart(prior, theme.note(NO_DRAWS, 600, 60)), make)
        kept = f"The maps keep {100 * self.kept:.0f} % of the variance of the distances."
        said = f"{self._words(prior)} {kept}"
        return View(said, self._chart(prior, self._maps(draws)), make)

    def _words(self, prior: GaussianProcess) -> str:
        values = ", ".join(f"{n} = {v:.3g}" for n, v in self.parameters(prior).items())
        what = f"{self.kernel}, as a prior takes it" if self.kernel else "Gaussian-process prior"
        said = f"{what}: {values}. {shares(prior, self.sample[:1])}".rstrip()
        if self.observations is not None:
            nats = Evidence(prior, self.observations).log_marginal_likelihood
            likelihood = f"{nats:,.2f} nats" if np.isfinite(nats) else "none: it is no covariance"
            trials = theme.count(len(self.observations), "trial")
            said += f" Log marginal likelihood of {trials}: {likelihood}."
        return said

    def _chart(self, prior: GaussianProcess, draws: theme.AnyChart) -> theme.AnyChart:
        k = prior.covariance(self.sample, self.sample)
        d = self.distance.matrix(self.sample, self.sample)
        axis = f"distance ({type(self.distance).__name__.removesuffix('Distance')})"
        parts, how = drawn_parts(prior, self.sample), parts_of(prior.kernel).how
        panels: list[theme.AnyChart] = [
            pictures.covariance(
                d, k, name=axis, parts=parts, total=f"the {how}", width=200, height=HIGH
            ),
            pictures.matrix(k, size=HIGH),
        ]
        if self.observations is not None and scaled_parts(prior.kernel):
            panels.append(_profile(Evidence(prior, self.observations)))
        return theme.stacked(theme.beside(*panels), draws)

    def _maps(self, draws: np.ndarray) -> theme.AnyChart:
        ends = (float(draws.min()), float(draws.max()))
        seen = set(() if self.observations is None else self.observations.architectures)
        flags, labels = [a in seen for a in self.mapped], [notation(a) for a in self.mapped]
        maps = [
            charts.landscape(
                charts.Places(self.positions, draw, flags, labels),
                charts.Colors("value", NUMBER, bounds=ends),
                legend=number == DRAWS,
                heading=f"Draw {number}" if number > 1 else "Draw 1 from the prior",
                subtitle="near architectures, near values" if number == 1 else " ",
                width=200,
                height=HIGH,
            )
            for number, draw in enumerate(draws, 1)
        ]
        return theme.beside(*maps)


class _Controls:
    """A slider for every weight, every length-scale and the noise."""

    def __init__(self, scene: _Scene, prior: GaussianProcess) -> None:
        self.scene, self.seed = scene, 0
        self.prior = self.start = with_own_table(prior)
        self.sliders = {each: _slider(prior, each) for each in scene.parameters(prior)}
        self.again = button("New draws", "Draw other functions from the prior", icon="random")
        self.reset = button("Reset", "Back to the parameters that the prior has")
        self.fit = button("Fit", "Maximise the marginal likelihood of the observations")
        sliders = list(self.sliders.values())
        buttons = [self.again, self.reset, *([self.fit] if scene.observations else [])]
        triples = [sliders[i : i + 3] for i in range(0, len(sliders), 3)]
        self.panel = Panel(self.draw, [*triples, buttons])
        self.panel.changed(*sliders, act=self.set)
        self.panel.clicked(self.again, self.draw_again)
        self.panel.clicked(self.reset, lambda: self.show(self.start))
        self.panel.clicked(self.fit, self.fit_now)

    def set(self) -> None:
        values = [each.value for each in self.sliders.values()]
        count = len([s for s in summands(self.prior.kernel) if isinstance(s, ScaleKernel)])
        noise = self.prior.noise if self.scene.kernel else values.pop()
        self.prior = with_parameters(
            self.prior, weights=values[:count], lengthscales=values[count:], noise=noise
        )

    def draw_again(self) -> None:
        self.seed += 1

    def fit_now(self) -> None:
        observed = cast(Observations, self.scene.observations)
        self.show(self.prior.fit(observed))

    def show(self, prior: GaussianProcess) -> None:
        with self.panel.silently():
            for name, value in self.scene.parameters(prior).items():
                reach(self.sliders[name], value)
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
    return pictures.profile(settings, list(found), now, name=name, width=200, height=HIGH)


def _mapped(prior: GaussianProcess, seen: tuple[Architecture, ...]) -> tuple[Architecture, ...]:
    """The evaluated architectures and random ones; cells where there is none to go by."""
    if not seen and known_to(prior) is None:
        home = home_of(prior)
        return SPACES[0].sample(0, MAPPED) if home is None else drawn_from(home, MAPPED)
    mapped = (*seen, *more_of(seen, MAPPED, model=prior))[: max(MAPPED, len(seen))]
    if not mapped:
        raise ObservationError(
            "expected an architecture of which all parts of the kernel know, got none; "
            "give each Knowledge numbers of the same architectures"
        )
    return mapped


def _parameters(prior: GaussianProcess, *, noise: bool = True) -> dict[str, float]:
    """The weights, the length-scales and the noise, by name and in this order."""
    weighed = [s for s in summands(prior.kernel) if isinstance(s, ScaleKernel)]
    of_weight = dict(zip(summands(prior.kernel), weights(prior.kernel), strict=True))
    named = [(f"weight {name(s.base_kernel)}", of_weight[s]) for s in weighed]
    scaled = zip(scaled_parts(prior.kernel), lengthscales(prior.kernel), strict=True)
    named += [(f"length-scale {name(part)}", value) for part, value in scaled]
    named += [("noise variance", prior.noise)] if noise else []
    return dict(zip(unique(n for n, _ in named), (v for _, v in named), strict=True))


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
