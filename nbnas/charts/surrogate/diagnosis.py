"""How good a distance is: the difference of the objective by distance."""

from collections.abc import Sequence
from typing import Protocol, cast

import altair as alt

from nbnas.charts import theme
from nbnas.charts.chart import Chart, ConcatChart
from nbnas.records import Measure


class Bin(Protocol):
    """A bin of a variogram, as `diagnosis.Bin` of the surrogate; differences in the measure."""

    @property
    def shortest(self) -> float: ...  # noqa: D102
    @property
    def longest(self) -> float: ...  # noqa: D102
    @property
    def pairs(self) -> int: ...  # noqa: D102
    @property
    def mean(self) -> float: ...  # noqa: D102
    @property
    def lower(self) -> float: ...  # noqa: D102
    @property
    def upper(self) -> float: ...  # noqa: D102


class Diagnosis(Protocol):
    """What is drawn, as `nbnas.surrogate.process.diagnosis.Diagnosis`."""

    @property
    def distance(self) -> str: ...  # noqa: D102
    @property
    def spearman(self) -> float: ...  # noqa: D102
    @property
    def leave_one_out_kendall(self) -> float: ...  # noqa: D102
    @property
    def microseconds(self) -> float: ...  # noqa: D102
    @property
    def variogram(self) -> Sequence[Bin]: ...  # noqa: D102
    @property
    def problem(self) -> str: ...  # noqa: D102
    @property
    def measure(self) -> Measure: ...  # noqa: D102


def diagnosis(
    diagnosis: Diagnosis, *, width: float = 300, height: float = 200, top: float | None = None
) -> alt.LayerChart:
    """Draw the mean difference of the objective by distance, with its 95 % band.

    Args:
        diagnosis: The diagnosis of a distance.
        width: Width in pixels.
        height: Height in pixels.
        top: Upper end of the vertical axis, in the measure; by default the largest upper end of a
            band.

    Returns:
        The chart; for a good distance it rises from the left to the right.
    """
    measure = diagnosis.measure
    data = theme.rows([_row(b, measure) for b in diagnosis.variogram])
    base = Chart(data, width=width, height=height).encode(
        x=alt.X("middle:Q", title="distance", axis=alt.Axis(tickCount=6))
    )
    unit = "%-points" if measure.fraction else measure.points
    axis = alt.Axis(title=f"mean difference ({unit})", tickCount=5)
    ceiling = _top([diagnosis]) if top is None else top
    scale = alt.Scale(domain=[0, measure.scale * ceiling], nice=True)
    bars = base.mark_rule(strokeWidth=1.6, opacity=0.5, color=theme.BLUE).encode(
        y=alt.Y("lower:Q", axis=axis, scale=scale), y2="upper:Q"
    )
    line = base.mark_line(strokeWidth=1.5, opacity=0.6, color=theme.BLUE).encode(
        y=alt.Y("mean:Q", axis=axis, scale=scale)
    )
    dots = base.mark_point(filled=True, opacity=1, color=theme.BLUE).encode(
        y="mean:Q",
        size=alt.Size(
            "pairs:Q",
            scale=alt.Scale(range=[25, 160], zero=False),
            legend=alt.Legend(title="pairs", orient="bottom", tickCount=3),
        ),
    )
    return theme.layered(bars, line, dots, title=_title(diagnosis))


def diagnoses(diagnoses: Sequence[Diagnosis], *, columns: int = 3) -> alt.ConcatChart:
    """Draw several distances beside each other, on the same scale of differences.

    Args:
        diagnoses: At least one.
        columns: How many stand in a row.

    Returns:
        The charts.
    """
    top = _top(diagnoses)
    panels = [diagnosis(d, width=250, height=170, top=top) for d in diagnoses]
    grid = ConcatChart(concat=panels, columns=columns, spacing=30)
    return cast(alt.ConcatChart, grid.resolve_scale(size="shared"))


def summary(diagnosis: Diagnosis) -> str:
    """Spearman of distance and difference, Kendall of the model, the time for a pair."""
    model = (
        "no covariance"
        if diagnosis.problem
        else f"model's Kendall {diagnosis.leave_one_out_kendall:.2f}"
    )
    return f"Spearman {diagnosis.spearman:.2f}, {model}, {_time(diagnosis.microseconds)} a pair"


def _title(diagnosis: Diagnosis) -> alt.TitleParams:
    """The distance, its parameters in a line of their own, and the summary.

    A parameter that is a default object, such as a table, would fill the line and say nothing.
    """
    name, _, rest = diagnosis.distance.partition("(")
    parameters = [p for p in rest.removesuffix(")").split(", ") if not p.endswith(".default()")]
    return alt.TitleParams(text=name, subtitle=[", ".join(parameters) or " ", summary(diagnosis)])


def _time(microseconds: float) -> str:
    """A time with two digits, in a unit that needs no exponent.

    Example:
        >>> _time(0.312), _time(7398.9)
        ('0.31 µs', '7.4 ms')
    """
    if microseconds < 1000:
        return f"{float(f'{microseconds:.2g}'):g} µs"
    return f"{float(f'{microseconds / 1000:.2g}'):g} ms"


def _top(diagnoses: Sequence[Diagnosis]) -> float:
    """The largest upper end of a band; 0.01, that is 1 %, where all is 0."""
    return max(max(b.upper for b in d.variogram) for d in diagnoses) or 0.01


def _row(b: Bin, measure: Measure) -> dict[str, float]:
    points = {name: measure.scale * getattr(b, name) for name in ("mean", "lower", "upper")}
    return {"middle": (b.shortest + b.longest) / 2, "pairs": b.pairs, **points}
