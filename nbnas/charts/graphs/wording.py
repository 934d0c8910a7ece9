"""Edits, paths and motifs in the words of the pictures beside which they stand."""

from collections.abc import Iterator, Sequence

from nbnas.charts.graphs.network import shorten
from nbnas.graphs.architecture import LINK, Architecture
from nbnas.graphs.canonical import has_vertex_operations
from nbnas.graphs.distances.edit.script import Edit
from nbnas.graphs.graph import holds_cells
from nbnas.graphs.spaces.darts.graph import name_of_vertex
from nbnas.graphs.values import is_of_choices

TIMES = "\N{MULTIPLICATION SIGN}"
ARROW = " → "


def edit_words(
    edit: Edit | tuple[int, ...], first: Architecture, second: Architecture | None = None
) -> str:
    """What an edit does, or that a vertex or edge differs.

    Args:
        edit: The edit, or the vertex `(v,)` or edge `(u, v)`.
        first: The architecture in whose numbers it is.
        second: What it leads to, where that says how a choice differs.

    Returns:
        The words; ends are called "in" and "out" where the picture calls them so.

    Example:
        >>> from nbnas.graphs.spaces.cell import CellSpace
        >>> a = CellSpace().sample(0, 1)[0]
        >>> edit_words(Edit("insert", (0, 2), "", "nor_conv_1x1"), a)
        'edge in→2: insert conv 1×1'
    """
    where = edit.where if isinstance(edit, Edit) else edit
    if second is not None and _is_choice(where, first, second):
        name, before = first.nodes[where[0]].split("=", 1)
        return f"{name}: {before} becomes {second.nodes[where[0]].split('=', 1)[1]}"
    place = _place(where, first)
    if not isinstance(edit, Edit):
        return f"{place} differs"
    before, after = (_word(word) for word in (edit.before, edit.after))
    match edit.kind:
        case "change":
            return f"{place}: {before or 'plain'} becomes {after or 'plain'}"
        case "insert":
            return f"{place}: insert {after}".rstrip()
        case "delete":
            return f"{place}: delete {before}".rstrip()


def path_words(path: Sequence[str]) -> str:
    """The operations of a path."""
    return ARROW.join(map(shorten, path)) or "straight through"


def motif_words(label: str, count: int) -> str:
    """A label of Weisfeiler and Lehman: an operation, or one with what it reads and who reads it.

    Example:
        >>> motif_words("(input)>nor_conv_1x1>(output)", 1), motif_words("input", 2)
        ('1 × input → [conv 1×1] → output', '2 × input')
    """
    parts = tuple(_split(label, ">"))
    steps = len(parts) // 2  # a round puts what is read before, and who reads behind
    centre = shorten(parts[steps])
    if steps == 0:
        return f"{count} {TIMES} {centre}"
    if steps > 1:
        return f"{count} {TIMES} {steps} steps around [{centre}]"
    before, after = (", ".join(map(shorten, _split(part[1:-1], ","))) for part in parts[::2])
    return f"{count} {TIMES} {ARROW.join(filter(None, (before, f'[{centre}]', after)))}"


def _is_choice(where: tuple[int, ...], first: Architecture, second: Architecture) -> bool:
    """Whether it is a place where two architectures of the same choices choose."""
    alike = all(is_of_choices(a.nodes) for a in (first, second))
    return alike and len(where) == 1 and len(first.nodes) == len(second.nodes)


def _place(where: tuple[int, ...], architecture: Architecture) -> str:
    if holds_cells(architecture) and where[-1] < len(architecture.nodes):
        cell = architecture.nodes[where[-1]]
        return f"{cell} " + "→".join(map(name_of_vertex, where))
    if has_vertex_operations(architecture):
        return ("link " if len(where) == 2 else "vertex ") + "→".join(map(str, where))
    names = {0: "in", len(architecture.nodes) - 1: "out"}
    words = "→".join(names.get(v, str(v)) for v in where)
    return ("edge " if len(where) == 2 else "vertex ") + words


def _word(operation: str) -> str:
    """An operation, or where a link arrives; empty for a plain link."""
    kind, _, port = operation.partition(":")
    return port if kind == LINK else shorten(operation) if operation else ""


def _split(text: str, at: str) -> Iterator[str]:
    """The parts of a text between separators that stand in no brackets; none of no text."""
    depth, start = 0, 0
    for i, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter == at and not depth:
            yield text[start:i]
            start = i + 1
    if text:
        yield text[start:]
