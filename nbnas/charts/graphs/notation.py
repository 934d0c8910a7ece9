"""Architectures in words: their notation, and how much of one carries data."""

from collections.abc import Sequence

from nbnas.charts import theme
from nbnas.charts.graphs.equation import equations
from nbnas.charts.graphs.network import shorten
from nbnas.graphs.architecture import ZERO, Architecture
from nbnas.graphs.canonical import has_vertex_operations
from nbnas.graphs.graph import holds_cells
from nbnas.graphs.settings import COMMA, joined, write_settings
from nbnas.graphs.spaces.darts.genotype import JOINED, Cell, live_inputs
from nbnas.graphs.spaces.darts.graph import genotype_of
from nbnas.graphs.spaces.recurrent.graph import begins_recurrent
from nbnas.graphs.values import is_of_choices, write


def notation(architecture: Architecture) -> str:
    """A short text for a person: what each later vertex adds up, vertex by vertex.

    An architecture of choices is written as it is, a genotype cell by cell, a recurrent cell as
    equations, and one with operations at its vertices as these, each with what it reads unless
    that is the one before. Settings stand behind.

    Example:
        >>> edges = ((0, 1, "nor_conv_3x3"), (0, 2, "none"), (1, 2, "skip_connect"))
        >>> notation(Architecture(("input", "sum", "output"), edges, "any"))
        '3×3 | –+skip'
    """
    return joined(_graph(architecture), architecture.settings)


def settings_said(architecture: Architecture) -> str:
    """The settings of an architecture in one line; empty where it has none."""
    return f"With {write_settings(architecture.settings)}." if architecture.settings else ""


def settings_within(architecture: Architecture, letters: int) -> str:
    """The settings of an architecture; their values alone where there is no more room."""
    said = write_settings(architecture.settings)
    values = (write(value) for _, value in architecture.settings)
    return said if len(said) <= letters else COMMA.join(values)


def settings_first(architecture: Architecture) -> str:
    """The values of its settings before its graph, for a place where the end is cut off.

    Candidates often differ in their settings alone.
    """
    values = COMMA.join(write(value) for _, value in architecture.settings)
    return f"{values}: {_graph(architecture)}" if values else _graph(architecture)


def _graph(architecture: Architecture) -> str:
    if is_of_choices(architecture.nodes):
        return architecture.text
    if holds_cells(architecture):
        found = genotype_of(architecture)
        return f"{_cell(found.normal)} // {_cell(found.reduce)}"
    if begins_recurrent(architecture):
        return equations(architecture)
    if has_vertex_operations(architecture):
        return _vertices(architecture)
    known = theme.styles(operations_of([architecture]))
    full = len(architecture.edges) == len(architecture.nodes) * (len(architecture.nodes) - 1) // 2
    groups = []
    for vertex in range(1, len(architecture.nodes)):
        incoming = [(s, op) for s, t, op in architecture.edges if t == vertex]
        terms = [known[op].short + ("" if full else f"({source})") for source, op in incoming]
        groups.append("+".join(terms) or theme.NOTHING)
    return " | ".join(groups)


def _cell(cell: Cell) -> str:
    """What each vertex of a genotype's cell adds up, with the number of what is read."""
    known = theme.styles({word for word, _ in cell})
    said = [f"{known[word].short}({source})" for word, source in cell]
    return " | ".join("+".join(said[place : place + 2]) for place in range(0, len(said), 2))


def _vertices(architecture: Architecture) -> str:
    """The operations at the vertices between input and output; the inputs have numbers from 0."""
    said = []
    for vertex, label in list(enumerate(architecture.nodes))[1:]:
        read = [source for source, target, _ in architecture.edges if target == vertex]
        last = vertex == len(architecture.nodes) - 1
        word = "" if last else shorten(label)
        if read != [vertex - 1]:
            word = f"{word or 'output'}({', '.join(map(str, read))})"
        said += [word] if word else []
    return " | ".join(said) or theme.NOTHING


def flow(architecture: Architecture) -> str:
    """One sentence on how much of an architecture carries data from its input to its output."""
    if holds_cells(architecture):
        return _flow_of_cells(architecture)
    total, used = len(architecture.edges), sum(useful(architecture))
    if not used:
        return "Nothing flows: no path leads from the input to the output."
    idle = sum(op != ZERO for _, _, op in architecture.edges) - used
    text = f"{used} of {theme.count(total, 'edge')} carry data from input to output"
    leads = "leads" if idle == 1 else "lead"
    return f"{text}; {idle} more {leads} nowhere (faint)." if idle else f"{text}."


def _flow_of_cells(architecture: Architecture) -> str:
    found, total = genotype_of(architecture), 4 * len(JOINED)
    used = sum(len(some) for c in (found.normal, found.reduce) for some in live_inputs(c).values())
    return f"{used} of {total} operations carry data; a cell's output joins its vertices."


def useful(architecture: Architecture) -> list[bool]:
    """For each edge, whether it lies on a path of operations from the input to the output."""
    edges = [(s, t) for s, t, op in architecture.edges if op != ZERO]
    fed, read = {0}, {len(architecture.nodes) - 1}
    for source, target in sorted(edges):
        fed |= {target} if source in fed else set()
    for source, target in sorted(edges, reverse=True):
        read |= {source} if target in read else set()
    return [op != ZERO and s in fed and t in read for s, t, op in architecture.edges]


def operations_of(architectures: Sequence[Architecture]) -> set[str]:
    """All operations that occur."""
    return {op for each in architectures for _, _, op in each.edges}
