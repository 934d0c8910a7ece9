"""How tables write architectures, read into the notations of the search spaces.

Notation
    text      the architecture as its space writes it: `str(architecture)`
    naslib    six places in NASLib's list of operations, on the edges 0-1, 0-2, 0-3, 1-2, 1-3, 2-3

References:
    Dong and Yang, NAS-Bench-201, ICLR 2020. Ying et al., NAS-Bench-101, ICML 2019. Ruchte et al.,
    NASLib: a modular and flexible neural architecture search library, 2020.
"""

import ast
import functools
import json
import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from nbnas.errors import ArchitectureError, DataError, SettingError
from nbnas.graphs.space import SearchSpace
from nbnas.graphs.spaces.cell import EDGES, CellSpace, cell
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.search.tables.rows import faults
from nbnas.search.tables.spaces import find_space, official

NASLIB = ("skip_connect", "none", "nor_conv_3x3", "nor_conv_1x1", "avg_pool_3x3")
INDEX = re.compile(r"\d{1,5}(\.0)?", re.A)
PLACES = re.compile(r"[\[(]?\s*\d([\s,;]*\d){5}\s*[\])]?", re.A)
AS_WRITTEN = "text"

Notation = str | SearchSpace


def read_architectures(
    frame: pd.DataFrame, columns: Sequence[str], notation: Notation, where: str
) -> tuple[tuple[str, ...], SearchSpace | None]:
    """Read the architectures of a table.

    Args:
        frame: The table.
        columns: One column; or two, of matrices and operations, as in NAS-Bench-101.
        notation: A word of `NOTATIONS`; a search space, whose notation it is; or empty, for two
            columns or the notation of one of `SPACES`.
        where: What an error calls the column.

    Returns:
        The text of each row's architecture, `n` of them, and the space that they are of; `None`
        where they are taken as they are written.

    Raises:
        DataError: If a row holds no architecture; the message names it.
        SettingError: If there is no such notation.
    """
    read, space = _reader(columns, notation)
    cells: Sequence[object] = [*frame[columns[0]]]
    if len(columns) > 1:
        cells = [*zip(*(frame[name] for name in columns), strict=True)]
    if read is None:
        written = _each(cells, as_text, where)
        space = space if space is not None else _find(written, where)
        read, cells = functools.partial(_parsed, space), written
    return tuple(_each(cells, read, where)), space


def _find(texts: Sequence[str], where: str) -> SearchSpace:
    try:
        return find_space(texts, where)
    except DataError as error:
        raise DataError(f"{error}{_hint(texts[0])}") from error


def as_text(cell: object) -> str:
    """A text without spaces around; JSON of what came as such."""
    if isinstance(cell, str) and cell.strip():
        return cell.strip()
    if isinstance(cell, dict):
        return json.dumps(cell)
    if cell is None or cell is pd.NA or (isinstance(cell, float) and np.isnan(cell)) or cell == "":
        raise ArchitectureError("expected an architecture, got an empty cell")
    if isinstance(cell, list | tuple | np.ndarray):
        return str([int(i) if isinstance(i, np.integer) else i for i in cell])
    return str(cell)


def _parsed(space: SearchSpace, text: object) -> str:
    try:
        return str(space.parse(str(text)))
    except ArchitectureError as error:
        raise ArchitectureError(f"no architecture of {space}: {error}{_hint(text)}") from error


def _reader(
    columns: Sequence[str], notation: Notation
) -> tuple[Callable[[object], str] | None, SearchSpace | None]:
    """What reads a cell, where that is known already, and the space that it is of."""
    if len(columns) == 2 and notation in ("", "nas-bench-101"):
        return read_matrix, DagSpace()
    if len(columns) != 1 or notation == "nas-bench-101":
        raise SettingError(
            "expected one column of architectures, or two, of matrices and operations, with "
            f'notation="nas-bench-101"; got {", ".join(columns)} with notation={notation!r}'
        )
    if not isinstance(notation, str):
        if not isinstance(notation, SearchSpace):
            raise SettingError(f"expected a notation as a word or a space, got {notation!r:.100}")
        return None, notation
    if notation and notation not in NOTATIONS:
        raise SettingError(f"expected a notation out of {', '.join(NOTATIONS)}, got {notation!r}")
    return NOTATIONS.get(notation), None if notation in ("", AS_WRITTEN) else CellSpace()


