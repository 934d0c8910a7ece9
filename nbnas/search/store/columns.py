"""What each column of a trial may hold: what is read from it, or why it is damaged."""

import functools
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, get_args

from nbnas.graphs.architecture import Architecture
from nbnas.records import EpochReport
from nbnas.records.evaluation import Status

MAY_BE_NONE = {field.name for field in fields(EpochReport) if field.default is None}
LATEST = 9e9  # seconds since 1970: the year 2255, which every type for dates can hold
FAULTS = (ValueError, TypeError, KeyError, RecursionError)  # also of JSON and of nbnas


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


def text_of(value: object) -> str:
    """A text that every database takes."""
    if not isinstance(value, str):
        raise ValueError(f"expected a text, got {value!r:.100}")
    value.encode()  # a lone surrogate stands for bytes that are no text
    return value


def _epochs(value: object) -> int:
    if _whole(value) < 1:
        raise ValueError(f"expected a number of epochs from 1, got {value}")
    return _whole(value)


def _status(value: object) -> str:
    if value not in get_args(Status):
        raise ValueError(f"expected one of {', '.join(get_args(Status))}, got {value!r:.100}")
    return str(value)


def _graph(value: object) -> Architecture:
    return _read_graph(text_of(value))


@functools.lru_cache(maxsize=1_000)
def _read_graph(text: str) -> Architecture:
    """An architecture; what is under way is read again after each trial."""
    return Architecture.from_json(text)


def object_of(text: object) -> dict[str, Any]:
    """A JSON object."""
    found = json.loads(text_of(text))
    if not isinstance(found, dict):
        raise ValueError(f"expected a JSON object, got {found!r:.100}")
    return found


def _reports(text: object) -> tuple[EpochReport, ...]:
    found = json.loads(text_of(text))
    if not isinstance(found, list) or not all(isinstance(report, dict) for report in found):
        raise ValueError(f"expected a JSON list of reports, got {found!r:.100}")
    for name, number in (item for report in found for item in report.items()):
        if number is not None or name not in MAY_BE_NONE:
            _number(number)
    return tuple(EpochReport(**report) for report in found)


def _measured(text: object) -> dict[str, float]:
    found = {} if text is None else object_of(text)
    return {name: _number(value) for name, value in found.items()}


def _numbers(text: object) -> tuple[int, ...]:
    found = [] if text is None else json.loads(text_of(text))
    if not isinstance(found, list):
        raise ValueError(f"expected a JSON list of numbers, got {found!r:.100}")
    return tuple(_count(number) for number in found)


def _optional(read: Callable[[object], Any]) -> Callable[[object], Any]:
    return lambda value: None if value is None else read(value)


COLUMNS: Mapping[str, Callable[[object], Any]] = {
    "number": _count,
    "architecture": text_of,
    "graph": _graph,
    "value": _optional(_finite),
    "test": _optional(_finite),
    "status": _status,
    "seconds": _finite,
    "seed": _whole,
    "parameters": _optional(_whole),
    "multiply_adds": _optional(_whole),
    "started": _time,
    "error": _optional(text_of),
    "reports": _reports,
    "measured": _measured,
    "known": _optional(_count),
    "pending": _numbers,
    "worker": lambda value: "" if value is None else text_of(value),
    "attempt": lambda value: 1 if value is None else _count(value),
    "epochs": _optional(_epochs),
}
