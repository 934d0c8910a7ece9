"""A user's functions with all that they use, as a text that runs where their files are not.

Notation
    own        defined by the user: in a notebook, or in a file that nobody has installed
    meant      what each name stands for
"""

import functools
import inspect
import sys
import sysconfig
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from nbnas.errors import ExportError
from nbnas.source import PLAIN
from nbnas.training.export.own.text import around, loaded, text_of
from nbnas.training.export.source.expression import literal

_LONGEST = 10_000  # letters of a value that is written out
_KNOWN = ("torch", "torch.nn", "torch.nn.functional", "math", "numpy")
_INSTALLED = ("site-packages", "dist-packages")


@dataclass(frozen=True, slots=True)
class Code:
    """What a user has written, in an order in which it runs.

    Attributes:
        imports: The line that imports each name.
        definitions: The text that defines each name.
        called: What stands for each function that was asked for.
        files: The files that it is from; none for what is from a notebook.
    """

    imports: Mapping[str, str]
    definitions: Mapping[str, str]
    called: Mapping[str, str]
    files: tuple[str, ...] = ()


def code_of(functions: Mapping[str, Callable[..., Any]]) -> Code:
    """Write functions out, with the functions, classes and values of the user that they use.

    Args:
        functions: The functions, by what they make.

    Returns:
        Their code. Type hints are not looked up: it needs `from __future__ import annotations`.

    Raises:
        ExportError: If a part cannot be read or needs nbnas; the message says which.

    Example:
        >>> from torch import nn
        >>> code_of({"head": functools.partial(nn.Linear, 10)}).called
        {'head': 'functools.partial(Linear, 10)'}
    """
    gathered = _Gathered()
    called = {what: gathered.expression(function, "build") for what, function in functions.items()}
    files = tuple(dict.fromkeys(gathered.files))
    return Code(gathered.imports, gathered.definitions, called, files)


class _Gathered:
    """What was found so far."""

    def __init__(self) -> None:
        self.imports: dict[str, str] = {}
        self.definitions: dict[str, str] = {}
        self.meant: dict[str, object] = {}
        self.files: list[str] = []

    def expression(self, thing: Any, name: str) -> str:  # noqa: ANN401
        """What gives a function or a class, after all that it needs is known.

        Args:
            thing: The function, the class, or a partial of one.
            name: Of a function that has none.
        """
        if isinstance(thing, functools.partial):
            given = [_written(value) for value in thing.args]
            given += [f"{key}={_written(value)}" for key, value in thing.keywords.items()]
            self.use("functools", functools)
            return f"functools.partial({', '.join([self.expression(thing.func, name), *given])})"
        if not isinstance(thing, FunctionType | type):
            raise ExportError(f"{type(thing).__name__} is neither a function nor a class")
        own = str(thing.__qualname__).rpartition(".")[2]
        called = name if own == "<lambda>" else own
        self.use(called, thing)
        return called

    def use(self, name: str, value: Any) -> None:  # noqa: ANN401
        """Let a name stand for a value."""
        if name in self.meant:
            if not _same(self.meant[name], value):
                raise ExportError(f"{name} stands for different things in its parts")
            return
        self.meant[name] = value
        if isinstance(value, ModuleType):
            self.imports[name] = _import_of(name, value)
        elif isinstance(value, functools.partial):
            self.definitions[name] = f"{name} = {self.expression(value, name)}"
        elif _is_code(value):
            self._use_code(name, value)
        else:
            self.definitions[name] = f"{name} = {_written(value)}"

    def _use_code(self, name: str, value: Any) -> None:  # noqa: ANN401
        if not _is_own(getattr(value, "__module__", None)):
            self.imports[name] = _import_from(name, value)
            return
        own = str(value.__qualname__).rpartition(".")[2]
        if own not in (name, "<lambda>"):
            self.use(own, value)
            self.definitions[name] = f"{name} = {own}"
            return
        text, file = text_of(value)
        if own == "<lambda>":
            text = f"{name} = {text}"
        values = around(value)
        for used in sorted(loaded(text) & values.keys() - {name}):
            self.use(used, values[used])
        self.definitions[name] = text
        self.files += [file] if file else []


def _is_code(value: object) -> bool:
    return inspect.isroutine(value) or isinstance(value, type)


def _same(one: object, other: object) -> bool:
    return one is other or (type(one) is type(other) and type(one) in PLAIN and one == other)


def _is_own(name: str | None) -> bool:
    """Whether a user has written a module, rather than installed it."""
    if name is None or name.partition(".")[0] == "nbnas":
        return False
    file = getattr(sys.modules.get(name), "__file__", None)
    if name == "__main__" or file is None:
        return name == "__main__"
    places = (sysconfig.get_path(kind) for kind in ("stdlib", "platstdlib", "purelib", "platlib"))
    path = Path(file).resolve()
    installed = any(part in _INSTALLED for part in path.parts)
    return not installed and not any(path.is_relative_to(Path(p).resolve()) for p in places)


def _import_of(name: str, module: ModuleType) -> str:
    """The line that imports a module."""
    _check_without(module.__name__)
    if _is_own(module.__name__):
        raise ExportError(f"the module {module.__name__} is used as a whole; import names from it")
    package, _, last = module.__name__.rpartition(".")
    before, what = (f"from {package} ", last) if package else ("", last)
    return f"{before}import {what}" + ("" if what == name else f" as {name}")


def _import_from(name: str, value: Any) -> str:  # noqa: ANN401
    """The line that imports a function or a class that is installed."""
    own = getattr(value, "__name__", name)
    for module in (*_KNOWN, getattr(value, "__module__", None)):
        if module and getattr(sys.modules.get(module), own, None) is value:
            _check_without(module)
            return f"from {module} import {own}" + ("" if own == name else f" as {name}")
    raise ExportError(f"nobody knows where {name} is from")


def _check_without(module: str) -> None:
    if module.partition(".")[0] == "nbnas":
        raise ExportError(f"it uses {module}")


def _written(value: Any) -> str:  # noqa: ANN401
    """A plain value as Python reads it."""
    if not _is_plain(value) or len(repr(value)) > _LONGEST:
        raise ExportError(f"it uses a value that cannot be written out, a {type(value).__name__}")
    return literal(value)


def _is_plain(value: object) -> bool:
    if type(value) in (tuple, list, set, frozenset):
        return all(map(_is_plain, value))  # type: ignore[call-overload]
    if type(value) is dict:
        return all(_is_plain(k) and _is_plain(v) for k, v in value.items())
    return type(value) in PLAIN and value == value and value not in (float("inf"), -float("inf"))
