"""Objects of one's own for notebook parameters: a Python file, and a name in it.

`-p space my_space.py:space` takes what `my_space.py` calls `space`. The file is run as any module:
it may import what lies beside it, and what it defines can be found again by other processes.

Notation
    written   "path/of/file.py:name"
"""

import contextlib
import importlib.util
import linecache
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from nbnas.errors import NbnasError, SettingError, shown
from nbnas.graphs.space import SearchSpace
from nbnas.notebook.checks import text
from nbnas.search.objective import Objective, check_objective

_STAMP = "__nbnas_stamp__"  # on a module: which state of its file it was made of


def is_own(value: object) -> bool:
    """Whether a parameter is written as a file and a name in it.

    Example:
        >>> is_own("my_space.py:space"), is_own("cells")
        (True, False)
    """
    return isinstance(value, str) and value.rpartition(":")[0].endswith(".py")


def load(value: Any) -> Any:  # noqa: ANN401
    """What a Python file has under a name.

    Args:
        value: The path of the file, here or in the parent folder, a colon, and the name.

    Returns:
        The object. A file that has not changed is run once only.

    Raises:
        SettingError: If it is not written so, there is no such file or name, or the file raises;
            the message says in which line.
    """
    path, _, name = text(value).rpartition(":")
    if not path.endswith(".py") or not name.isidentifier():
        raise SettingError(
            f"expected a Python file and a name in it, such as my_space.py:space; got {value!r}"
        )
    found = [p for p in (Path(path), Path("..") / path) if p.is_file()]
    if not found:
        raise SettingError(
            f"expected a Python file and a name in it; there is no file {path}, neither here "
            "nor in the parent folder"
        )
    module = _module(found[0].resolve())
    if not hasattr(module, name):
        names = [n for n in vars(module) if not n.startswith("_")]
        raise SettingError(
            f"expected a name that {path} defines ({', '.join(names)[:300] or 'none'}); "
            f"got {name!r}"
        )
    return getattr(module, name)


def own_space(value: Any) -> SearchSpace:  # noqa: ANN401
    """The search space that a Python file has under a name.

    Raises:
        SettingError: If there is none, or it is something else.
    """
    space = load(value)
    if isinstance(space, type) or not isinstance(space, SearchSpace):
        needed = "sample, mutate, neighbors, parse, size"
        raise SettingError(
            f"expected {value} to be a search space, such as nbnas.ChoiceSpace(width=(16, 32)) or "
            f"an object with {needed}; got {_kind(space)}"
        )
    return space


def own_objective(value: Any) -> Objective:  # noqa: ANN401
    """The objective that a Python file has under a name: a function (architecture, seed), or more.

    Raises:
        SettingError: If there is none, or it cannot be called as `(architecture, seed=0)`.
    """
    objective = load(value)
    try:
        check_objective(objective)
    except SettingError as error:
        raise SettingError(f"{value}: {error}") from error
    made: Objective = objective
    return made


def own_function(value: Any) -> Any:  # noqa: ANN401
    """The function that a Python file has under a name, such as one that builds networks.

    Raises:
        SettingError: If there is none, or it cannot be called.
    """
    function = load(value)
    if not callable(function):
        raise SettingError(f"expected {value} to be a function; got {_kind(function)}")
    return function


def _kind(thing: object) -> str:
    if isinstance(thing, type):
        return f"the class {thing.__qualname__}; call it to make an object"
    return f"{type(thing).__name__} {shown(thing)}"


def _module(path: Path) -> ModuleType:
    """The module of a file; the same one as long as the file does not change."""
    name, stamp = path.stem, (str(path), path.stat().st_mtime_ns, path.stat().st_size)
    known = sys.modules.get(name)
    if known is not None and getattr(known, _STAMP, None) == stamp:
        return known
    _check_name(path, known)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise SettingError(f"expected a Python file, got {path}")
    module = importlib.util.module_from_spec(spec)
    linecache.checkcache(str(path))
    _look_beside(path)
    with _registered(module):
        try:
            exec(compile(path.read_bytes(), str(path), "exec"), vars(module))
        except SyntaxError as error:
            raise SettingError(_of_syntax(path, error)) from error
        except (Exception, SystemExit) as error:
            raise SettingError(_where(path, error)) from error
    setattr(module, _STAMP, stamp)
    return module


def _check_name(path: Path, known: ModuleType | None) -> None:
    """Check that no other module has the name of a file, which would take its place."""
    own = known is not None and getattr(known, _STAMP, ("",))[0] == str(path)
    spec = None if own or known is not None else _spec(path.stem)
    others = getattr(known, "__file__", "built in") if known else getattr(spec, "origin", None)
    if not own and others is not None and others != str(path):
        raise SettingError(
            f"expected a file that is not called like another module, got {path.name}, and "
            f"{path.stem} is {others} already; rename the file"
        )
    if not path.stem.isidentifier():
        raise SettingError(
            f"expected a file that is called like a module, such as my_space.py; got {path.name}"
        )


def _spec(name: str) -> Any:  # noqa: ANN401
    try:
        return importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return None


@contextlib.contextmanager
def _registered(module: ModuleType) -> Iterator[None]:
    """The module among those that can be imported; as before where it fails."""
    before = sys.modules.get(module.__name__)
    sys.modules[module.__name__] = module
    try:
        yield
    except BaseException:  # an interrupt, too, leaves nothing half imported behind
        del sys.modules[module.__name__]
        if before is not None:
            sys.modules[module.__name__] = before
        raise


def _look_beside(path: Path) -> None:
    """Let modules be found in the folder of a file, after all others; for good, as any may be."""
    folder = str(path.parent)
    if folder not in sys.path:
        sys.path.append(folder)
    importlib.invalidate_caches()


def _of_syntax(path: Path, error: SyntaxError) -> str:
    where = f"{Path(error.filename or path).name}, line {error.lineno}"
    line = f": {error.text.strip()!r:.100}" if error.text else ""
    return f"{where}: {type(error).__name__}: {error.msg}{line}"


def _where(path: Path, error: BaseException) -> str:
    """The error with the last line of the file that led to it."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)]
    said = str(error) if isinstance(error, NbnasError) else f"{type(error).__name__}: {error}"
    if not frames:
        return f"{path.name}: {said:.500}"
    last = frames[-1]
    return f"{path.name}, line {last.lineno} ({last.line or ''!s:.100}): {said:.500}"


def short(written: str) -> str:
    """A file and a name in it, without the folder."""
    path, colon, name = written.replace("\\", "/").rpartition(":")
    return f"{path.rpartition('/')[2].removesuffix('.py')}.{name}" if colon else written
