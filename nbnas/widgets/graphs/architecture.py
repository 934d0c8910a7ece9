"""The view of an architecture: its graph, its size, and the network that it becomes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nbnas import charts
from nbnas.charts.graphs.notation import flow, notation, settings_said
from nbnas.charts.graphs.wording import TIMES
from nbnas.charts.theme import AnyChart, count, stacked
from nbnas.charts.training.skeleton import Part, skeleton
from nbnas.errors import NbnasError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.canonical import has_vertex_operations
from nbnas.graphs.graph import holds_cells
from nbnas.graphs.spaces.cnn.space import CnnSpace
from nbnas.graphs.spaces.darts.graph import genotype_of
from nbnas.graphs.spaces.operation import BUILT_IN, OF_DARTS, Operation
from nbnas.graphs.values import is_of_choices
from nbnas.widgets.graphs.samples import space_of
from nbnas.widgets.view import View

if TYPE_CHECKING:
    from nbnas.training.networks.size import Setting

Operations = Sequence[str | Operation]
LONG = 200  # letters of an architecture's own string that are shown
TEXT = 65  # different tokens that a recurrent cell is said to read: letters, digits and signs


def architecture(architecture: Architecture, operations: Operations = ()) -> View:
    """The data flow of an architecture, its size, and the network that it becomes.

    Args:
        architecture: Any architecture.
        operations: Those of its space, with what builds one's own.
    """
    size, parts = _size(architecture.bare, operations)
    text = architecture.text
    short = text if len(text) <= LONG else text[: LONG - 1] + "…"
    said = f"{_words(architecture.bare)} Its string: {short}."
    said = " ".join(filter(None, (said, settings_said(architecture), size)))
    return View(said, _picture(architecture, size, parts))


def _words(architecture: Architecture) -> str:
    if is_of_choices(architecture.nodes):
        return f"{count(len(architecture.nodes) - 2, 'choice')}."
    if has_vertex_operations(architecture):
        layers = count(len(architecture.nodes) - 2, "layer")
        return f"{layers}, {count(len(architecture.edges), 'link')}."
    what = "Genotype" if holds_cells(architecture) else "Cell"
    return f"{what} {notation(architecture)}: {flow(architecture)}"


def _picture(architecture: Architecture, size: str, parts: tuple[Part, ...]) -> AnyChart:
    if not parts:
        return charts.architecture(architecture, subtitle=size if "parameters" in size else "")
    graph = charts.architecture(architecture, width=580)
    return stacked(graph, skeleton(parts, heading="The network it becomes", subtitle=size))


def _size(architecture: Architecture, operations: Operations) -> tuple[str, tuple[Part, ...]]:
    """Its size in words, and the parts of its network; why there is none where it has none."""
    if is_of_choices(architecture.nodes):
        return "What network they make is up to who builds it.", ()
    from nbnas.baselines.known import IMAGES
    from nbnas.training.networks.network import IMAGE, reads_text  # torch takes a second to import
    from nbnas.training.networks.size import Setting, network_size

    if known := next((one for one in IMAGES if one.architecture == architecture), None):
        shape, classes = (3, 32, 32), 10
        weights = f"{known.parameters(shape, classes):,} parameters"
        return f"{weights} for {_shape(*shape)} images of {classes} classes.", ()
    text = reads_text(architecture)
    setting = Setting(classes=TEXT) if text else Setting(operations=tuple(operations))
    if architecture.nodes[0] == IMAGE and isinstance(space_of((architecture,)), CnnSpace):
        setting = Setting((3, 32, 32))
    try:
        size = network_size(architecture, setting)
    except NbnasError as error:
        if own := _unknown(architecture):
            return f"No network can be built of it here: a trainer has its {', '.join(own)}."[
                :300
            ], ()
        return f"No network can be built of it: {error}"[:300], ()
    read = f"one of {setting.classes} letters" if text else _image(setting)
    words = f"{size.parameters:,} parameters, {size.multiply_adds:,} multiply-adds for {read}"
    make = _recurrent if text else _genotype if holds_cells(architecture) else _cells
    parts = make(setting)
    return f"{words}.", () if architecture.nodes[0] == IMAGE else parts


def _image(setting: "Setting") -> str:
    """An image of which there are many sizes; the architecture alone does not tell one's own."""
    like = "digits" if setting.image_shape[0] == 1 else "those of CIFAR-10"
    return f"a {_shape(*setting.image_shape)} image, such as {like}"


def _unknown(architecture: Architecture) -> list[str]:
    """The operations on a cell's edges that somebody has made."""
    if holds_cells(architecture):
        found = genotype_of(architecture)
        return sorted({word for word, _ in (*found.normal, *found.reduce)} - set(OF_DARTS))
    words = {word for _, _, word in architecture.edges}
    return [] if has_vertex_operations(architecture) else sorted(words - set(BUILT_IN))


def _cells(setting: "Setting") -> tuple[Part, ...]:
    """The skeleton of the cell benchmarks; what comes out of each part as C × H × W."""
    (colors, height, width), c = setting.image_shape, setting.channels
    first, second = _shape(c, height, width), _shape(2 * c, height // 2, width // 2)
    cells = count(setting.cells, "cell")
    return (
        Part("image", _shape(colors, height, width)),
        Part("stem", first),
        Part(cells, first, own=True),
        Part("reduction", second),
        Part(cells, second, own=True),
        Part("mean", str(2 * c)),
        Part("classifier", f"{setting.classes} scores"),
    )


def _genotype(setting: "Setting") -> tuple[Part, ...]:
    """The small network of a genotype; what comes out of each part as C × H × W."""
    from nbnas.training.networks.darts.plan import STEM, small_darts_plan

    plan = small_darts_plan(setting.channels, setting.cells)
    cells = [
        Part("reduction" if each.reduction else "normal", _shape(*each.result), own=True)
        for each in plan.planned(setting.image_shape)
    ]
    colors, *sides = setting.image_shape
    return (
        Part("image", _shape(colors, *sides)),
        Part("stem", _shape(STEM * plan.channels, *sides)),
        *cells,
        Part("mean", cells[-1].shape.partition(TIMES)[0]),
        Part("classifier", f"{setting.classes} scores"),
    )


def _recurrent(setting: "Setting") -> tuple[Part, ...]:
    return (
        Part("letter", f"1 of {setting.classes}"),
        Part("embedding", str(setting.channels)),
        Part("cell", "each step", own=True),
        Part("decoder", f"{setting.classes} scores"),
    )


def _shape(*sides: int) -> str:
    return TIMES.join(map(str, sides))
