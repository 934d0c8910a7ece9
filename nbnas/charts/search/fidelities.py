"""How far trainings may go: what each length costs beside a full training."""

import altair as alt

from nbnas.charts import theme
from nbnas.charts.chart import Chart
from nbnas.records import Fidelities

BAR = 26.0  # pixels of a row


def fidelities(found: Fidelities, *, width: float = 420) -> alt.LayerChart:
    """Draw a bar for each length of training, as long as what it costs.

    Args:
        found: The lengths.
        width: Width in pixels.

    Returns:
        The chart.
    """
    rows: theme.Rows = [
        {
            "epochs": theme.count(epochs, "epoch"),
            "cost": found.cost(epochs),
            "said": "full" if epochs == found.full else f"{found.cost(epochs):.3g}",
        }
        for epochs in found.epochs
    ]
    kind = "the longer go on from the shorter" if found.continued else "each is its own training"
    words = theme.title("Cost of a training, in full ones", kind)
    order = [str(row["epochs"]) for row in rows]
    y = alt.Y("epochs:N", sort=order, axis=alt.Axis(title=None))
    x = alt.X("cost:Q", axis=None, scale=theme.scale((0, 1.15)))
    bars = Chart(theme.rows(rows), width=width, height=BAR * len(rows)).encode(x=x, y=y)
    labels = bars.mark_text(align="left", dx=5, color=theme.INK, fontSize=theme.SMALL)
    return theme.layered(
        bars.mark_bar(color=theme.BLUE, height=BAR / 2), labels.encode(text="said:N"), title=words
    )