def _each(
    cells: Sequence[object], read: Callable[[object], str], where: str
) -> list[str]:  # fmt: skip
    found, wrong = [], {}
    for place, content in enumerate(cells):
        try:
            found.append(read(content))
        except (ArchitectureError, ValueError, TypeError, RecursionError) as error:
            wrong[place] = f"{error!s:.400}"
    if wrong:
        raise DataError(f"{where}: {faults(wrong)}")
    return found


def _hint(text: object) -> str:
    if PLACES.fullmatch(str(text)):
        return (
            '; six places in a list of operations? pass notation="naslib" if they are in the '
            "order of NASLib"
        )
    if INDEX.fullmatch(str(text)):
        return (
            '; a number? pass notation="nas-bench-201-index" if it is the index of NAS-Bench-201, '
            "or name the column of architectures"
        )
    return ""


def read_cell(content: object) -> str:
    """The official string of NAS-Bench-201, without spaces."""
    return str(CellSpace().parse(re.sub(r"\s+", "", as_text(content))))


def read_places(content: object) -> str:
    """The cell of six places in NASLib's list of operations."""
    text = as_text(content)
    places = [int(digit) for digit in re.findall(r"\d", text)]
    if not PLACES.fullmatch(text) or max(places) >= len(NASLIB):
        raise ArchitectureError(
            f"expected six numbers from 0 to {len(NASLIB) - 1}, got {text!r:.100}"
        )
    by_edge = {edge: NASLIB[i] for edge, i in zip(sorted(EDGES), places, strict=True)}
    return str(cell([by_edge[edge] for edge in EDGES]))


def read_index(content: object) -> str:
    """The cell of an index of NAS-Bench-201."""
    text = as_text(content)
    cells = official()
    if not INDEX.fullmatch(text) or float(text) >= len(cells):
        raise ArchitectureError(
            f"expected an index of NAS-Bench-201 from 0 to {len(cells) - 1}, got {text!r:.100}"
        )
    return cells[int(float(text))]


def read_matrix(content: object) -> str:
    """The pruned cell of NAS-Bench-101 of a matrix and the operations of all vertices."""
    matrix, operations = (_nested(part) for part in content)  # type: ignore[attr-defined]
    size = len(operations)
    array = np.array(matrix)
    if array.shape != (size, size) or not np.isin(array, (0, 1)).all():
        raise ArchitectureError(
            f"expected a matrix of 0 and 1 with a row and a column for each of the {size} "
            f"operations, got {matrix!r:.200}"
        )
    if size < 2 or (operations[0], operations[-1]) != ("input", "output"):
        raise ArchitectureError(
            f'expected operations from "input" to "output", got {operations!r:.200}'
        )
    pairs = ",".join(f"{u}-{v}" for u, v in np.argwhere(array))
    return str(DagSpace().parse(f"{','.join(map(str, operations[1:-1]))}|{pairs}"))


def _nested(content: object) -> list[object]:
    """A list, also where it came as an array or as its text."""
    if isinstance(content, str):
        try:
            content = ast.literal_eval(content.strip())
        except (ValueError, SyntaxError, MemoryError) as error:
            raise ArchitectureError(f"expected a list, got {content!r:.100}") from error
    if not isinstance(content, list | tuple | np.ndarray):
        raise ArchitectureError(f"expected a list, got {content!r:.100}")
    return [part.tolist() if isinstance(part, np.ndarray) else part for part in content]


NOTATIONS: Mapping[str, Callable[[object], str]] = {
    AS_WRITTEN: as_text,
    "nas-bench-201": read_cell,
    "naslib": read_places,
    "nas-bench-201-index": read_index,
    "nas-bench-101": read_matrix,
}
