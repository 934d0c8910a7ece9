"""The learning curve of one training: loss and accuracy by epoch, in training and held out.

An objective of one's own may know neither: then its value after each epoch is drawn.
"""

import math
from collections.abc import Sequence
from typing import cast

import altair as alt

from nbnas.brief import of_planned
from nbnas.charts import scales, theme
from nbnas.charts.chart import Chart
from nbnas.charts.training.step import below
from nbnas.records import ACCURACY, EpochReport, Evaluation, Measure

TRAIN, HELD_OUT = "training", "held out"
VALUE = ""  # the name of a line that is alone: the axis says what it is
_PARTS = [HELD_OUT, TRAIN, VALUE]
_COLORS = alt.Scale(domain=_PARTS, range=[theme.BLUE, theme.VERMILLION, theme.BLUE])
_DASHES = alt.Scale(domain=_PARTS, range=[theme.DASHES[0], theme.DASHES[1], theme.DASHES[0]])
_TICKS = 8  # of an axis of epochs


def learning_curve(
    run: Evaluation | Sequence[EpochReport],
    *,
    measure: Measure | None = None,
    width: float = 330,
    height: float = 210,
) -> theme.AnyChart:
    """Draw loss and accuracy by epoch, and below it what a step of the last epoch took.

    Args:
        run: An evaluation, or the reports of a training so far.
        measure: What the reports' `value` is; by default that of the evaluation.
        width: Width of each of the two panels in pixels.
        height: Their height in pixels.

    Returns:
        The chart: the loss on the left, where a table has it, and the accuracy on the right; or
        the value, where there is no accuracy. The step is known as long as the training is not
        read from a store.
    """
    own = run.measure if isinstance(run, Evaluation) else None
    measure = measure or own or ACCURACY
    reports = run.reports if isinstance(run, Evaluation) else tuple(run)
    heading = _heading(run, reports, measure)
    if not reports:
        return theme.note("no epoch has ended yet", 2 * width, height / 3, theme.title(heading))
    panels = _panels(reports, measure, width, height)
    title = theme.title(heading, summary(reports, measure))
    return below(_beside(panels, title, 2 * width, height), reports)


def training(
    reports: Sequence[EpochReport],
    *,
    measure: Measure = ACCURACY,
    width: float = 225,
    height: float = 190,
) -> theme.AnyChart:
    """Draw loss, accuracy and learning rate by epoch, and what a step of the last epoch took.

    Args:
        reports: The reports of a training so far.
        measure: What their `value` is, where they have one.
        width: Width of each of the three panels in pixels.
        height: Their height in pixels.

    Returns:
        The chart.
    """
    heading = theme.title(_heading(reports, reports, measure), summary(reports, measure))
    if not reports:
        return theme.note("no epoch has ended yet", 3 * width, height / 3, heading)
    panels: list[theme.AnyChart] = [*_panels(reports, measure, width, height)]
    if any(math.isfinite(report.learning_rate) for report in reports):
        panels.append(_rates(reports, width, height))
    return below(_beside(panels, heading, 3 * width, height), reports)


def _beside(
    panels: Sequence[theme.AnyChart], heading: alt.TitleParams, width: float, height: float
) -> alt.HConcatChart | alt.Chart:
    if not panels:
        return theme.note("the epochs came without a number", width, height / 3, heading)
    return theme.beside(*panels, heading=heading)


def _panels(
    reports: Sequence[EpochReport], measure: Measure, width: float, height: float
) -> list[alt.LayerChart]:
    """Loss and accuracy; a recorded training may know no loss, and others only a value."""
    losses, shown = _rows(reports, "loss"), curve_rows(reports)
    panels = []
    if losses:
        axis = alt.Axis(title="loss (nats)", tickCount=5)
        bounds = scales.domain([row["value"] for row in losses], 1e9)
        panels.append(_panel(reports, losses, axis, bounds, width, height))
    if shown:
        drawn = drawn_measure(reports, measure)
        bounds = scales.domain([row["value"] for row in shown], 1e9, drawn)
        axis = scales.axis(drawn, bounds, drawn.noun)
        panels.append(_panel(reports, shown, axis, bounds, width, height))
    return panels


def has_accuracy(reports: Sequence[EpochReport]) -> bool:
    """Whether accuracies are what is drawn of a training, and not its values."""
    known = any(math.isfinite(report.val_accuracy) for report in reports)
    return known and all(report.value is None for report in reports)


def drawn_measure(reports: Sequence[EpochReport], measure: Measure) -> Measure:
    """What is drawn of a training: its accuracy, or else what its values are."""
    return ACCURACY if has_accuracy(reports) else measure


def curve_rows(reports: Sequence[EpochReport]) -> theme.Rows:
    """The accuracies by epoch and part; the values by epoch where there are any."""
    if has_accuracy(reports):
        return _rows(reports, "accuracy")
    return [
        {"epoch": report.epoch, "part": VALUE, "value": report.value}
        for report in reports
        if report.value is not None
    ]


