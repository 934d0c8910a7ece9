"""The learning curve of one training: loss and accuracy by epoch, in training and held out."""

import math
from collections.abc import Sequence
from typing import cast

import altair as alt

from nbnas.charts import theme
from nbnas.records import EpochReport, Evaluation

TRAIN, HELD_OUT = "training", "held out"
_COLORS = alt.Scale(domain=[HELD_OUT, TRAIN], range=[theme.BLUE, theme.VERMILLION])
_DASHES = alt.Scale(domain=[HELD_OUT, TRAIN], range=[theme.DASHES[0], theme.DASHES[1]])


def learning_curve(
    run: Evaluation | Sequence[EpochReport], *, width: float = 330, height: float = 210
) -> alt.HConcatChart | alt.Chart:
    """Draw loss and accuracy by epoch.

    Args:
        run: An evaluation, or the reports of a training so far.
        width: Width of each of the two panels in pixels.
        height: Their height in pixels.

    Returns:
        The chart: the loss on the left, where a table has it, and the accuracy on the right.
    """
    reports = run.reports if isinstance(run, Evaluation) else tuple(run)
    heading = _heading(run, reports)
    if not reports:
        return theme.note("no epoch has ended yet", 2 * width, height / 3, theme.title(heading))
    panels = _panels(reports, width, height)
    return theme.beside(*panels, heading=theme.title(heading, summary(reports)))


def training(
    reports: Sequence[EpochReport], *, width: float = 225, height: float = 190
) -> alt.HConcatChart | alt.Chart:
    """Draw loss, accuracy and learning rate by epoch.

    Args:
        reports: The reports of a training so far.
        width: Width of each of the three panels in pixels.
        height: Their height in pixels.

    Returns:
        The chart.
    """
    heading = theme.title(_heading(reports, reports), summary(reports))
    if not reports:
        return theme.note("no epoch has ended yet", 3 * width, height / 3, heading)
    panels: list[theme.AnyChart] = [*_panels(reports, width, height)]
    if any(math.isfinite(report.learning_rate) for report in reports):
        panels.append(_rates(reports, width, height))
    return theme.beside(*panels, heading=heading)


def _panels(reports: Sequence[EpochReport], width: float, height: float) -> list[alt.LayerChart]:
    """Loss and accuracy; a recorded training may know no loss."""
    names = {"loss": "loss (nats)", "accuracy": "accuracy"}
    return [_panel(reports, m, names[m], width, height) for m in names if _rows(reports, m)]


def summary(reports: Sequence[EpochReport]) -> str:
    """One sentence on where a training stands."""
    if not reports:
        return "No epoch has ended yet."
    last, best = reports[-1], max(reports, key=lambda report: report.val_accuracy)
    text = (
        f"After epoch {last.epoch} of {last.epochs}: {theme.percent(last.val_accuracy)} held out"
    )
    if math.isfinite(last.train_accuracy):
        text += f", {theme.percent(last.train_accuracy)} in training"
    if best.val_accuracy > last.val_accuracy:
        text += f"; best held out {theme.percent(best.val_accuracy)} in epoch {best.epoch}"
    return f"{text}."


def _rates(reports: Sequence[EpochReport], width: float, height: float) -> alt.Chart:
    """The learning rate of each epoch's last step."""
    rows = [{"epoch": report.epoch, "rate": report.learning_rate} for report in reports]
    y = alt.Y("rate:Q", axis=alt.Axis(title="learning rate", tickCount=5, format="~g"))
    mark = alt.Chart(theme.rows(rows), width=width, height=height).mark_line(
        color=theme.GREEN, strokeWidth=2.2, point=alt.OverlayMarkDef(color=theme.GREEN, size=30)
    )
    return cast(alt.Chart, mark.encode(x=_epochs(reports), y=y))


def _epochs(reports: Sequence[EpochReport]) -> alt.X:
    """From the first epoch to the last that is planned."""
    epochs = max(max(report.epochs for report in reports), 2)
    ticks = alt.Axis(title="epoch", format="d", tickMinStep=1, tickCount=8, grid=False)
    return alt.X("epoch:Q", axis=ticks, scale=theme.scale((min(1, epochs - 1), epochs * 1.0)))


def _heading(run: Evaluation | Sequence[EpochReport], reports: Sequence[EpochReport]) -> str:
    if isinstance(run, Evaluation):
        if run.value is None:
            return "Learning curve of a training that failed"
        return f"Learning curve up to {theme.percent(run.value)}"
    if reports and reports[-1].epoch == reports[-1].epochs:
        return "Learning curve"
    return "Learning curve so far"


def _panel(
    reports: Sequence[EpochReport], measure: str, name: str, width: float, height: float
) -> alt.LayerChart:
    lines = _rows(reports, measure)
    values = [row["value"] for row in lines]
    bounds = theme.domain(values, fence=1e9)
    format_ = (
        theme.accuracy_axis(bounds, name)
        if measure == "accuracy"
        else alt.Axis(title=name, tickCount=5)
    )
    base = alt.Chart(theme.rows(lines), width=width, height=height).encode(
        x=_epochs(reports),
        y=alt.Y("value:Q", axis=format_, scale=theme.scale(bounds)),
        color=alt.Color("part:N", scale=_COLORS, legend=None),
        strokeDash=alt.StrokeDash("part:N", scale=_DASHES, legend=None),
    )
    dots = (
        base.mark_circle(size=34, opacity=1) if len(reports) <= 30 else base.mark_circle(size=12)
    )
    return theme.layered(
        base.mark_line(strokeWidth=2.2), dots, _names(lines, bounds, base, height)
    )


def _rows(reports: Sequence[EpochReport], measure: str) -> theme.Rows:
    return [
        {"epoch": report.epoch, "part": part, "value": getattr(report, f"{prefix}_{measure}")}
        for part, prefix in ((TRAIN, "train"), (HELD_OUT, "val"))
        for report in reports
        if math.isfinite(getattr(report, f"{prefix}_{measure}"))
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
