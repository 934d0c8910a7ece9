"""The file of a benchmark: a CSV table of queries that grows run by run and survives a kill.

Beside `runs/bench.csv` stands `runs/bench.csv.json`, which holds what decides the numbers: the
table's content and columns, the batch, and the settings of each strategy. So the file can be gone
on with under the same settings only, while strategies, seeds and queries may be added.

A finished run is appended in one write and is on disk when that returns. A last line without an
end, as a kill may leave it, is taken out before anything is appended. A run counts as finished if
its queries 1 … k are there in order, with k at least the number that is asked for; a shorter one
stays until its successor is finished.

Where the table knows training times there is one more column, `clock`. Where it has fidelities
there are `epochs` and `cost`; there values may be missing: that of a failed trial, and the best
one while no training went all the way. Where there are several goals, the last column is
`hypervolume_regret`.
"""

import csv
import io
import itertools
import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

from nbnas.errors import DataError, StoreError
from nbnas.search.benchmark.reading.settings import Settings, agree, beside

Pair = tuple[str, int]  # strategy and seed


@dataclass(frozen=True, slots=True)
class Row:
    """One query in the file; values are in the unit of the table's file.

    Attributes:
        strategy: What the strategy is called.
        seed: Seed of the run.
        query: Number of the query, from 1.
        architecture: Text of what was asked for.
        value: What was measured of it; `None` for a failed trial.
        best: The best one so far, of full trainings; `None` where there is none yet.
        test_of_best: Value on test data of the architecture with that one, where it is known.
        seconds: Seconds that the strategy took to suggest the architecture.
        clock: When its training ended, in simulated seconds since the run began; `None` where the
            table knows no time.
        epochs: How far its training went; `None` where the table has full trainings only.
        cost: What all trainings up to this one took, in full ones; `None` likewise.
        hypervolume_regret: What is missing of the normalised hypervolume of the table's front;
            `None` where there is one goal.
    """

    strategy: str
    seed: int
    query: int
    architecture: str
    value: float | None
    best: float | None
    test_of_best: float | None
    seconds: float
    clock: float | None = None
    epochs: int | None = None
    cost: float | None = None
    hypervolume_regret: float | None = None


Columns = tuple[str, ...]
ALL: Columns = tuple(part.name for part in fields(Row))
COLUMNS = ALL[:-4]
OPTIONAL = {"table.cost": ALL[-4:-3], "table.fidelities": ALL[-3:-1], "table.goal 2": ALL[-1:]}
Runs = dict[Pair, tuple[Row, ...]]


def open_file(path: Path, settings: Settings, strategies: Mapping[str, Settings]) -> Runs:
    """Read what the file holds already, and make it ready to be appended to.

    Args:
        path: The CSV file; it and its folder are made if missing.
        settings: What decides the numbers of all runs; with "table.cost" they have a clock, with
            "table.fidelities" a cost, and with "table.goal 2" a hypervolume regret.
        strategies: What decides those of each strategy.

    Returns:
        The runs in the file, each from its query 1 on without a gap; of runs that stand in it
        twice, the longer one.

    Raises:
        StudyMismatchError: If the file was made with other settings; all differences are named.
        DataError: If it is no such file.
        StoreError: If it cannot be read or written.
    """
    told = beside(path)
    with _file_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_bytes().decode() if path.exists() else ""
        _check_known(path, told, text)
        stored = json.loads(told.read_text()) if text else {}
        known = agree(path, stored, settings, strategies)
        runs = _read(path, text)
        replace(told, json.dumps(known, indent=1))
        whole = _write(runs, columns_for(settings))
        if text != whole:
            replace(path, whole)
    return runs


def columns_for(settings: Collection[str]) -> Columns:
    """The columns of a file whose runs have a clock, a cost or several goals, or none of these.

    Args:
        settings: The names of what decides the numbers.
    """
    more = (columns for name, columns in OPTIONAL.items() if name in settings)
    return (*COLUMNS, *itertools.chain.from_iterable(more))


HEADERS = {
    ",".join(found): found
    for n in range(len(OPTIONAL) + 1)
    for found in map(columns_for, itertools.combinations(OPTIONAL, n))
}


