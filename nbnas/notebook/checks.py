"""Rules for notebook parameters, and checking all of them at once.

A rule takes what came and gives the value with its type, or raises a `SettingError` that says what
is allowed.
"""

import ast
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from nbnas.checks import MAPPING
from nbnas.errors import SettingError, shown

Rule = Callable[[Any], Any]


def check_parameters(
    namespace: Mapping[str, Any],
    rules: Mapping[str, Rule],
    renamed: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """Check the parameters that a notebook was started with.

    Args:
        namespace: The notebook's `globals()`, after its parameters cell.
        rules: The rule of each parameter.
        renamed: The names of today by those that parameters had once.

    Returns:
        The values with their types.

    Raises:
        SettingError: If a name is unknown or missing, or a value breaks its rule; the message
            lists what is allowed, and all faults at once.
    """
    MAPPING("namespace", namespace)
    injected = injected_parameters(namespace)
    faults = [
        f"{old} is called {new} now: give {new} instead, as in -p {new} {namespace[old]!s:.100}"
        for old, new in renamed.items()
        if old in injected or (old in namespace and new not in namespace)
    ]
    unknown = [name for name in injected if name not in rules and name not in renamed]
    faults += [f"unknown parameter {', '.join(unknown)}; there are {', '.join(rules)}"] * bool(
        unknown
    )
    values: dict[str, Any] = {}
    for name, rule in rules.items():
        try:
            values[name] = rule(namespace[name])
        except KeyError:
            faults.append(f"{name} is missing")
        except SettingError as error:
            faults.append(f"{name}: {error}")
    if faults:
        raise SettingError("; ".join(faults))
    return values


def injected_parameters(namespace: Mapping[str, Any]) -> tuple[str, ...]:
    """Names that papermill assigned in its own cell, which begins with "# Parameters"."""
    history = namespace.get("In", ())
    cells = [str(source) for source in history] if isinstance(history, list | tuple) else []
    injected = [source for source in cells if source.lstrip().startswith("# Parameters")]
    return tuple(
        target.id
        for source in injected[-1:]
        for statement in ast.parse(source).body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    )


def word(words: Mapping[str, object] | tuple[str, ...]) -> Callable[[Any], str]:
    """One of some words."""

    def check(value: Any) -> str:  # noqa: ANN401
        if not isinstance(value, str) or value not in words:
            raise SettingError(f"expected one of {', '.join(words)}; got {shown(value)}")
        return value

    return check


def words(table: Mapping[str, object]) -> Callable[[Any], tuple[str, ...]]:
    """One or more of some words, separated by commas, none twice."""

    def check(value: Any) -> tuple[str, ...]:  # noqa: ANN401
        given = tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else ()
        unknown = [name for name in given if name not in table]
        if not given or unknown or len(set(given)) < len(given):
            raise SettingError(
                f"expected different words out of {', '.join(table)}, separated by commas; "
                f"got {value!r:.200}"
            )
        return given

    return check


def whole(smallest: int) -> Callable[[Any], int]:
    """A whole number from the smallest one on."""

    def check(value: Any) -> int:  # noqa: ANN401
        if isinstance(value, bool) or not isinstance(value, int) or value < smallest:
            raise SettingError(
                f"expected a whole number of at least {smallest}; got {shown(value)}"
            )
        return value

    return check


def whole_or_none(smallest: int) -> Callable[[Any], int]:
    """A whole number from the smallest one on, or 0 to leave it open."""

    def check(value: Any) -> int:  # noqa: ANN401
        try:
            return 0 if value == 0 and not isinstance(value, bool) else whole(smallest)(value)
        except SettingError as error:
            raise SettingError(f"{error}; 0 leaves it open") from error

    return check


def share(value: Any) -> float:  # noqa: ANN401
    """A share below one half, or 0 to leave it open."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 0.5:
        raise SettingError(
            f"expected a share of at most 0.5, or 0 to leave it open; got {shown(value)}"
        )
    return float(value)


def minutes(value: Any) -> float:  # noqa: ANN401
    """A number of minutes, or 0 for no limit."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise SettingError(f"expected a number of minutes, or 0 for no limit; got {shown(value)}")
    return float(value)


def cost(value: Any) -> float:  # noqa: ANN401
    """A number of full trainings, or 0 to leave it open."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise SettingError(
            f"expected a number of full trainings, or 0 to leave it open; got {shown(value)}"
        )
    return float(value)


def flag(value: Any) -> bool:  # noqa: ANN401
    """True or false, also as a word."""
    truth = {"true": True, "false": False}.get(str(value).lower())
    if truth is None:
        raise SettingError(f"expected true or false; got {shown(value)}")
    return truth


def text(value: Any) -> str:  # noqa: ANN401
    """A text of up to 200 characters."""
    if not isinstance(value, str) or len(value) > 200:
        raise SettingError(f"expected a text of up to 200 characters; got {value!r:.100}")
    return value


SHIPPED = "digits"


def table(value: Any) -> str:  # noqa: ANN401
    """The word digits, for the table that ships with nbnas, or as `file`."""
    if value == SHIPPED:
        return SHIPPED
    try:
        return file(value)
    except SettingError as error:
        raise SettingError(f"{error}; {SHIPPED} is the table that ships with nbnas") from error


def file(value: Any) -> str:  # noqa: ANN401
    """The path of a file that exists, here or in the parent folder, or an empty text for none."""
    path = text(value)
    found = [p for p in (Path(path), Path("..") / path) if p.is_file()]
    if path and not found:
        raise SettingError(f"expected the path of a file, or nothing; there is no {path}")
    return str(found[0]) if path else ""


def new_file(value: Any) -> str:  # noqa: ANN401
    """The path of a file that will be made, in a folder that is here or in the parent folder.

    So a notebook opened in `notebooks/` and one run from the project's folder share their `runs/`.
    """
    path = text(value)
    if not path:
        raise SettingError("expected the path of a file; got an empty text")
    outside = Path(path).is_absolute() or Path(path).parent.exists()
    above = Path("..") / path
    return str(above) if not outside and above.parent.exists() else path


def new_folder(value: Any) -> str:  # noqa: ANN401
    """The path of a folder that will be made, as `new_file`, or an empty text for none."""
    return new_file(value) if text(value) else ""
