"""How an evaluation becomes a row, and a row an evaluation: with every column checked."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from nbnas.errors import NbnasError, SettingError, StoreError
from nbnas.records import Claim, Evaluation, Measure, Origin
from nbnas.records.claim import LONGEST_WORKER
from nbnas.search.store.columns import COLUMNS, FAULTS, object_of, text_of


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
        "reports": json.dumps([report.kept for report in evaluation.reports], default=_plain),
        "measured": json.dumps(dict(evaluation.measured), default=_plain),
        "epochs": _plain(evaluation.epochs),
        **origin_to_row(evaluation.origin),
    }
    for name, value in row.items():
        check_column(name, value)
    return row


def origin_to_row(origin: Origin | None) -> dict[str, Any]:
    """The columns that tell where a trial comes from, but for its number."""
    if origin is None:
        return {}
    pending = json.dumps(list(origin.pending))
    worker = _storable(origin.worker)[:LONGEST_WORKER]
    return {
        "known": origin.known,
        "pending": pending,
        "worker": worker,
        "attempt": origin.attempt,
    }


def claim_to_row(claim: Claim) -> dict[str, Any]:
    """The columns of a claim that it decides itself."""
    graph = claim.architecture.to_json()
    return {
        "number": claim.number,
        "graph": graph,
        "seed": claim.seed,
        "epochs": claim.epochs,
        **origin_to_row(claim.origin),
    }


def claim_from_row(row: Mapping[str, Any], study: str) -> Claim:
    """A claim.

    Raises:
        StoreError: If a column is damaged; it names study, trial and column.
    """
    where = f"trial {row['number']!r:.50} of study {study!r}, which is under way, is damaged"
    names = ("number", "graph", "seed", "known", "pending", "worker", "attempt")
    found = {name: _read(name, row[name], where) for name in names}
    graph, seed = found.pop("graph"), found.pop("seed")
    epochs = _read("epochs", row.get("epochs"), where)
    try:
        return Claim(Origin(**found), graph, seed, epochs=epochs)
    except NbnasError as error:
        raise StoreError(f"{where}: {error}") from error


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
    number, known = columns.pop("number"), columns.pop("known")
    told = {name: columns.pop(name) for name in ("pending", "worker", "attempt")}
    text, columns["architecture"] = columns["architecture"], columns.pop("graph")
    if text != str(columns["architecture"]):
        raise StoreError(f"{where}: columns architecture and graph tell of different ones")
    try:
        origin = Origin(number, number if known is None else known, **told)
        return Evaluation(**columns, origin=origin)
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
        told = {name: value for name, value in object_of(text).items() if value is not None}
        return Measure(**told)
    except (SettingError, *FAULTS) as error:
        raise StoreError(f"study {study!r} is damaged: column measure: {error}") from error


def fingerprint_from_text(text: object, study: str) -> dict[str, str]:
    """The fingerprint of a study.

    Raises:
        StoreError: If it is damaged.
    """
    try:
        return {name: text_of(value) for name, value in object_of(text).items()}
    except FAULTS as error:
        raise StoreError(f"study {study!r} is damaged: column fingerprint: {error}") from error


def _read(name: str, value: object, where: str) -> Any:  # noqa: ANN401
    try:
        return COLUMNS[name](value)
    except FAULTS as error:
        raise StoreError(f"{where}: column {name}: {error}") from error


def _plain(value: Any) -> Any:  # noqa: ANN401
    """A number of numpy or torch as one of Python's, which every database takes."""
    return value.item() if hasattr(value, "item") else value


def _storable(text: str) -> str:
    """A text without what no database takes: lone surrogates, and NUL."""
    return text.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode()


def _finite_or_none(value: float) -> float | None:
    return value if math.isfinite(value) else None
