"""Why a candidate is predicted as it is: the evaluations that weigh most, and what it has more.

Notation
    contribution   of an evaluation to the predicted mean, in warped units: above 0 it makes it
                   better
    pull           the same in the direction of the measure: above 0 it raises the mean
"""

import re
from collections.abc import Sequence
from typing import Protocol

import altair as alt
import numpy as np

from nbnas.brief import cut, told_apart
from nbnas.charts import theme
from nbnas.charts.chart import Chart
from nbnas.charts.graphs.architecture import architecture
from nbnas.charts.graphs.notation import notation
from nbnas.records import Candidate, Evaluation, Measure
from nbnas.records.proposal import Prediction

RAISES, LOWERS = "raises the prediction", "lowers it"
SURE = 0.995  # a probability from which on limits are as good as met
LONGEST, HEADING = 52, 76  # letters of a line, and above the picture


class Neighbor(Protocol):
    """What is drawn of an evaluation, as `nbnas.surrogate.process.why.Neighbor`."""

    @property
    def evaluation(self) -> Evaluation: ...  # noqa: D102
    @property
    def contribution(self) -> float: ...  # noqa: D102
    @property
    def share(self) -> float: ...  # noqa: D102
    @property
    def distance(self) -> float: ...  # noqa: D102


class Why(Protocol):
    """What is drawn, as `nbnas.surrogate.process.why.Why`."""

    @property
    def candidate(self) -> Candidate: ...  # noqa: D102
    @property
    def neighbors(self) -> Sequence[Neighbor]: ...  # noqa: D102
    @property
    def differences(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def measure(self) -> Measure: ...  # noqa: D102


def why(why: Why, *, width: float = 150, row: float = 46) -> alt.HConcatChart:
    """Draw a candidate, and the evaluations that weigh most in its prediction.

    Args:
        why: Why the candidate is predicted as it is.
        width: Width of the bars in pixels.
        row: Height of one evaluation in pixels.

    Returns:
        The chart: on the left the candidate, on the right a bar for each evaluation, with its
        value, its distance, and what the candidate has that it lacks.
    """
    candidate = why.candidate
    picture = architecture(
        candidate.architecture,
        width=260,
        heading=cut(f"This one: {notation(candidate.architecture)}", HEADING),
        subtitle=_predicted(candidate, why.measure),
    )
    if not why.neighbors:
        nothing = theme.note("no evaluation weighs in its prediction", width, row)
        return theme.beside(picture, nothing)
    return theme.beside(picture, _bars(why, width, row))


def summary(why: Why) -> str:
    """What it is predicted from, and what its expected improvement is made of, in words."""
    candidate = why.candidate
    measure, total = why.measure, max(candidate.expected_improvement, 0.0)
    gain, unsure = (
        measure.amount(max(part, 0.0)) for part in (candidate.exploitation, candidate.exploration)
    )
    promise = measure.expected(total)
    said = (
        f"{notation(candidate.architecture)}: {_predicted(candidate, measure)}. "
        f"{promise[0].upper()}{promise[1:]}, {gain} of {'them' if measure.fraction else 'it'} by "
        f"a better mean and {unsure} by uncertainty."
    )
    texts = [*why.differences, *[""] * (len(why.neighbors) - len(why.differences))]
    pairs = zip(texts, why.neighbors, strict=False)
    beside = also(candidate.further, candidate.feasible)
    return " ".join(
        [said, *beside, *(_sentence(n, named(t, candidate, n), measure) for t, n in pairs)]
    )


def also(further: Sequence[Prediction], feasible: float = 1.0) -> list[str]:
    """What is predicted of further goals, and whether limits are met, as sentences.

    Args:
        further: What is predicted; what has no standard deviation is known.
        feasible: The probability that all limits are met.
    """
    told = [
        f"{p.measure.name.replace('_', '-')} {p.words}{'' if p.stddev else ' (known)'}"
        for p in further
    ]
    said = [f"Beside it: {', '.join(told)}."] if told else []
    limits = f"It meets the limits with a probability of {100 * feasible:.0f} %."
    return said + ([limits] if feasible < SURE else [])


def raises(neighbor: Neighbor, measure: Measure) -> bool:
    """Whether an evaluation raises the prediction: a worse one where lower is better."""
    return measure.gain(neighbor.contribution) >= 0


def named(text: str, candidate: Candidate, neighbor: Neighbor) -> str:
    """A text about two architectures with operations and ends called as the pictures do."""
    pair = (candidate.architecture, neighbor.evaluation.architecture)
    words = {word for each in pair for _, _, word in each.edges}
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, theme.styles([word])[word].name)
    names = {"0": "in", str(len(candidate.architecture.nodes) - 1): "out"}
    return re.sub(
        r"edge (\d+)→(\d+)",
        lambda m: "edge " + "→".join(names.get(v, v) for v in m.groups()),
        text,
    )


