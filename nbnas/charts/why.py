"""Why a candidate is predicted as it is: the evaluations that weigh most, and what it has more.

Notation
    contribution   of an evaluation to the predicted mean, in warped units: above 0 it raises it
"""

from collections.abc import Sequence
from typing import Protocol

import altair as alt

from nbnas.charts import theme
from nbnas.charts.architecture import architecture, notation
from nbnas.records import Candidate, Evaluation

RAISES, LOWERS = "raises the prediction", "lowers it"
_KINDS = alt.Scale(domain=[RAISES, LOWERS], range=[theme.BLUE, theme.VERMILLION])
LONGEST = 58  # letters of a line


class Neighbor(Protocol):
    """What is drawn of an evaluation, as `nbnas.surrogate.why.Neighbor`."""

    @property
    def evaluation(self) -> Evaluation: ...  # noqa: D102
    @property
    def contribution(self) -> float: ...  # noqa: D102
    @property
    def share(self) -> float: ...  # noqa: D102
    @property
    def distance(self) -> float: ...  # noqa: D102


class Why(Protocol):
    """What is drawn, as `nbnas.surrogate.why.Why`."""

    @property
    def candidate(self) -> Candidate: ...  # noqa: D102
    @property
    def neighbors(self) -> Sequence[Neighbor]: ...  # noqa: D102
    @property
    def differences(self) -> Sequence[str]: ...  # noqa: D102


def why(why: Why, *, width: float = 200, row: float = 46) -> alt.HConcatChart:
    """Draw a candidate, and the evaluations that weigh most in its prediction.

    Args:
        why: Why the candidate is predicted as it is.
        width: Width of the bars in pixels.
        row: Height of one evaluation in pixels.

    Returns:
        The chart: on the left the candidate, on the right a bar for each evaluation, with its
        accuracy, its distance, and what the candidate has that it lacks.
    """
    candidate = why.candidate
    picture = architecture(
        candidate.architecture,
        width=340,
        heading=f"This one: {notation(candidate.architecture)}",
        subtitle=_predicted(candidate),
    )
    if not why.neighbors:
        nothing = theme.note("no evaluation weighs in its prediction", width, row)
        return theme.beside(picture, nothing)
    return theme.beside(picture, _bars(why, width, row))


def summary(why: Why) -> str:
    """What it is predicted from, and what its expected improvement is made of, in words."""
    candidate = why.candidate
    parts = (candidate.exploitation, candidate.exploration, candidate.expected_improvement)
    gain, unsure, total = (100 * max(part, 0.0) for part in parts)
    said = (
        f"{notation(candidate.architecture)}: {_predicted(candidate)}. Expected improvement "
        f"{total:.3g} percentage points, {gain:.3g} of them by a better mean and {unsure:.3g} by "
        "uncertainty."
    )
    texts = [*why.differences, *[""] * (len(why.neighbors) - len(why.differences))]
    return " ".join([said, *map(_sentence, why.neighbors, texts)])


def _sentence(neighbor: Neighbor, difference: str) -> str:
    effect = RAISES if neighbor.contribution >= 0 else "lowers the prediction"
    more = f"; {difference}" if difference else ""
    return (
        f"{notation(neighbor.evaluation.architecture)} ({_measured(neighbor)}, distance "
        f"{neighbor.distance:.3g}) {effect} with {100 * neighbor.share:.0f} % of all "
        f"weight{more}."
    )


def _predicted(candidate: Candidate) -> str:
    band = f"{theme.percent(candidate.lower)} to {theme.percent(candidate.upper)}"
    return f"predicted {theme.percent(candidate.mean)}, 95 % band {band}"


def _measured(neighbor: Neighbor) -> str:
    value = neighbor.evaluation.value
    return "failed" if value is None else theme.percent(value)


def _bars(why: Why, width: float, row: float) -> alt.LayerChart:
    texts = [*why.differences, *[""] * (len(why.neighbors) - len(why.differences))]
    lines = [
        {
            "rank": rank,
            "contribution": each.contribution,
            "kind": RAISES if each.contribution >= 0 else LOWERS,
            "name": f"{notation(each.evaluation.architecture)}: {_measured(each)}",
            "more": f"distance {each.distance:.3g}, {100 * each.share:.0f} % of all weight",
            "text": text if len(text) <= LONGEST else text[: LONGEST - 1] + "…",
        }
        for rank, (each, text) in enumerate(zip(why.neighbors, texts, strict=False), 1)
    ]
    height = row * len(lines)
    far = max(max(abs(each.contribution) for each in why.neighbors), 1e-9) * 1.05
    x = alt.X(
        "contribution:Q",
        scale=theme.scale((-far, far)),
        axis=alt.Axis(title="share in the prediction (model's scale)", tickCount=5),
    )
    base = alt.Chart(theme.rows(lines), width=width, height=height).encode(
        y=alt.Y("rank:O", axis=None)
    )
    bars = base.mark_bar(height=14).encode(
        x=x,
        x2=alt.datum(0),
        color=alt.Color(
            "kind:N", scale=_KINDS, legend=alt.Legend(title=None, orient="bottom", columns=2)
        ),
    )
    zero = (
        alt.Chart(theme.rows([{"contribution": 0.0}]))
        .mark_rule(color=theme.INK, opacity=0.6)
        .encode(x=x)
    )
    words = [
        base.mark_text(align="left", dy=dy, color=theme.INK, fontSize=theme.SMALL).encode(
            x=alt.value(width + 14), text=f"{field}:N"
        )
        for field, dy in (("name", -14), ("more", 0), ("text", 14))
    ]
    heading = theme.title("What it is predicted from", "the evaluations that weigh most")
    return theme.layered(bars, zero, *words, title=heading)
