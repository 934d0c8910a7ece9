"""What one architecture has that another lacks, in a line of words of their space.

Notation
    own, other   the architecture that is told about, and the one that it is held against
"""

from collections import Counter
from collections.abc import Sequence

from nbnas.graphs.architecture import LINK, ZERO, Architecture
from nbnas.graphs.canonical import functional_form, has_vertex_operations
from nbnas.graphs.distances.edit.distance import MAX_RENUMBERED, EditDistance
from nbnas.graphs.distances.edit.script import Edit

MOST = 6  # edits that are told one by one


def contrast(own: Architecture, other: Architecture) -> str:
    """Say what an architecture has where another one has something else.

    Cells with operations on their edges are compared edge by edge, since their vertices keep their
    places; other graphs of up to 8 vertices by the shortest edit script. Where that is long, or
    makes or removes vertices, operations are counted instead.

    Args:
        own: What is told about; vertices have its numbers.
        other: What it is held against, called "it" in the words.

    Returns:
        Words.

    Example:
        >>> from nbnas.graphs.spaces.cell import CellSpace
        >>> a = CellSpace().sample(0, 1)[0]
        >>> contrast(a, CellSpace().neighbors(a)[-1])
        'none on edge 2→3 where it has avg_pool_3x3'
    """
    if own == other:
        return "nothing: it is the same"
    places = _places(own, other)
    said = "; ".join(places) if 0 < len(places) <= MOST else _counts(own, other)
    if functional_form(own) == functional_form(other):
        return f"nothing that counts, both compute the same; {said}"
    return said


def _places(own: Architecture, other: Architecture) -> Sequence[str]:
    """One phrase for each vertex or edge that differs; none where they cannot be told apart."""
    if not has_vertex_operations(own) and own.nodes == other.nodes:
        return _edges(own, other)
    if max(len(own.nodes), len(other.nodes)) > MAX_RENUMBERED:
        return ()
    script = EditDistance().explain(own, other)
    if any(len(edit.where) == 1 and edit.kind != "change" for edit in script):
        return ()
    return [_phrase(edit, own) for edit in script]


def _edges(own: Architecture, other: Architecture) -> list[str]:
    mine, its = ({(u, v): label for u, v, label in a.edges} for a in (own, other))
    return [
        f"{mine.get(edge, ZERO)} on edge {edge[0]}→{edge[1]} where it has {its.get(edge, ZERO)}"
        for edge in sorted({*mine, *its})
        if mine.get(edge, ZERO) != its.get(edge, ZERO)
    ]


def _phrase(edit: Edit, own: Architecture) -> str:
    place = "→".join(map(str, edit.where))
    if len(edit.where) == 1:
        return f"{edit.before} at vertex {place} where it has {edit.after}"
    if not has_vertex_operations(own):
        return f"{edit.before or ZERO} on edge {place} where it has {edit.after or ZERO}"
    match edit.kind:
        case "insert":
            return f"no link {place}, which it has"
        case "delete":
            return f"a link {place}, which it lacks"
        case "change":
            return f"{edit.before} {place} where it has {edit.after}"


def _counts(own: Architecture, other: Architecture) -> str:
    """How many more and fewer of each operation, the largest differences first."""
    mine, its = _inventory(own), _inventory(other)
    excess = {word: mine[word] - its[word] for word in sorted({*mine, *its})}
    ranked = sorted(excess.items(), key=lambda item: (-abs(item[1]), item[0]))
    phrases = [_excess(word, n) for word, n in ranked if n]
    rest = len(phrases) - MOST
    more = [f"and {rest} more kinds of difference"] if rest > 0 else []
    return ", ".join([*phrases[:MOST], *more]) or "the same operations, connected otherwise"


def _excess(word: str, n: int) -> str:
    plural = "s" if word == "link" and abs(n) > 1 else ""
    return f"{abs(n)} {'more' if n > 0 else 'fewer'} {word}{plural}"


def _inventory(architecture: Architecture) -> Counter[str]:
    """How often there is each operation, and a link."""
    labels = (label for _, _, label in architecture.edges if label != ZERO)
    edges = ("link" if label.partition(":")[0] == LINK else label for label in labels)
    return Counter((*architecture.nodes[1:-1], *edges))
