"""The view of acquisition functions that value what is learnt: beside expected improvement."""

import re
from typing import Any

import numpy as np

from nbnas.charts import theme
from nbnas.charts.surrogate import row as pictures
from nbnas.surrogate.acquisition.improvement import ExpectedImprovement, PosteriorAcquisition
from nbnas.surrogate.acquisition.information import InformationAcquisition
from nbnas.surrogate.acquisition.knowledge_gradient import KnowledgeGradient
from nbnas.surrogate.process.posterior import Posterior
from nbnas.widgets.surrogate.row import (
    LENGTH,
    ROW,
    SEEN,
    Array,
    NoiseControls,
    best,
    improvements,
    posterior,
)
from nbnas.widgets.view import View

LENGTHSCALE, NOISE = 4.0, 0.3
PLAIN = "expected improvement"
ASKS = {
    True: "by how much the best prediction will rise, wherever it is then",
    False: "how much it tells of how good the best one is",
}


def information(acquisition: InformationAcquisition) -> View:
    """What is believed of a row of architectures, and what an evaluation of each is worth."""
    return _view(acquisition, NOISE, lambda: _controls(acquisition).panel)


def own(acquisition: PosteriorAcquisition) -> View:
    """What is believed of a row of architectures, and how somebody's own scores each."""
    return _view(acquisition, NOISE, lambda: _controls(acquisition).panel)


def _controls(acquisition: PosteriorAcquisition) -> NoiseControls:
    return NoiseControls(lambda noise: _view(acquisition, noise), NOISE)


def _view(acquisition: PosteriorAcquisition, noise: float, panel: Any = None) -> View:  # noqa: ANN401
    model, name = posterior(LENGTHSCALE, noise), _words(acquisition)
    scores = {name: shares(acquisition, model), PLAIN: shares(ExpectedImprovement(), model)}
    chosen = [int(best(np.nan_to_num(each))) for each in scores.values()]
    mean, stddev = (each.numpy() for each in model.latent(ROW))
    left = pictures.beliefs(
        pictures.Belief(mean, stddev, SEEN, noise),
        heading="What is believed",
        subtitle="squares: measured, ± noise; dashed: mean, 95 % band",
    )
    right = pictures.worth(
        scores,
        chosen,
        heading="What each is worth, as a share of the best",
        subtitle="of those not evaluated; diamonds: what each of the two chooses",
    )
    informs = isinstance(acquisition, InformationAcquisition)
    asks = f"asks of an evaluation {ASKS[isinstance(acquisition, KnowledgeGradient)]}, and "
    lengths = " Where trainings may be short, it values those of each length, too."
    said = (
        f"{name.capitalize()} {asks if informs else ''}chooses number {chosen[0] + 1}; "
        f"{PLAIN} asks by how much it will beat the best that was measured, and chooses number "
        f"{chosen[1] + 1}. Noise of {noise:.2g}.{lengths if informs else ''} An example: {LENGTH} "
        "architectures in a row."
    )
    return View(said, theme.beside(left, right), panel)


def shares(acquisition: Any, model: Posterior) -> Array:  # noqa: ANN401
    """Values `(m,)` as shares of the best; NaN for what is evaluated, which is no candidate.

    Where some are below 0, as a score may be, they are counted from the least.
    """
    free = improvements(acquisition, model)
    free = free - min(0.0, np.nanmin(free))
    return np.asarray(free / max(np.nanmax(free), 1e-300))


def _words(acquisition: object) -> str:
    """The name of the class as words.

    Example:
        >>> _words(KnowledgeGradient())
        'knowledge gradient'
    """
    return " ".join(re.findall("[A-Z][a-z]*", type(acquisition).__name__)).lower()
