"""What a user's function is, in a line of text that is the same in every process.

A study remembers a function by its name and by what is written in it, and never by its bytes:
nothing that a user hands over is pickled. Comments, blank lines and its place in the file do not
count; the plain values that it takes from around it do.
"""

import ast
import dataclasses
import functools
import hashlib
import inspect
import textwrap
from typing import Any

PLAIN = (type(None), bool, int, float, complex, str, bytes)


def source_of(function: Any) -> str:  # noqa: ANN401
    """A function's name and a hash of what it does, such as `"build 1f0c9a7d2b34"`.

    Args:
        function: A function, a method, a class, a `functools.partial` or an object that can be
            called.

    Returns:
        One line; of what has no source to read, such as a function of a compiled module, the
        name alone.

    Example:
        >>> source_of(len)
        'builtins.len'
    """
    digest = hashlib.sha256("\n".join(_told(function)).encode()).hexdigest()[:12]
    named = name_of(function)
    return f"{named} {digest}" if _text(_written(function)) else f"{_module(function)}{named}"


def name_of(function: Any) -> str:  # noqa: ANN401
    """The name of a function for a person; of an object that can be called, that of its class."""
    inner = getattr(function, "func", function) if _is_partial(function) else function
    named = getattr(inner, "__qualname__", type(inner).__qualname__)
    return str(named).replace("<locals>.", "")


def _told(function: Any) -> list[str]:  # noqa: ANN401
    """All that decides what a function does, as far as it can be read."""
    if _is_partial(function):
        given = [*map(_plain, function.args), *_named(function.keywords)]
        return [*_told(function.func), *given]
    written = _written(function)
    own = getattr(function, "__func__", function)
    values = [*(getattr(own, "__defaults__", None) or ())]
    values += [
        cell.cell_contents for cell in getattr(own, "__closure__", None) or () if _full(cell)
    ]
    named = _named(getattr(own, "__kwdefaults__", None) or {})
    state = _state(own) if written is not function and not inspect.ismethod(function) else []
    return [_text(written), *map(_plain, values), *named, *state]


def _is_partial(function: object) -> bool:
    return isinstance(function, functools.partial)


def _written(function: Any) -> Any:  # noqa: ANN401
    """What the source is of: the function itself, or the class of an object."""
    inner = function.func if _is_partial(function) else function
    routine = inspect.isroutine(inner) or isinstance(inner, type)
    return inner if routine else type(inner)


def _module(function: Any) -> str:  # noqa: ANN401
    module = getattr(_written(function), "__module__", None)
    return f"{module}." if module and module != "__main__" else ""


@functools.lru_cache(maxsize=256)
def _text(written: Any) -> str:  # noqa: ANN401
    """The source without comments and indentation; empty where there is none to read."""
    try:
        source = textwrap.dedent(inspect.getsource(written))
    except (OSError, TypeError):
        return ""
    try:
        return ast.unparse(ast.parse(source))
    except SyntaxError:  # a lambda in the midst of a longer expression
        return " ".join(source.split())


def _state(thing: Any) -> list[str]:  # noqa: ANN401
    """The fields of an object that is called like a function."""
    if dataclasses.is_dataclass(thing):
        names = [field.name for field in dataclasses.fields(thing)]
        return _named({name: getattr(thing, name) for name in names})
    return _named(getattr(thing, "__dict__", {}))


def _named(values: dict[str, Any]) -> list[str]:
    return [f"{name}={_plain(value)}" for name, value in sorted(values.items())]


def _full(cell: Any) -> bool:  # noqa: ANN401
    """Whether a cell of a closure holds something yet."""
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True


def _plain(value: Any) -> str:  # noqa: ANN401
    """A value that is plain through and through; of anything else its type's name."""
    if isinstance(value, PLAIN):
        return repr(value)
    if isinstance(value, tuple | list):
        return f"({', '.join(map(_plain, value))})"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key!r}: {_plain(each)}' for key, each in value.items())}}}"
    if callable(value) and hasattr(value, "__qualname__"):
        return str(value.__qualname__)
    return type(value).__qualname__
