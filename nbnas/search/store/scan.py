"""All that a store holds, and what of it is damaged; nothing is changed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from nbnas.errors import StoreError
from nbnas.records import Evaluation, Measure
from nbnas.search.store.migrate import columns_of
from nbnas.search.store.rows import from_row, measure_from_text
from nbnas.search.store.schema import STUDIES, TRIALS

ADVICE = 'nbnas.load_trials(..., on_error="skip") gives what can be read'
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Study:
    """A study, as far as it could be read.

    Attributes:
        name: Its name.
        measure: What its values are; `None` where it is from before there were measures.
        trials: What could be read of its trials, by number.
        faults: Why others could not, an error each.
    """

    name: str
    measure: Measure | None
    trials: Mapping[int, Evaluation]
    faults: tuple[StoreError, ...]


def scan(connection: Connection) -> tuple[Study, ...]:
    """Read all studies of a store, whatever its schema; damage is part of what is found.

    What belongs to no study is a fault of one without a name, the last.
    """
    lost: list[StoreError] = []
    rows = defaultdict(list)
    for row in _rows(connection, lost):
        rows[row["study_id"]].append(row)
    query = select(*columns_of(connection, STUDIES)).order_by(STUDIES.c.id)
    entries = [entry._asdict() for entry in connection.execute(query)]
    studies = [_study(entry, rows.pop(entry["id"], [])) for entry in entries]
    lost += [
        StoreError(f"the study of {len(orphans)} trials is lost") for orphans in rows.values()
    ]
    return (*studies, *([Study("", None, {}, tuple(lost))] if lost else []))


def read_rows(
    rows: Iterable[Row], study: str, start: int = 0
) -> Iterator[tuple[int, Evaluation] | StoreError]:
    """Read trials of a study: each of them, or why it cannot be read.

    Args:
        rows: The columns of the trials, in the order of their places.
        study: The name of the study.
        start: The place that the first one must have.
    """
    for row in rows:
        place = place_of(row)
        if isinstance(place, int):
            if place > start:
                yield _gap(study, start, place)
            start = place + 1
        try:
            yield row["number"], from_row(row, study)
        except StoreError as error:
            yield error


def _gap(study: str, start: int, number: int) -> StoreError:
    alone = number == start + 1
    missing = f"trial {start}" if alone else f"trials {start} to {number - 1}"
    verb = "is" if alone else "are"
    return StoreError(f"{missing} of study {study!r} {verb} missing, but trial {number} is there")


def _study(entry: Row, rows: list[Row]) -> Study:
    """Read one study; its own damage comes before that of its trials."""
    faults: list[StoreError] = []
    measure, name = None, str(entry["name"])
    try:
        measure = measure_from_text(entry.get("measure"), name)
    except StoreError as error:
        faults.append(error)
    trials = {}
    for found in read_rows(sorted(rows, key=_order), name):
        if isinstance(found, StoreError):
            faults.append(found)
        else:
            trials[found[0]] = found[1]
    return Study(name, measure, trials, tuple(faults))


def place_of(row: Row) -> Any:  # noqa: ANN401
    """The place of a finished trial, whatever stands there: its number before schema 3."""
    place = row.get("place")
    return row["number"] if place is None else place


def _order(row: Row) -> float:
    """What trials are sorted by; what is no number comes last."""
    place = place_of(row)
    return place if isinstance(place, int) else float("inf")


def _rows(connection: Connection, lost: list[StoreError]) -> Iterator[Row]:
    """All trials; of a file that is damaged midway those before, and those from the end on."""
    query = select(*columns_of(connection, TRIALS))
    seen = set()
    try:
        for row in connection.execute(query.order_by(TRIALS.c.id)):
            seen.add(row.id)
            yield row._asdict()
    except DBAPIError as error:
        lost.append(StoreError(f"the store is damaged, and holds more trials: {error.orig}"))
        try:
            for row in connection.execute(query.order_by(TRIALS.c.id.desc())):
                if row.id in seen:
                    return
                yield row._asdict()
        except DBAPIError:
            return  # it is told of already