def append_run(path: Path, rows: Iterable[Row]) -> None:
    """Write a finished run of a pair that the file does not hold yet; on return it is on disk.

    Raises:
        StoreError: If it cannot be written.
    """
    with _file_errors(path), path.open("ab") as file:
        file.write(_lines(rows).encode())
        file.flush()
        os.fsync(file.fileno())


def replace_run(path: Path, rows: tuple[Row, ...]) -> None:
    """As `append_run`, for a pair of which the file holds a shorter run: that one goes.

    Raises:
        StoreError: If it cannot be written.
    """
    with _file_errors(path):
        runs = _read(path, path.read_bytes().decode())
        replace(path, _write({**runs, _pair(rows[0]): rows}, _columns(rows[0])))


def replace(path: Path, text: str) -> None:
    """Put a text in the place of a file, so that a kill leaves the old one or the new one."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.part")
    with draft.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)


@contextmanager
def _file_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise StoreError(
            f"the results {path} cannot be used: {error}; no finished run in it is lost"
        ) from error


def _check_known(path: Path, told: Path, text: str) -> None:
    if text and text.splitlines()[0] not in HEADERS:
        raise DataError(
            f"expected the columns {','.join(COLUMNS)} in {path}, got "
            f"{text.splitlines()[0]!r:.200}; give another output"
        )
    if text and not told.exists():
        raise DataError(
            f"expected {told} beside {path}, which says how its numbers were made; "
            "give another output, or remove the file"
        )


def _read(path: Path, text: str) -> Runs:
    """The runs of a file; what follows the last end of a line is a torn line, and left out."""
    whole = text[: text.rfind("\n") + 1]
    columns = HEADERS.get(whole.partition("\n")[0], COLUMNS)
    runs: Runs = {}
    part: list[Row] = []
    for number, cells in enumerate(csv.reader(io.StringIO(whole)), 1):
        if number == 1:
            continue
        row = _row(cells, columns, f"{path}, line {number}")
        follows = part and _pair(part[-1]) == _pair(row) and row.query == len(part) + 1
        if not follows:
            _keep(runs, part)
            part = []
        if row.query == len(part) + 1:
            part.append(row)
    _keep(runs, part)
    return runs


def _keep(runs: Runs, part: list[Row]) -> None:
    if part and len(part) > len(runs.get(_pair(part[0]), ())):
        runs[_pair(part[0])] = tuple(part)


def _pair(row: Row) -> Pair:
    return row.strategy, row.seed


def _row(cells: list[str], columns: Columns, where: str) -> Row:
    try:
        said = dict(zip(columns, cells, strict=True))
        numbers = {name: float(said[name]) for name in columns[4:] if said[name]}
        epochs = int(said["epochs"]) if "epochs" in columns else None
        needed = ("cost",) if epochs else ("value", "best")
        if {"seconds", *needed, *({"hypervolume_regret"} & {*columns})} - {*numbers}:
            raise ValueError("a number is missing")
        return Row(
            *(said["strategy"], int(said["seed"]), int(said["query"]), said["architecture"]),
            *(numbers.get("value"), numbers.get("best"), numbers.get("test_of_best")),
            seconds=numbers["seconds"],
            clock=numbers.get("clock"),
            epochs=epochs,
            cost=numbers.get("cost"),
            hypervolume_regret=numbers.get("hypervolume_regret"),
        )
    except ValueError as error:
        raise DataError(f"{where}: expected {','.join(columns)}, got {cells!r:.200}") from error


def _write(runs: Runs, columns: Columns) -> str:
    return ",".join(columns) + "\n" + "".join(_lines(rows) for rows in runs.values())


def _columns(row: Row) -> Columns:
    told = row.clock, row.cost, row.hypervolume_regret
    named = zip(OPTIONAL, told, strict=True)
    return columns_for([name for name, number in named if number is not None])


def _lines(rows: Iterable[Row]) -> str:
    """Rows as CSV; numbers so that they are read back the same."""
    file = io.StringIO()
    cells = ([getattr(row, name) for name in _columns(row)] for row in rows)
    csv.writer(file, lineterminator="\n").writerows(cells)
    return file.getvalue()
