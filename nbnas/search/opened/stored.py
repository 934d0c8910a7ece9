"""One study as its store holds it, whatever the schema; nothing is made or changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, inspect, select
from sqlalchemy.engine import URL

from nbnas.errors import StoreError, shown
from nbnas.records import ACCURACY, Claim, Evaluation, Measure
from nbnas.search.store.location import Location, reading, url_of
from nbnas.search.store.location import shown as shown_url
from nbnas.search.store.migrate import columns_of
from nbnas.search.store.rows import claim_from_row, fingerprint_from_text, measure_from_text
from nbnas.search.store.scan import ADVICE, place_of, read_rows
from nbnas.search.store.schema import CLAIMS, SCHEMA_VERSION, STUDIES, TRIALS

Row = Mapping[str, Any]
SHOWN = 20  # names that a message lists


@dataclass(frozen=True, slots=True)
class StoredStudy:
    """A study.

    Attributes:
        name: Its name.
        words: Its settings: what it remembers of space, objective, strategy, seed and goals.
        measure: What its values are.
        trials: Those that have finished, in their order.
        claims: Those that were under way when it was read, by number.
    """

    name: str
    words: Mapping[str, str]
    measure: Measure
    trials: tuple[Evaluation, ...]
    claims: tuple[Claim, ...]


def read_study(store: Location, name: str | None) -> StoredStudy:
    """Read a study.

    Args:
        store: A path of an SQLite file, or an SQLAlchemy URL.
        name: Its name; `None` for the only one that there is.

    Raises:
        StoreError: If there is no such store or study, it was written by a newer nbnas, or is
            damaged.
    """
    url = url_of(store)
    with reading(url, STUDIES, "studies") as connection:
        return _study(connection, _entry(connection, url, name))


def _entry(connection: Connection, url: URL, name: str | None) -> Row:
    """The row of the study itself."""
    query = select(*columns_of(connection, STUDIES)).order_by(STUDIES.c.id)
    found = {str(row.name): row._asdict() for row in connection.execute(query)}
    if name is None and len(found) == 1:
        (name,) = found
    if name not in found:
        raise StoreError(
            f"expected the name of a study in {shown_url(url)}, got {shown(name)}; studies there: "
            f"{_listed(list(found))}"
        )
    return found[name]


def _listed(names: list[str]) -> str:
    more = f", … ({len(names) - SHOWN} more)" if len(names) > SHOWN else ""
    return (", ".join(map(repr, names[:SHOWN])) + more) or "none"


def _study(connection: Connection, entry: Row) -> StoredStudy:
    name, version = str(entry["name"]), entry["schema_version"]
    if not isinstance(version, int) or version > SCHEMA_VERSION:
        raise StoreError(
            f"study {name!r} was written by a newer nbnas (schema {version!r:.50}, this one knows "
            f"{SCHEMA_VERSION}); update nbnas to open it"
        )
    words = fingerprint_from_text(entry["fingerprint"], name)
    claims = _claims(connection, entry["id"], name)  # first: what finishes meanwhile is in both
    trials = _trials(connection, entry["id"], name)
    done = {e.origin.number for e in trials if e.origin is not None}
    measure = measure_from_text(entry.get("measure"), name) or _usual(trials)
    under_way = tuple(claim for claim in claims if claim.number not in done)
    return StoredStudy(name, words, measure, trials, under_way)


def _trials(connection: Connection, study_id: int, name: str) -> tuple[Evaluation, ...]:
    query = select(*columns_of(connection, TRIALS)).where(TRIALS.c.study_id == study_id)
    rows = [row._asdict() for row in connection.execute(query)]
    rows.sort(key=lambda row: place if isinstance(place := place_of(row), int) else len(rows))
    trials = []
    for found in read_rows(rows, name):
        if isinstance(found, StoreError):
            raise StoreError(f"{found}; {ADVICE}") from found
        trials.append(found[1])
    return tuple(trials)


def _claims(connection: Connection, study_id: int, name: str) -> list[Claim]:
    """What is under way; nothing where an earlier schema has written the store."""
    if not inspect(connection).has_table(CLAIMS.name):
        return []
    query = select(*columns_of(connection, CLAIMS)).where(CLAIMS.c.study_id == study_id)
    rows = connection.execute(query.order_by(CLAIMS.c.number))
    return [claim_from_row(row._asdict(), name) for row in rows]


def _usual(trials: tuple[Evaluation, ...]) -> Measure:
    """What values are of a study from before there were measures: accuracies, if they can be."""
    values = [e.value for e in trials if e.value is not None]
    if all(ACCURACY.lower <= value <= ACCURACY.upper for value in values):
        return ACCURACY
    return Measure("value")
