"""The view of Thompson sampling: functions drawn from a posterior, and where each is highest."""

from typing import Any

import numpy as np

from nbnas.charts import theme
from nbnas.charts.surrogate import row as pictures
from nbnas.charts.theme import count
from nbnas.surrogate.acquisition.thompson import IndependentThompsonSampling
from nbnas.widgets.panel import Panel, button, slider
from nbnas.widgets.surrogate.row import LENGTH, ROW, SEEN, best, posterior
from nbnas.widgets.view import View

DRAWS, SHOWN = 200, 8  # functions that are drawn, and that are seen at once
LENGTHSCALE, NOISE = 3.0, 0.2


def thompson(acquisition: Any) -> View:  # noqa: ANN401
    """Draws along a row of architectures, and how often each is the highest."""
    scene = _Scene(acquisition)
    return scene.view(LENGTHSCALE, 0, lambda: _Controls(scene).panel)


class _Scene:
    """The draws, computed once for each length-scale."""

    def __init__(self, acquisition: Any) -> None:  # noqa: ANN401
        self.acquisition = acquisition
        self._known: tuple[float, Any, np.ndarray] | None = None

    def view(self, lengthscale: float, number: int, panel: Any = None) -> View:  # noqa: ANN401
        model, draws = self._drawn(lengthscale)
        highest = best(draws)
        shown = np.roll(draws, -number, axis=0)[:SHOWN]
        chosen = int(highest[number])
        counts = np.bincount(highest, minlength=LENGTH)
        mean, stddev = (each.numpy() for each in model.latent(ROW))
        left = pictures.beliefs(
            pictures.Belief(mean, stddev, SEEN),
            draws=shown,
            chosen=chosen,
            heading=f"Draw {number + 1} from the posterior",
            subtitle="thick; thin: others; dashed: mean, 95 % band; squares: evaluated",
        )
        right = pictures.shares(
            counts, chosen=chosen, subtitle=f"of {DRAWS} draws; one draw is one choice"
        )
        said = self._words(number, chosen, counts)
        return View(said, theme.beside(left, right), panel)

    def _words(self, number: int, chosen: int, counts: np.ndarray) -> str:
        often = counts / counts.sum()
        top = int(often.argmax())
        alone = isinstance(self.acquisition, IndependentThompsonSampling)
        how = (
            "draws the value of each architecture by itself, whatever its neighbours have, "
            if alone
            else "draws one function, in which neighbours have like values, "
        )
        return (
            f"{type(self.acquisition).__name__} {how}and takes the architecture where it is the "
            f"highest of those not evaluated: draw {number + 1} takes number {chosen + 1}. Of "
            f"{DRAWS} draws, {100 * often[top]:.0f} % take number {top + 1}, the most, and "
            f"{count(int((counts > 0).sum()), 'architecture')} are taken at least once. An "
            f"example: {LENGTH} architectures in a row, {len(SEEN)} of them evaluated."
        )

    def _drawn(self, lengthscale: float) -> tuple[Any, np.ndarray]:
        if self._known is None or self._known[0] != lengthscale:
            model, rng = posterior(lengthscale, NOISE), np.random.default_rng(0)
            scores = [self.acquisition.score(model, ROW, rng).numpy() for _ in range(DRAWS)]
            self._known = lengthscale, model, np.array(scores)
        return self._known[1], self._known[2]


class _Controls:
    """Another draw, and how alike neighbours are."""

    def __init__(self, scene: _Scene) -> None:
        self.scene, self.number = scene, 0
        self.again = button("Next draw", "Draw once more from the same posterior", icon="random")
        tooltip = "How far away, in places, architectures still tell about each other"
        self.lengthscale = slider(LENGTHSCALE, 1.0, 8.0, "length-scale (places)", tooltip)
        self.panel = Panel(self.draw, [[self.again, self.lengthscale]])
        self.panel.clicked(self.again, self.draw_again)
        self.panel.changed(self.lengthscale)

    def draw_again(self) -> None:
        self.number = (self.number + 1) % DRAWS

    def draw(self) -> View:
        return self.scene.view(self.lengthscale.value, self.number)
