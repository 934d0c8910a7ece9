"""The view of one setting: what it may be, and how it is drawn at random."""

from nbnas import charts
from nbnas.charts.graphs.dimensions import told
from nbnas.graphs.spaces.joint.dimension import Dimension
from nbnas.widgets.view import View

DRAWS = 30


def dimension(dimension: Dimension) -> View:
    """The scale of a setting with random draws."""
    draws = [{"": dimension.sample(seed)} for seed in range(DRAWS)]
    said = told(dimension)
    chart = charts.dimensions(
        {"": dimension},
        draws,
        heading=f"{type(dimension).__name__}: {said}",
        subtitle=f"{DRAWS} random draws (dots).",
    )
    size = "as many values as numbers" if dimension.size is None else f"{dimension.size:,} values"
    return View(f"A setting {said}; {size}.", chart)
