"""Views of architectures and search spaces."""

from nbnas import charts
from nbnas.charts.architecture import flow, notation
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.widgets.view import View

SAMPLES = 8


def architecture(architecture: Architecture) -> View:
    """The data flow of an architecture."""
    summary = f"Cell {notation(architecture)}: {flow(architecture)}"
    return View(summary, charts.architecture(architecture))


def space(space: SearchSpace) -> View:
    """Some members of a space, its size and its operations."""
    samples = space.sample(0, SAMPLES)
    size = "uncounted" if space.size is None else f"{space.size:,}"
    operations = len({label for each in space.sample(0, 64) for _, _, label in each.edges})
    edges = len(samples[0].edges)
    rule = f"Each of {edges} edges carries one of {operations} operations."
    chart = charts.gallery(
        samples, heading=f"{len(samples)} of {size} architectures, drawn at random", subtitle=rule
    )
    return View(f"{type(space).__name__}: {size} architectures. {rule}", chart)
