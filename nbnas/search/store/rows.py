"""How an evaluation becomes a row, and a row an evaluation: with every column checked."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from typing import Any, get_args

from nbnas.errors import NbnasError, SettingError, StoreError
from nbnas.graphs.architecture import Architecture
from nbnas.records import EpochReport, Evaluation, Measure
from nbnas.records.evaluation import Status

MAY_BE_NONE = {field.name for field in fields(EpochReport) if field.default is None}
LATEST = 9e9  # seconds since 1970: the year 2255, which every type for dates can hold


def to_row(evaluation: Evaluation) -> dict[str, Any]:
    """The columns of a trial that its evaluation decides, as plain numbers and texts.

    Raises:
        StoreError: If a column could not be read back, such as a time that is no number.
    """
    row = {
        "architecture": _storable(str(evaluation.architecture)),
        "graph": evaluation.architecture.to_json(),
        "value": _plain(evaluation.value),
        "test": _plain(evaluation.test),
        "status": evaluation.status,
        "seconds": _plain(evaluation.seconds),
        "seed": _plain(evaluation.seed),
        "parameters": _plain(evaluation.parameters),
        "multiply_adds": _plain(evaluation.multiply_adds),
        "started": _plain(evaluation.started),
        "error": None if evaluation.error is None else _storable(evaluation.error),
        "reports": json.dumps([asdict(report) for report in evaluation.reports], default=_plain),
        "measured": json.dumps(dict(evaluation.measured), default=_plain),
    }
    for name, value in row.items():
        check_column(name, value)
    return row


def check_column(name: str, value: object) -> object:
    """Check that what goes into a column of a trial can be read back.

    Returns:
        The value, as a plain number or text.

    Raises:
        StoreError: If it could not be.
    """
    value = _plain(value)
    _read(name, value, "the evaluation cannot be stored")
    return value


def from_row(row: Mapping[str, Any], study: str) -> Evaluation:
    """The evaluation of a trial.

    Args:
        row: Its columns by name; one that schema 1 did not know may be absent.
        study: The name of its study, for the error.

    Raises:
        StoreError: If a column is damaged; it names study, trial and column.
    """
    where = f"trial {row['number']!r:.50} of study {study!r} is damaged"
    columns = {name: _read(name, row.get(name), where) for name in COLUMNS}
    del columns["number"]
    text, columns["architecture"] = columns["architecture"], columns.pop("graph")
    if text != str(columns["architecture"]):
        raise StoreError(f"{where}: columns architecture and graph tell of different ones")
    try:
        return Evaluation(**columns)
    except NbnasError as error:
        raise StoreError(f"{where}: columns value and status: {error}") from error


def measure_to_text(measure: Measure) -> str:
    """A measure as JSON; a bound that is infinite is null."""
    told = asdict(measure)
    bounds = {name: _finite_or_none(told[name]) for name in ("lower", "upper")}
    return json.dumps({**told, **bounds})


def measure_from_text(text: object, study: str) -> Measure | None:
    """The measure of a study; `None` where schema 1 has written it.

    Raises:
        StoreError: If it is damaged.
    """
    if text is None:
        return None
    try:
        told = {name: value for name, value in _object(text).items() if value is not None}
        return Measure(**told)
    except (SettingError, *_FAULTS) as error:
        raise StoreError(f"study {study!r} is damaged: column measure: {error}") from error


def fingerprint_from_text(text: object, study: str) -> dict[str, str]:
    """The fingerprint of a study.

    Raises:
        StoreError: If it is damaged.
    """
    try:
        return {name: _text(value) for name, value in _object(text).items()}
    except _FAULTS as error:
        raise StoreError(f"study {study!r} is damaged: column fingerprint: {error}") from error


def _read(name: str, value: object, where: str) -> Any:  # noqa: ANN401
    try:
        return COLUMNS[name](value)
    except _FAULTS as error:
        raise StoreError(f"{where}: column {name}: {error}") from error


_FAULTS = (ValueError, TypeError, KeyError, RecursionError)  # also of JSON and of nbnas


def _plain(value: Any) -> Any:  # noqa: ANN401
    """A number of numpy or torch as one of Python's, which every database takes."""
    return value.item() if hasattr(value, "item") else value


def _storable(text: str) -> str:
    """A text without what no database takes: lone surrogates, and NUL."""
    return text.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode()


def _finite_or_none(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"expected a number, got {value!r:.100}")
    return value


def _finite(value: object) -> float:
    number = float(_number(value))
    if not math.isfinite(number):
        raise ValueError(f"expected a finite number, got {number}")
    return number


def _time(value: object) -> float:
    seconds = _finite(value)
    if abs(seconds) > LATEST:
        raise ValueError(f"expected seconds since 1970, got {seconds:g}, which is no date")
    return seconds


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 2**63:
        raise ValueError(f"expected a whole number below 2**63, got {value!r:.100}")
    return value


def _count(value: object) -> int:
    if _whole(value) < 0:
        raise ValueError(f"expected a number from 0, got {value}")
    return _whole(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"expected a text, got {value!r:.100}")
    value.encode()  # a lone surrogate stands for bytes that are no text
    return value


def _status(value: object) -> str:
    if value not in get_args(Status):
        raise ValueError(f"expected one of {', '.join(get_args(Status))}, got {value!r:.100}")
    return str(value)


def _graph(value: object) -> Architecture:
    return Architecture.from_json(_text(value))


def _object(text: object) -> dict[str, Any]:
    found = json.loads(_text(text))
    if not isinstance(found, dict):
        raise ValueError(f"expected a JSON object, got {found!r:.100}")
    return found


def _reports(text: object) -> tuple[EpochReport, ...]:
    found = json.loads(_text(text))
    if not isinstance(found, list) or not all(isinstance(report, dict) for report in found):
        raise ValueError(f"expected a JSON list of reports, got {found!r:.100}")
    for name, number in (item for report in found for item in report.items()):
        if number is not None or name not in MAY_BE_NONE:
            _number(number)
    return tuple(EpochReport(**report) for report in found)


def _measured(text: object) -> dict[str, float]:
    found = {} if text is None else _object(text)
    return {name: _number(value) for name, value in found.items()}


def _optional(read: Callable[[object], Any]) -> Callable[[object], Any]:
    return lambda value: None if value is None else read(value)


COLUMNS: Mapping[str, Callable[[object], Any]] = {
    "number": _count,
    "architecture": _text,
    "graph": _graph,
    "value": _optional(_finite),
    "test": _optional(_finite),
    "status": _status,
    "seconds": _finite,
    "seed": _whole,
    "parameters": _optional(_whole),
    "multiply_adds": _optional(_whole),
    "started": _time,
    "error": _optional(_text),
    "reports": _reports,
    "measured": _measured,
}
