"""Edit scripts: what turns one architecture into another, once their vertices are matched.

Notation
    V        vertices of the larger graph; the smaller one is padded with absent vertices
    codes    `(V + V²,)` labels and operations, see `nbnas.graphs.encoding`
    p        a matching: vertex v of the second graph is p[v] of the first
    columns  `(V + V²,)`: for each place of the codes, the place in the first graph's that p puts
             there
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.encoding import encode, word_of

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit of an edit script.

    Attributes:
        kind: What is done.
        where: The vertex `(v,)` or the edge `(u, v)`, in the first architecture's numbers; a
            vertex that it lacks is numbered from its vertex count on.
        before: The label or operation in the first architecture; empty for an insertion.
        after: The label or operation in the second; empty for a deletion.
    """

    kind: Literal["change", "insert", "delete"]
    where: tuple[int, ...]
    before: str
    after: str

    def __str__(self) -> str:
        """The edit in words."""
        place = ("edge " if len(self.where) == 2 else "vertex ") + "→".join(map(str, self.where))
        match self.kind:
            case "change":
                return f"{place}: {self.before} becomes {self.after}"
            case "insert":
                return f"{place}: insert {self.after}"
            case "delete":
                return f"{place}: delete {self.before}"


def columns_of(p: Integers) -> Integers:
    """The columns `(V + V²,)` of a matching p `(V,)`."""
    square = np.arange(len(p) ** 2).reshape(len(p), len(p)) + len(p)
    return np.concatenate([p, square[np.ix_(p, p)].ravel()])


def script(a: Architecture, b: Architecture, p: Integers) -> tuple[Edit, ...]:
    """The edits from one architecture to another under a matching.

    Args:
        a: The one architecture.
        b: The other.
        p: Which vertex of the first each of the second is `(V,)`, both padded to V vertices.

    Returns:
        An edit for every label and operation that differs; vertices first, by their numbers.
    """
    vertices, columns = len(p), columns_of(p)
    first, second = encode(a, vertices), encode(b, vertices)
    edits = (
        _edit(_place(int(columns[c]), vertices, len(a.nodes)), first[columns[c]], second[c])
        for c in np.flatnonzero(first[columns] != second)
    )
    return tuple(sorted(edits, key=lambda edit: (len(edit.where), edit.where)))


def _place(column: int, vertices: int, own: int) -> tuple[int, ...]:
    """The vertex or edge of the first architecture that a column stands for."""
    if column < vertices:
        return (_number(column, vertices, own),)
    source, target = divmod(column - vertices, vertices)
    return _number(source, vertices, own), _number(target, vertices, own)


def _number(vertex: int, vertices: int, own: int) -> int:
    if vertex == vertices - 1:
        return own - 1
    return vertex if vertex < own - 1 else vertex + 1


def _edit(where: tuple[int, ...], before: np.int16, after: np.int16) -> Edit:
    kind: Literal["change", "insert", "delete"] = "change"
    if not before or not after:
        kind = "delete" if before else "insert"
    return Edit(kind, where, word_of(int(before)), word_of(int(after)))
