"""The view of a search space: its size, its operations, and samples to open."""

from nbnas import charts
from nbnas.charts.graphs.choices import options
from nbnas.charts.graphs.dimensions import told
from nbnas.charts.theme import AnyChart, count, stacked
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.canonical import has_vertex_operations
from nbnas.graphs.graph import holds_cells
from nbnas.graphs.space import SearchSpace
from nbnas.graphs.spaces.choice.space import ChoiceSpace
from nbnas.graphs.spaces.joint.parts import graphs_around, joint_space
from nbnas.widgets.graphs.architecture import architecture
from nbnas.widgets.panel import Panel, button, label, toggles
from nbnas.widgets.view import View

SAMPLES, NETWORKS, LOOKED_AT = 8, 3, 64


def space(space: SearchSpace) -> View:
    """Some members of a space, its size and its operations."""
    return View(_words(space), _strip(space, 0), lambda: _Controls(space).panel)


class _Controls:
    """Draw others, or open one of them."""

    def __init__(self, space: SearchSpace) -> None:
        self.space, self.seed = space, 0
        self.more = button("More samples", "Draw other architectures at random", icon="random")
        number = len(_some(space, 0))
        options = [("all", 0), *((str(i), i) for i in range(1, number + 1))]
        said = ["Show all samples", *(f"Open sample {i}" for i in range(1, number + 1))]
        self.open = toggles(options, said)
        self.panel = Panel(self.draw, [[self.more, label("Open"), self.open]])
        self.panel.clicked(self.more, self.draw_others)
        self.panel.changed(self.open)

    def draw_others(self) -> None:
        self.seed += 1
        self.open.value = 0

    def draw(self) -> View:
        if not self.open.value:
            return View(_words(self.space), _strip(self.space, self.seed, numbered=True))
        one = _some(self.space, self.seed)[self.open.value - 1]
        seen = architecture(one, getattr(graphs_around(self.space), "operations", ()))
        return View(f"Sample {self.open.value} of {_words(self.space)} {seen.summary}", seen.chart)


def _number(space: SearchSpace) -> int:
    """How many architectures are shown at once: few where each is a whole network."""
    if isinstance(graphs_around(space), ChoiceSpace):
        return SAMPLES
    return NETWORKS if has_vertex_operations(space.sample(0, 1)[0]) else SAMPLES


def _some(space: SearchSpace, seed: int) -> tuple[Architecture, ...]:
    """Random members of a space, or all of one that has no more than are shown."""
    number = _number(space)
    if space.size is not None and space.size <= number:
        return tuple(space)
    return space.sample(seed, number)


def _strip(space: SearchSpace, seed: int, *, numbered: bool = False) -> AnyChart:
    samples = _some(space, seed)
    of = "" if space.size is None else f" of {space.size:,}"
    heading = f"{len(samples)}{of} architectures, drawn at random"
    if len(samples) == space.size:
        heading = f"All {count(len(samples), 'architecture')}"
    if numbered:
        heading += f", 1 to {len(samples)} in reading order"
    joint = joint_space(space)
    if isinstance(space, ChoiceSpace):
        return options(space, samples, heading=heading)
    if joint is None:
        return charts.gallery(samples, heading=heading, subtitle=_rule(space))
    rule = _rule(joint.graphs)
    above = charts.gallery(samples, heading=heading, subtitle=rule)
    scales = charts.dimensions(
        dict(joint.box.items()),
        [dict(each.settings) for each in samples],
        subtitle="What each may be, and what these architectures have (dots).",
    )
    return stacked(above, scales)


def _words(space: SearchSpace) -> str:
    size = "not counted" if space.size is None else f"{space.size:,} architectures"
    joint = joint_space(space)
    if joint is None:
        return f"{type(space).__name__}: {size}. {_rule(space)}"
    settings = "; ".join(f"{name} {told(each)}" for name, each in joint.box.items())
    return (
        f"{type(space).__name__}: architectures with settings ({settings}). The architectures: "
        f"{_words(joint.graphs)}"
    )


def _rule(space: SearchSpace) -> str:
    """Where operations stand, and which there are among some samples."""
    if isinstance(space, ChoiceSpace):
        return f"Choices: {', '.join(space.names)}."
    samples = space.sample(0, LOOKED_AT)
    if has_vertex_operations(samples[0]):
        words = {label.partition(":")[0] for each in samples for label in each.nodes[1:-1]}
        return f"Operations stand at the vertices: {', '.join(sorted(words))}."
    if holds_cells(samples[0]):
        return (
            "A normal and a reduction cell; each of four vertices adds what two of "
            f"{len(graphs_around(space).operations)} operations make of earlier ones."
        )
    operations = len({label for each in samples for _, _, label in each.edges})
    edges = count(len(samples[0].edges), "edge")
    return f"Each of {edges} carries one of {operations} operations."
