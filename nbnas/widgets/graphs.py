"""Views of architectures, search spaces and explained distances."""

from nbnas import charts
from nbnas.charts.architecture import flow, notation
from nbnas.charts.theme import count
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.canonical import has_vertex_operations
from nbnas.graphs.distance import Explanation
from nbnas.graphs.space import SearchSpace
from nbnas.widgets.view import View

SAMPLES, NETWORKS = 8, 3


def architecture(architecture: Architecture) -> View:
    """The data flow of an architecture."""
    chart = charts.architecture(architecture)
    if has_vertex_operations(architecture):
        layers = count(len(architecture.nodes) - 2, "layer")
        return View(f"{layers}: {architecture}", chart)
    return View(f"Cell {notation(architecture)}: {flow(architecture)}", chart)


def space(space: SearchSpace) -> View:
    """Some members of a space, its size and its operations."""
    whole = has_vertex_operations(space.sample(0, 1)[0])
    samples = space.sample(0, NETWORKS if whole else SAMPLES)
    rule = "Operations stand at the vertices." if whole else _rule(space)
    of = "" if space.size is None else f" of {space.size:,}"
    heading = f"{len(samples)}{of} architectures, drawn at random"
    size = "uncounted" if space.size is None else f"{space.size:,}"
    said = f"{type(space).__name__}: {size} architectures. {rule}"
    return View(said, charts.gallery(samples, heading=heading, subtitle=rule))


def explanation(explained: Explanation) -> View:
    """Why two architectures are as far apart as they are."""
    pair = f"{explained.first} and {explained.second}"
    said = f"{explained.distance}: {explained.value:,.4g} between {pair}."
    return View(said, charts.explanation(explained))


def _rule(space: SearchSpace) -> str:
    samples = space.sample(0, 64)
    operations = len({label for each in samples for _, _, label in each.edges})
    return f"Each of {len(samples[0].edges)} edges carries one of {operations} operations."
