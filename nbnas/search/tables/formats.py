"""The text of a table as a DataFrame: CSV with any separator, JSON, or JSON lines."""

import csv
import io
import json
import re
import warnings
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from nbnas.errors import DataError

SPACES = r"\s+"  # columns that stand below each other
SEPARATORS = (",", ";", "\t", "|", SPACES)
SAID = re.compile(r'"?sep=(.)"?\n')  # the first line of some spreadsheets


def frame_of_text(text: str, columns: Collection[str], texts: Collection[str]) -> pd.DataFrame:
    """Read a table; its first character tells JSON from CSV.

    Args:
        text: The content of a file.
        columns: Names of columns that are wanted.
        texts: Those of them that hold texts, also where these look like numbers.

    Returns:
        The table, with the names of its columns as texts without spaces around.

    Raises:
        ValueError: If it is neither; the message says where.
    """
    json_like = text.lstrip()[:1] in ("[", "{")
    frame = _of_json(text, columns) if json_like else _of_csv(text, columns, texts)
    return frame.set_axis([str(name).strip() for name in frame.columns], axis=1)


def separator(header: str, columns: Collection[str]) -> str:
    """What stands between the columns of a CSV file: what makes the wanted names of its header.

    Args:
        header: Its first line.
        columns: Names of columns that are wanted.

    Returns:
        The separator; where no wanted name tells, that of `csv.Sniffer`, else a comma.

    Example:
        >>> separator("arch;val_acc", ["arch", "val_acc"])
        ';'
    """
    others = dict.fromkeys(sign for sign in header if not (sign.isalnum() or sign in "_\"' "))
    candidates = dict.fromkeys((*SEPARATORS, *others))
    hits = {s: len({*columns} & {*map(str.strip, _split(header, s))}) for s in candidates}
    best = max(hits, key=lambda s: (hits[s], len(_split(header, s)) if hits[s] else 0))
    if hits[best]:
        return best
    try:
        return csv.Sniffer().sniff(header, ",;\t|").delimiter
    except csv.Error:
        return ","


def _split(line: str, sign: str) -> list[str]:
    if sign == SPACES:
        return line.split()
    return next(csv.reader([line], delimiter=sign, skipinitialspace=True), [])


def _of_csv(text: str, columns: Collection[str], texts: Collection[str]) -> pd.DataFrame:
    said = SAID.match(text)
    text = text[said.end() :] if said else text
    header = next(line for line in text.split("\n") if line.strip())
    sign = said[1] if said else separator(header, columns)
    names = [name.strip() for name in _split(header, sign)]
    _check_names(names, columns)
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)  # more fields than names
        try:
            return pd.read_csv(
                io.StringIO(text),
                sep=sign,
                dtype={number: str for number, name in enumerate(names) if name in texts},
                index_col=False,
                skipinitialspace=True,
                low_memory=False,
            )
        except pd.errors.ParserWarning as warning:
            raise ValueError(
                f"its rows have more fields than its header has names ({', '.join(names)}); a "
                "field that holds the separator must stand in quotes"
            ) from warning


def _check_names(names: Sequence[str], columns: Collection[str]) -> None:
    doubled = [name for name in columns if names.count(name) > 1]
    if doubled:
        raise ValueError(f"several of its columns are called {', '.join(doubled)}")


def _of_json(text: str, columns: Collection[str]) -> pd.DataFrame:
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        return pd.DataFrame(_lines(text, error))
    if isinstance(content, list):
        return pd.DataFrame([_row(row, f"row {i}") for i, row in enumerate(content, 1)])
    return _of_object(content, columns)


def _lines(text: str, error: json.JSONDecodeError) -> list[Mapping[str, Any]]:
    """The rows of JSON lines; `error` says why the text is no JSON as a whole."""
    found: list[Mapping[str, Any]] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            found.append(_row(json.loads(line), f"line {number}"))
        except json.JSONDecodeError as fault:
            if not found:  # it was not meant as JSON lines
                raise ValueError(f"no whole JSON: {error}; it ends early or is damaged") from fault
            raise ValueError(f"line {number} is no whole JSON: {fault}") from fault
    return found


def _row(row: object, where: str) -> Mapping[str, Any]:
    if not isinstance(row, dict):
        raise ValueError(f"{where}: expected a JSON object of columns, got {row!r:.100}")
    return row


def _of_object(content: Mapping[str, Any], columns: Collection[str]) -> pd.DataFrame:
    """A JSON object: of columns, of rows, or one row; as pandas writes them."""
    if isinstance(content.get("data"), list) and {"columns", "schema"} & {*content}:
        names = content.get("columns")
        frame = pd.DataFrame(content["data"])
        return frame.set_axis(names, axis=1) if isinstance(names, list) else frame
    parts = [*content.values()]
    if all(not isinstance(part, dict | list) for part in parts):
        return pd.DataFrame([content])
    if {*columns} & {*content}:
        return _of_columns(content)
    if all(isinstance(part, dict) for part in parts):
        rows = pd.DataFrame.from_dict(dict(content), orient="index")
        return rows.rename_axis("index").reset_index()
    raise ValueError(f"expected JSON of columns or rows, got the keys {', '.join(content):.200}")


def _of_columns(content: Mapping[str, Any]) -> pd.DataFrame:
    odd = [name for name, part in content.items() if not isinstance(part, dict | list)]
    if len({type(part) for part in content.values()}) > 1 or odd:
        raise DataError(
            "expected JSON whose columns all are lists, or all are objects with a number for each "
            f"row; got {', '.join(f'{n}: {type(p).__name__}' for n, p in content.items()):.200}"
        )
    return pd.DataFrame(content)
