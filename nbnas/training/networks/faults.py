"""Errors of a user's function, with the line of the fault."""

import sysconfig
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nbnas.errors import NbnasError, TrainingError

_OURS = Path(__file__).parents[2]
_LIBRARIES = tuple({sysconfig.get_paths()[name] for name in ("stdlib", "purelib", "platlib")})


@contextmanager
def told_where(
    expected: str, kind: type[NbnasError] = TrainingError, hint: str = ""
) -> Iterator[None]:
    """A context in which any error becomes one of nbnas', with the user's line.

    Args:
        expected: What was expected, to follow "expected".
        kind: The error that is raised.
        hint: What to do.

    Raises:
        NbnasError: Of that kind, for any error within.
    """
    try:
        yield
    except Exception as error:
        raise fault(error, expected, kind, hint) from error


def fault(
    error: Exception, expected: str, kind: type[NbnasError] = TrainingError, hint: str = ""
) -> NbnasError:
    """The error that says what was expected, what a user's function raised and in which line."""
    where = place_of(error)
    what = f"{type(error).__name__}: {error}"
    said = f"expected {expected}, but {where + ' raised ' if where else ''}{what}"
    return kind("; ".join(filter(None, (said, hint))))


def place_of(error: BaseException) -> str:
    """The user's line that an error came from, such as ``net.py, line 7, in build: `x = y` ``.

    Args:
        error: What was raised.

    Returns:
        The innermost line that belongs neither to nbnas nor to a library; empty if there is none.
    """
    frames = [f for f in traceback.extract_tb(error.__traceback__) if _is_users(f.filename)]
    if not frames:
        return ""
    frame = frames[-1]
    file = Path(frame.filename).name if Path(frame.filename).suffix == ".py" else frame.filename
    cell = "ipykernel" in frame.filename or frame.filename.startswith("<")
    line = f": `{frame.line.strip()}`" if frame.line else ""
    return f"{'the notebook' if cell else file}, line {frame.lineno}, in {frame.name}{line}"


def _is_users(filename: str) -> bool:
    path = Path(filename)
    ours = path.is_relative_to(_OURS)
    library = any(path.is_relative_to(folder) for folder in _LIBRARIES)
    packaged = {"site-packages", "dist-packages"} & set(path.parts)
    frozen = filename.startswith("<frozen")
    return not (ours or library or packaged or frozen)
