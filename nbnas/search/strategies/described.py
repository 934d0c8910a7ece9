"""What a proposal of a model says of its candidates."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbnas.graphs.architecture import Architecture
from nbnas.records import Candidate, Measure, Observations
from nbnas.surrogate.model import ModelPosterior
from nbnas.surrogate.warp import FittedWarp, band, improvement, moments


def described(
    posterior: ModelPosterior, candidates: Sequence[Architecture], scores: NDArray[np.float64]
) -> tuple[Candidate, ...]:
    """Candidates `(m,)` with what is predicted of them and their scores `(m,)`."""
    if not candidates:
        return ()
    mean, stddev = (x.numpy() for x in posterior.latent(candidates))
    numbers = _in_its_unit(posterior.warp, mean, stddev, float(posterior.z.max()))
    rows: list[Any] = np.column_stack([numbers, scores]).tolist()
    return tuple(Candidate(a, *row) for a, row in zip(candidates, rows, strict=True))


def _in_its_unit(
    warp: FittedWarp, mean: NDArray[np.float64], stddev: NDArray[np.float64], best: float
) -> NDArray[np.float64]:
    """What a `Candidate` holds of warped predictions `(m,)`, but for the score: `(m, 7)`."""
    columns = (
        *moments(warp, mean, stddev),
        *band(warp, mean, stddev, coverage=0.95),
        *improvement(warp, mean, stddev, best),
    )
    return np.stack(columns, axis=1)


def reason(winner: Candidate, measure: Measure) -> str:
    """Why a candidate was chosen, in a sentence."""
    good = "high" if measure.maximize else "low"
    most = f"its {good} mean" if winner.exploitation > winner.exploration else "its uncertainty"
    return (
        f"Predicted {measure.text(winner.mean, digits=1)} ± "
        f"{measure.text(winner.stddev, digits=1)}; "
        f"{measure.expected(winner.expected_improvement)}, mostly owed to {most}."
    )


def reason_for(ranked: Sequence[Candidate], measure: Measure) -> str:
    """Why the first of the ranked candidates was chosen, or none."""
    if not ranked:
        return "Every architecture of the space is evaluated."
    return reason(ranked[0], measure)


def best_value(observations: Observations) -> float:
    """The incumbent's value, in its unit; without one, the best that a model takes for a value."""
    found = observations.incumbent
    if found is not None and found.value is not None:
        return found.value
    return observations.measure.gain(float(observations.gains.max()))
