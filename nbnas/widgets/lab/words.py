"""What the lab says of one round, in the words of its measure."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbnas.charts import theme
from nbnas.charts.surrogate.why import also
from nbnas.graphs.architecture import ZERO, Architecture
from nbnas.graphs.spaces.cell import OPERATIONS
from nbnas.records import Candidate, Evaluation, Measure, Proposal
from nbnas.records.proposal import Prediction
from nbnas.search.replay import Round
from nbnas.search.strategies.goals.beliefs import Beliefs
from nbnas.widgets.lab.cards.wanted import feasible, volume_words

Page = dict[str, Any]
LEAST = 1e-4  # of what is drawn: of the value alone, less of it is not worth a bar
PHRASES = 2  # of a difference


def candidate(posterior: Any, architecture: Architecture) -> Candidate:  # noqa: ANN401
    """What a posterior says of any architecture."""
    one = (architecture,)
    columns = (*posterior.predict(one), *posterior.band(one), *posterior.expected_improvement(one))
    mean, stddev, lower, upper, gain, exploitation, exploration = (float(c[0]) for c in columns)
    return Candidate(
        architecture, mean, stddev, lower, upper, gain, exploitation, exploration, gain
    )


def gain_page(seen: Candidate, measure: Measure, *, alone: bool = False) -> Page:
    """The parts of the expected improvement: as shares of it, and in words.

    Args:
        seen: Whose it is.
        measure: What is improved.
        alone: Whether there are further goals, of which it tells nothing.
    """
    parts = {"exploitation": seen.exploitation, "exploration": max(seen.exploration, 0.0)}
    total = sum(parts.values())
    if total <= 0 or (alone and measure.scale * total < LEAST):
        return {}
    promise = measure.expected(total)
    title = f"{promise[0].upper()}{promise[1:]}"
    return {
        "title": f"Of the {measure.noun} alone: {promise}" if alone else title,
        "shares": {name: value / total for name, value in parts.items()},
        "words": {name: measure.amount(value) for name, value in parts.items()},
    }


def promise(gain: float, measure: Measure) -> str:
    """An expected improvement in a column of that name."""
    lower = "" if measure.maximize else "lower by "
    points = "points" if measure.fraction else measure.points
    return f"{lower}{measure.amount(gain)} {points}"


def predictions(
    measure: Measure,
    mean: NDArray[np.float64],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
) -> list[str]:
    """What is predicted of each architecture `(n,)`, in words."""
    rows = zip(mean.tolist(), lower.tolist(), upper.tolist(), strict=True)
    return [
        f"predicted {measure.text(m)}, 95 % band {measure.text(a)} to {measure.text(b)}"
        for m, a, b in rows
    ]


def heading(trial: int, chosen: bool, trained: bool) -> str:
    """What stands above the reasons of a trial."""
    if not chosen:
        return "What the model knows of this one"
    return f"Why trial {trial} {'was' if trained else 'is'} this architecture"


def spoken(difference: str) -> str:
    """A difference with the operations' names of the pictures, cut after a few phrases."""
    phrases = difference.split("; ")
    if len(phrases) > PHRASES + 1:
        phrases = [*phrases[:PHRASES], f"and {len(phrases) - PHRASES} more"]
    difference = "; ".join(phrases)
    for operation, style in theme.styles(OPERATIONS).items():
        if operation != ZERO:
            difference = difference.replace(operation, style.name)
    return difference


def sentences(
    shown: Round, seen: Candidate, chosen: bool, found: Beliefs | None = None
) -> list[str]:
    """What was measured and predicted of an architecture, against the best, and why it won."""
    measure = shown.observations.measure
    band = f"{measure.text(seen.lower)} to {measure.text(seen.upper)}"
    said = [f"The model predicts {measure.text(seen.mean)} (95 % band {band})."]
    best = shown.observations.incumbent
    if best is not None and best.value is not None:
        side = "above" if seen.mean > best.value else "below"
        difference = measure.difference(abs(seen.mean - best.value))
        said.append(
            f"That mean is {difference} {side} the best so far ({measure.text(best.value)})."
        )
    said += also(*beside(shown, seen.architecture, found))
    if found is not None and len(found.goals.measures) > 1:
        said.append(
            f"It is expected to add {volume_words(found, seen.architecture)} of hypervolume."
        )
    own = [e for e in shown.observations.completed if e.architecture == seen.architecture]
    if own:
        said.insert(0, f"It was measured: {_values(own, measure)}.")
    if chosen:
        said.append(_because(seen, shown.proposal))
    return said


def beside(
    shown: Round, architecture: Architecture, found: Beliefs | None = None
) -> tuple[tuple[Prediction, ...], float]:
    """What is predicted of further goals, and the probability that limits are met.

    Without a model of all goals, of what was not ranked that is what is known without training.
    """
    if found is not None:
        told = found.predictions((architecture,))[0]
        met = float(feasible(found, (architecture,))[0])
        return tuple(p for p in told if math.isfinite(p.mean)), met
    for each in shown.proposal.candidates:
        if each.architecture == architecture:
            return each.further, each.feasible
    goals = shown.observations.goals
    known = () if goals is None else tuple((m, goals.known_of(m)) for m in goals.further)
    made = (Prediction(m, by(architecture)) for m, by in known if by is not None)
    return tuple(p for p in made if math.isfinite(p.mean)), 1.0


def _values(own: Sequence[Evaluation], measure: Measure) -> str:
    """What was measured of an architecture, and how far its trainings went if some were looks."""
    known = [(measure.text(e.value), e.epochs) for e in own if e.value is not None]
    if all(epochs is None for _, epochs in known):
        return known[0][0]
    far = {None: "fully trained"}
    return ", ".join(f"{said} {far.get(n, f'after {n} epochs')}" for said, n in known)


def _because(seen: Candidate, proposal: Proposal) -> str:
    """The decision in one sentence."""
    of = f"of {proposal.considered:,} candidates "
    if "Hypervolume" in proposal.acquisition:
        return f"It was chosen because {of}it is expected to add the most hypervolume."
    good = "high" if proposal.measure.maximize else "low"
    by_mean = seen.exploitation > seen.exploration
    owed = f"its {good} mean (exploitation)" if by_mean else "its uncertainty (exploration)"
    if "Improvement" in proposal.acquisition:
        return f"It was chosen because {of}it promises the most, mostly owed to {owed}."
    return (
        f"{proposal.acquisition or 'The strategy'} ranks it first; its promise is owed to {owed}."
    )


def map_line(shown: Round, sample: int, trained: bool) -> str:
    """What the map holds."""
    what = f"{len(shown.observations)} evaluated and {sample} sampled architectures"
    model = "" if shown.posterior is not None else " No model yet, so no colours."
    star = "star: chosen and trained since" if trained else "star: chosen next"
    return f"{what}; near ones are alike ({star}).{model}"


def unranked(proposal: Proposal) -> str:
    """Why there are no candidates."""
    return f"Nothing was ranked in this round. {proposal.reason}"
