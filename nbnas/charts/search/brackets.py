"""Brackets of a scheduler: how many are trained how far, and what that costs."""

from collections.abc import Iterator, Sequence
from typing import Any

import altair as alt

from nbnas.charts import theme
from nbnas.charts.chart import Chart
from nbnas.records import Fidelities
from nbnas.search.strategies.schedulers.brackets import Bracket
from nbnas.search.strategies.schedulers.words import goes_on

BAR = 22.0  # pixels of a row
MOST = 40  # rows
_Row = dict[str, Any]


def brackets(
    fidelities: Fidelities, plans: Sequence[Bracket], *, width: float = 420
) -> alt.LayerChart:
    """Draw a bar for each rung of each bracket, as long as what all that reach it cost there.

    Args:
        fidelities: The lengths of trainings.
        plans: The brackets, of which the first rows are drawn where there are many.
        width: Width in pixels.

    Returns:
        The chart.
    """
    found = [row for number, plan in enumerate(plans) for row in _rows(fidelities, plans, number)]
    rows, total = found[:MOST], sum(row["cost"] for row in found)
    longest = max(row["cost"] for row in rows)
    order = [str(row["row"]) for row in rows]
    y = alt.Y("row:N", sort=order, axis=alt.Axis(title=None, labelLimit=220))
    x = alt.X("cost:Q", axis=None, scale=theme.scale((0, 1.9 * longest)))
    colors = theme.series(["look", "full"], [theme.SKY, theme.BLUE])
    base = Chart(theme.rows(rows), width=width, height=BAR * len(rows)).encode(x=x, y=y)
    bars = base.mark_bar(height=BAR / 2).encode(
        color=alt.Color("kind:N", scale=colors, legend=None)
    )
    labels = base.mark_text(align="left", dx=5, color=theme.INK, fontSize=theme.SMALL)
    cut = f"; the first {MOST} of {len(found)} rungs" if len(found) > MOST else ""
    once = "all brackets, once through" if len(plans) > 1 else "a bracket"
    words = theme.title(
        "Who goes on", f"bars are costs, in full trainings: {once}, {total:.4g}{cut}"
    )
    return theme.layered(bars, labels.encode(text="said:N"), title=words)


def costs(fidelities: Fidelities, plan: Bracket) -> tuple[float, ...]:
    """What the rungs of a bracket cost, in full trainings."""
    lengths = fidelities.epochs[plan.first :]
    before = (0, *lengths[:-1])
    return tuple(
        size * fidelities.cost(epochs, spared)
        for size, epochs, spared in zip(plan.sizes, lengths, before, strict=True)
    )


def _rows(fidelities: Fidelities, plans: Sequence[Bracket], number: int) -> Iterator[_Row]:
    plan = plans[number]
    name = f"bracket {number + 1}: " if len(plans) > 1 else ""
    lengths = fidelities.epochs[plan.first :]
    then = (*(f", {goes_on(size)}" for size in plan.sizes[1:]), "")
    for epochs, size, cost, best in zip(
        lengths, plan.sizes, costs(fidelities, plan), then, strict=True
    ):
        yield {
            "row": f"{name}{theme.count(epochs, 'epoch')}",
            "cost": cost,
            "kind": "full" if epochs == fidelities.full else "look",
            "said": f"{size:,}{best if size else ''}; cost {cost:.3g}",
        }