def summary(reports: Sequence[EpochReport], measure: Measure = ACCURACY) -> str:
    """One sentence on where a training stands.

    Args:
        reports: The reports so far.
        measure: What their `value` is.
    """
    if not reports:
        return "No epoch has ended yet."
    last = reports[-1]
    text = f"After epoch {of_planned(last.epoch, last.epochs)}"
    shown = drawn_measure(reports, measure)
    held_out = " held out" if has_accuracy(reports) else ""
    lines = [row for row in curve_rows(reports) if row["part"] != TRAIN]
    if not lines:
        return f"{text}."
    text += f": {shown.text(lines[-1]['value'])}{held_out or f' {shown.noun}'}"
    if has_accuracy(reports) and math.isfinite(last.train_accuracy):
        text += f", {ACCURACY.text(last.train_accuracy)} in training"
    best = max(lines, key=lambda row: shown.gain(row["value"]))
    if best["value"] != lines[-1]["value"]:
        text += f"; best{held_out} {shown.text(best['value'])} in epoch {best['epoch']}"
    return f"{text}."


def _rates(reports: Sequence[EpochReport], width: float, height: float) -> alt.Chart:
    """The learning rate of each epoch's last step."""
    rows = [{"epoch": report.epoch, "rate": report.learning_rate} for report in reports]
    y = alt.Y("rate:Q", axis=alt.Axis(title="learning rate", tickCount=5, format="~g"))
    mark = Chart(theme.rows(rows), width=width, height=height).mark_line(
        color=theme.GREEN, strokeWidth=2.2, point=alt.OverlayMarkDef(color=theme.GREEN, size=30)
    )
    return cast(alt.Chart, mark.encode(x=_epochs(reports), y=y))


def _epochs(reports: Sequence[EpochReport]) -> alt.X:
    """From the first epoch to the last that is planned, or has come."""
    epochs = max(*(max(report.epoch, report.epochs) for report in reports), 2)
    few = {"values": list(range(epochs + 1))} if epochs <= _TICKS else {"tickCount": _TICKS}
    ticks = alt.Axis(title="epoch", format="d", tickMinStep=1, grid=False, **few)
    return alt.X("epoch:Q", axis=ticks, scale=theme.scale((min(1, epochs - 1), epochs * 1.0)))


def _heading(
    run: Evaluation | Sequence[EpochReport], reports: Sequence[EpochReport], measure: Measure
) -> str:
    if isinstance(run, Evaluation):
        if run.value is None:
            return "Learning curve of a training that failed"
        return f"Learning curve up to {measure.text(run.value)}"
    if reports and reports[-1].epoch == reports[-1].epochs:
        return "Learning curve"
    return "Learning curve so far"


def _panel(
    reports: Sequence[EpochReport],
    lines: theme.Rows,
    axis: alt.Axis,
    bounds: scales.Ends,
    width: float,
    height: float,
) -> alt.LayerChart:
    base = Chart(theme.rows(lines), width=width, height=height).encode(
        x=_epochs(reports),
        y=alt.Y("value:Q", axis=axis, scale=theme.scale(bounds)),
        color=alt.Color("part:N", scale=_COLORS, legend=None),
        strokeDash=alt.StrokeDash("part:N", scale=_DASHES, legend=None),
    )
    dots = (
        base.mark_circle(size=34, opacity=1) if len(reports) <= 30 else base.mark_circle(size=12)
    )
    return theme.layered(
        base.mark_line(strokeWidth=2.2), dots, _names(lines, bounds, base, height)
    )


def _rows(reports: Sequence[EpochReport], what: str) -> theme.Rows:
    return [
        {"epoch": report.epoch, "part": part, "value": getattr(report, f"{prefix}_{what}")}
        for part, prefix in ((TRAIN, "train"), (HELD_OUT, "val"))
        for report in reports
        if math.isfinite(getattr(report, f"{prefix}_{what}"))
    ]


def _names(
    lines: theme.Rows, bounds: tuple[float, float], base: alt.Chart, height: float
) -> alt.Chart:
    """The name of each line at its end, moved apart where the ends lie close together."""
    last = {row["part"]: row for row in lines}
    ends = sorted(last.values(), key=lambda row: row["value"])
    gap = 15 / height * (bounds[1] - bounds[0])
    middle = sum(row["value"] for row in ends) / len(ends)
    if len(ends) == 2 and ends[1]["value"] - ends[0]["value"] < gap:
        ends = [
            {**ends[0], "value": max(middle - gap / 2, bounds[0])},
            {**ends[1], "value": max(middle - gap / 2, bounds[0]) + gap},
        ]
    text = base.mark_text(align="left", dx=8, fontSize=theme.SMALL, fontWeight=600)
    return cast(alt.Chart, text.encode(text="part:N").properties(data=theme.rows(ends)))