def _sentence(neighbor: Neighbor, difference: str, measure: Measure) -> str:
    more = f"; {difference}" if difference else ""
    name = notation(neighbor.evaluation.architecture)
    who = f"{name} ({_measured(neighbor, measure)}, distance {neighbor.distance:.3g})"
    if not np.isfinite(neighbor.contribution):
        return f"Close to it is {who}{more}."
    effect = RAISES if raises(neighbor, measure) else "lowers the prediction"
    return f"{who} {effect} with {100 * neighbor.share:.0f} % of all weight{more}."


def _predicted(candidate: Candidate, measure: Measure) -> str:
    band = f"{measure.text(candidate.lower)} to {measure.text(candidate.upper)}"
    return f"predicted {measure.text(candidate.mean)}, 95 % band {band}"


def _measured(neighbor: Neighbor, measure: Measure) -> str:
    value = neighbor.evaluation.value
    return "failed" if value is None else measure.text(value)


def _bars(why: Why, width: float, row: float) -> alt.LayerChart:
    """A bar for what each evaluation contributes; of a model without such parts, no bar."""
    lines = _lines(why)
    weighed = [line for line in lines if np.isfinite(line["pull"])]
    far = max([abs(line["pull"]) for line in weighed], default=1.0) * 1.05 or 1.0
    axis = alt.Axis(title="part of the predicted mean (model's scale)", tickCount=5)
    x = alt.X("pull:Q", scale=theme.scale((-far, far)), axis=axis if weighed else None)
    y = alt.Y("rank:O", axis=None, scale=alt.Scale(domain=[line["rank"] for line in lines]))
    base = Chart(theme.rows(lines), width=width, height=row * len(lines)).encode(y=y)
    key = alt.Legend(title=None, orient="bottom", columns=2) if weighed else None
    better, worse = (RAISES, LOWERS) if why.measure.maximize else (LOWERS, RAISES)
    kinds = alt.Scale(domain=[better, worse], range=[theme.BLUE, theme.VERMILLION])
    bars = Chart(theme.rows(weighed)).mark_bar(height=14)
    zero = Chart(theme.rows([{"pull": 0.0}])).mark_rule(
        color=theme.INK, opacity=0.6 if weighed else 0.0
    )
    words = [
        base.mark_text(align="left", dy=dy, color=theme.INK, fontSize=theme.SMALL).encode(
            x=alt.value(width + 14 if weighed else 0), text=f"{field}:N"
        )
        for field, dy in (("name", -14), ("more", 0), ("text", 14))
    ]
    drawn = bars.encode(
        x=x, x2=alt.datum(0), y=y, color=alt.Color("kind:N", scale=kinds, legend=key)
    )
    said = "the evaluations that weigh most" if weighed else "the model is no sum over evaluations"
    heading = theme.title("What it is predicted from" if weighed else "What is closest", said)
    return theme.layered(drawn, zero.encode(x=x), *words, title=heading)


def _lines(why: Why) -> theme.Rows:
    """A row for each evaluation: its bar, and what is said of it in three lines."""
    texts = [*why.differences, *[""] * (len(why.neighbors) - len(why.differences))]
    names = told_apart([notation(each.evaluation.architecture) for each in why.neighbors], LONGEST)
    return [
        {
            "rank": rank,
            "pull": why.measure.gain(each.contribution),
            "kind": RAISES if raises(each, why.measure) else LOWERS,
            "name": f"{name}: {_measured(each, why.measure)}",
            "more": _weight(each),
            "text": cut(named(text, why.candidate, each), LONGEST),
        }
        for rank, (each, text, name) in enumerate(
            zip(why.neighbors, texts, names, strict=False), 1
        )
    ]


def _weight(neighbor: Neighbor) -> str:
    away = f"distance {neighbor.distance:.3g}"
    if not np.isfinite(neighbor.share):
        return away
    return f"{away}, {100 * neighbor.share:.0f} % of all weight"
