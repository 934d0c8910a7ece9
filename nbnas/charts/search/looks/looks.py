"""All that looks told, in one picture."""

from nbnas.charts import theme
from nbnas.charts.search.looks.beliefs import beliefs
from nbnas.charts.search.looks.rungs import rungs
from nbnas.charts.search.looks.spent import spent
from nbnas.charts.search.looks.stops import stops
from nbnas.search.fidelities.told import Looks


def looks(looks: Looks, *, width: float = 640) -> theme.AnyChart:
    """Draw how far trainings went, what was spent, and what looks changed or who was stopped.

    Args:
        looks: What the looks told.
        width: Width of the course in pixels.

    Returns:
        The chart.
    """
    if looks.standings:
        second = stops(looks)
    else:
        second = beliefs(looks.beliefs, looks.observations.measure)
    return theme.stacked(rungs(looks, width=width), theme.beside(spent(looks), second))
