"""Genotypes: how architectures of DARTS are written in papers and code, read and written.

Notation
    0, 1       what a cell reads: what the cell before the last one gave, and the last one
    2 … 5      the vertices of a cell, each of which adds what two operations make of two earlier
               ones; the cell's output joins all four
    (op, u)    an input of a vertex: the operation and what it reads

    Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), …], normal_concat=range(2, 6),
             reduce=[…], reduce_concat=range(2, 6))

References:
    Liu, Simonyan and Yang, DARTS: Differentiable Architecture Search, ICLR 2019; `genotypes.py`
    of their code.
"""

import ast
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nbnas.errors import ArchitectureError
from nbnas.graphs.graph import ZERO
from nbnas.graphs.spaces.operation import NAME, OF_DARTS

VERTICES = 4  # of a cell, after its two inputs
NORMAL, REDUCE = "normal", "reduce"
JOINED = tuple(range(2, 2 + VERTICES))
OPERATIONS = OF_DARTS

LONGEST = 5_000  # letters of a text that is read; a genotype has some 700
_FIELDS = (NORMAL, f"{NORMAL}_concat", REDUCE, f"{REDUCE}_concat")

Input = tuple[str, int]
Cell = tuple[Input, ...]


@dataclass(frozen=True, slots=True)
class Genotype:
    """A normal and a reduction cell.

    Attributes:
        normal: The inputs of the vertices 2, 2, 3, 3, 4, 4, 5, 5 of the normal cell; of the two
            of a vertex first the one that reads the earlier one.
        reduce: Those of the reduction cell.
    """

    normal: Cell
    reduce: Cell

    def __str__(self) -> str:
        """The published notation."""
        normal, reduce = list(self.normal), list(self.reduce)
        return (
            f"Genotype(normal={normal}, normal_concat={_CONCAT}, "
            f"reduce={reduce}, reduce_concat={_CONCAT})"
        )


_CONCAT = f"range({JOINED[0]}, {JOINED[-1] + 1})"


@functools.lru_cache(maxsize=50_000)
def read_genotype(text: str, words: tuple[str, ...] | None = OPERATIONS) -> Genotype:
    """Read the text of a genotype; nothing of it is run.

    Args:
        text: Such as "Genotype(normal=[…], normal_concat=[2, 3, 4, 5], reduce=[…],
            reduce_concat=range(2, 6))".
        words: The operations that there are; `None` for DARTS' and any of somebody's own.

    Returns:
        The genotype, the two inputs of each vertex in the order of what they read.

    Raises:
        ArchitectureError: If it is no such text; the message says where and why.
    """
    fields = _fields(text)
    for name in (NORMAL, REDUCE):
        _check_joined(f"{name}_concat", fields[f"{name}_concat"])
    return Genotype(*(_cell(name, fields[name], words) for name in (NORMAL, REDUCE)))


def vertex_of(place: int) -> int:
    """The vertex, 2 to 5, to which an input of a cell belongs, by its place from 0 to 7."""
    return 2 + place // 2


def live_inputs(cell: Cell) -> dict[int, tuple[Input, ...]]:
    """The inputs of each of the vertices 2 to 5 that bring something.

    What begins with nothing is left out, so that a vertex all of whose inputs are is empty.
    """
    found: dict[int, tuple[Input, ...]] = {0: (("", 0),), 1: (("", 1),)}
    for vertex in JOINED:
        own = (one for place, one in enumerate(cell) if vertex_of(place) == vertex)
        found[vertex] = tuple(one for one in own if one[0] != ZERO and found[one[1]])
    return {vertex: found[vertex] for vertex in JOINED}


def _fields(text: str) -> dict[str, Any]:
    """The values of the four fields: lists, tuples, texts and whole numbers, and ranges."""
    if len(text) > LONGEST:
        raise ArchitectureError(
            f"expected a genotype of up to {LONGEST:,} letters, got {len(text):,}: {text!r:.100}"
        )
    try:
        body = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ArchitectureError(f"expected {_FORM}, got {text!r:.200} ({error})") from error
    match body:
        case ast.Call(func=ast.Name(id="Genotype"), args=[], keywords=keywords):
            names = [keyword.arg for keyword in keywords]
            if sorted(map(str, names)) == sorted(_FIELDS):
                return {str(each.arg): _value(each.value, str(each.arg)) for each in keywords}
            raise ArchitectureError(
                f"expected the fields {', '.join(_FIELDS)} of a genotype, each once, got "
                f"{', '.join(map(str, names))[:200]}"
            )
    raise ArchitectureError(f"expected {_FORM}, got {text!r:.200}")


_FORM = "Genotype(normal=[…], normal_concat=range(2, 6), reduce=[…], reduce_concat=range(2, 6))"


def _value(node: ast.expr, where: str) -> Any:  # noqa: ANN401
    match node:
        case ast.Constant(value=str() | int() as value) if not isinstance(value, bool):
            return value
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return tuple(_value(part, where) for part in parts)
        case ast.Call(func=ast.Name(id="range"), args=[first, last], keywords=[]):
            ends = _value(first, where), _value(last, where)
            if all(isinstance(end, int) and end < 100 for end in ends):
                return tuple(range(*ends))
    raise ArchitectureError(
        f"{where}: expected lists of ('operation', number), whole numbers or range(2, 6), got "
        f"{ast.unparse(node)!r:.100}"
    )


def _check_joined(name: str, given: object) -> None:
    if not isinstance(given, tuple) or set(given) != set(JOINED) or len(given) != VERTICES:
        raise ArchitectureError(
            f"{name}: expected {_CONCAT} or {list(JOINED)}, as the output of a cell of DARTS "
            f"joins all its vertices, got {given!r:.100}"
        )


def _cell(name: str, given: object, words: tuple[str, ...] | None) -> Cell:
    if not isinstance(given, tuple) or len(given) != 2 * VERTICES:
        raise ArchitectureError(
            f"{name}: expected {2 * VERTICES} inputs ('operation', number), two for each of the "
            f"vertices {JOINED[0]} to {JOINED[-1]}, got {given!r:.200}"
        )
    inputs = [_input(name, place, one, words) for place, one in enumerate(given)]
    pairs = [
        _ordered(name, inputs[place : place + 2], place) for place in range(0, len(inputs), 2)
    ]
    return tuple(one for pair in pairs for one in pair)


def _input(name: str, place: int, given: object, words: tuple[str, ...] | None) -> Input:
    vertex = vertex_of(place)
    where = f"{name}, input {place % 2 + 1} of vertex {vertex}"
    match given:
        case (str(operation), int(source)):
            if not _is_known(operation, words):
                allowed = "a name" if words is None else ", ".join(words)
                raise ArchitectureError(
                    f"{where}: unknown operation {operation!r:.100}; allowed: {allowed}"
                )
            if not 0 <= source < vertex:
                raise ArchitectureError(
                    f"{where}: expected it to read one of 0 to {vertex - 1}, got {source}"
                )
            return operation, source
    raise ArchitectureError(f"{where}: expected ('operation', number), got {given!r:.100}")


def _is_known(operation: str, words: tuple[str, ...] | None) -> bool:
    return bool(NAME.fullmatch(operation)) if words is None else operation in words


def _ordered(name: str, pair: Sequence[Input], place: int) -> list[Input]:
    if pair[0][1] == pair[1][1]:
        raise ArchitectureError(
            f"{name}, vertex {vertex_of(place)}: expected it to read two different ones, got "
            f"{pair[0][1]} twice"
        )
    return sorted(pair, key=lambda one: one[1])
