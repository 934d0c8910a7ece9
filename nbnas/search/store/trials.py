"""A store as a table, one row a trial."""

import datetime
import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

import pandas as pd

from nbnas.errors import SettingError, StoreError
from nbnas.records import Evaluation, Measure, Origin
from nbnas.search.store.location import Location, reading, url_of
from nbnas.search.store.scan import ADVICE, Study, scan
from nbnas.search.store.schema import TRIALS

COLUMNS = (
    "study",
    "number",
    "architecture",
    "value",
    "test",
    "status",
    "seconds",
    "seed",
    "parameters",
    "started",
    "error",
    "measure",
    "worker",
    "attempt",
    "known",
    "epochs",
)
PREFIX = "measured."  # of a further measure that is called as a column is
TOLD = 3  # faults that one message tells


def load_trials(
    store: Location, study: str | None = None, *, on_error: Literal["raise", "skip"] = "raise"
) -> pd.DataFrame:
    """What a store holds, one row a trial. Nothing in the store is changed.

    Args:
        store: A path of an SQLite file, or an SQLAlchemy URL.
        study: Name of one study; all of them by default.
        on_error: Whether trials that are damaged are an error, or left out with a warning that
            tells how many.

    Returns:
        A table with the columns study, number, architecture (its text), value and test (in the
        unit of the study's measure, as they were measured; missing where there is none), status
        ("completed" or "failed"), seconds, seed, parameters, started (UTC), error, measure (its
        name, with the unit in brackets; missing where a study is from before there were
        measures), worker (who made it; empty where an earlier nbnas did), attempt (which try it
        is, from 1), known (how many trials had finished when it was proposed), epochs (of a look
        at a low fidelity; missing for a full training); and behind them a column for each further
        measure by its name. One that is called as a column is, or begins with "measured.", has
        "measured." before its name.

    Raises:
        StoreError: If there is no such store or study, or it cannot be read; the message names
            study, trial and column.
        SettingError: If `on_error` is neither "raise" nor "skip".
    """
    if not isinstance(on_error, str) or on_error not in ("raise", "skip"):
        raise SettingError(f'expected "raise" or "skip" as on_error, got {on_error!r:.100}')
    studies = read_studies(store)
    _tell(
        [fault for one in studies for fault in one.faults if study in (None, one.name)], on_error
    )
    chosen = [one for one in studies if study in (None, one.name)]
    if study is not None and not any(one.trials or one.faults for one in chosen):
        names = ", ".join(one.name for one in studies if one.trials) or "none"
        raise StoreError(f"{store!s} has no trials of study {study!r}; studies there: {names}")
    return _table(chosen)


def read_studies(store: Location) -> tuple[Study, ...]:
    """All studies of a store, in the order in which they were made; nothing is changed.

    Args:
        store: A path of an SQLite file, or an SQLAlchemy URL.

    Raises:
        StoreError: If there is no such store, or it cannot be read.
    """
    with reading(url_of(store), TRIALS, "trials") as connection:
        return scan(connection)


def _tell(faults: Sequence[StoreError], on_error: str) -> None:
    """Raise what is damaged, or warn of it."""
    said = "; ".join(map(str, faults[:TOLD]))
    more = f"; and {len(faults) - TOLD} more" if len(faults) > TOLD else ""
    if faults and on_error == "raise":
        raise StoreError(f"{said}{more}; {ADVICE}") from faults[0]
    if faults:
        warnings.warn(f"left out {len(faults)}: {said}{more}", stacklevel=3)


def _table(studies: Iterable[Study]) -> pd.DataFrame:
    trials = [
        (_columns(study.name, study.measure, number, evaluation), evaluation.measured)
        for study in studies
        for number, evaluation in sorted(study.trials.items())
    ]
    frame = pd.DataFrame([columns for columns, _ in trials], columns=list(COLUMNS))
    frame = _typed(frame)
    for name in dict.fromkeys(name for _, measured in trials for name in measured):
        clash = name in COLUMNS or name.startswith(PREFIX)
        values = [measured.get(name) for _, measured in trials]
        frame[PREFIX * clash + name] = pd.Series(values, dtype="float64")
    return frame


def _columns(
    study: str, measure: Measure | None, number: int, evaluation: Evaluation
) -> Iterator[Any]:
    yield from (study, number, str(evaluation.architecture), evaluation.value, evaluation.test)
    yield from (evaluation.status, evaluation.seconds, evaluation.seed, evaluation.parameters)
    yield from (evaluation.started, evaluation.error, _title(measure))
    origin = evaluation.origin or Origin(number, number)
    yield from (origin.worker, origin.attempt, origin.known, evaluation.epochs)


def _title(measure: Measure | None) -> str | None:
    if measure is None:
        return None
    return f"{measure.name} ({measure.unit})" if measure.unit else measure.name


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the columns their types, also where a table is empty or a column holds nothing."""
    floats = dict.fromkeys(("value", "test", "seconds"), "float64")
    counts = dict.fromkeys(("number", "seed", "attempt", "known"), "int64")
    frame = frame.astype({**floats, **counts, "parameters": "Int64", "epochs": "Int64"})
    frame["started"] = [
        datetime.datetime.fromtimestamp(seconds, datetime.UTC) for seconds in frame["started"]
    ]
    frame["started"] = pd.to_datetime(frame["started"], utc=True)
    return frame
