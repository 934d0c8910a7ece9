"""How a function or a class of a user is written, and what the names in it stand for.

Notation
    loaded   the names that a text looks up around itself when it runs
"""

import __future__

import ast
import builtins
import dis
import inspect
import linecache
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from nbnas.errors import ExportError

_ANNOTATIONS = __future__.annotations.compiler_flag  # type hints are names that nobody looks up


def loaded(text: str) -> set[str]:
    """The names that a text looks up around itself when it runs, but for Python's own.

    Example:
        >>> sorted(loaded("def f(x: int): y = x; return nn.Linear(y, WIDTH)"))
        ['WIDTH', 'nn']
    """
    whole = compile(text, "own", "exec", flags=_ANNOTATIONS, dont_inherit=True)
    names = {
        str(step.argval)
        for code in _codes(whole)
        for step in dis.get_instructions(code)
        if step.opname.startswith(("LOAD_GLOBAL", "LOAD_NAME"))
    }
    return {name for name in names if not hasattr(builtins, name)}


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _codes(inner)


def around(thing: Any) -> dict[str, Any]:  # noqa: ANN401
    """What names stand for around a function or a class.

    Args:
        thing: The function or the class.
    """
    if isinstance(thing, FunctionType):
        return dict(thing.__globals__) | _enclosed(thing)
    found = dict(vars(sys.modules.get(thing.__module__, builtins)))
    for method in _methods(thing):
        found |= _enclosed(method)
    return found


def _enclosed(function: FunctionType) -> dict[str, Any]:
    """What a function within a function takes from there."""
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    return {name: cell.cell_contents for name, cell in cells if name != "__class__"}


def _methods(kind: type) -> list[FunctionType]:
    inner = (getattr(value, "__func__", value) for value in vars(kind).values())
    return [each for each in inner if isinstance(each, FunctionType)]


def text_of(thing: Any) -> tuple[str, str]:  # noqa: ANN401
    """The text that defines a function or a class, and its file.

    Args:
        thing: The function or the class.

    Returns:
        The text, of a lambda the expression; and the path of the file, empty for a notebook.

    Raises:
        ExportError: If nobody can read it.
    """
    named = getattr(thing, "__qualname__", str(thing))
    try:
        text, file = textwrap.dedent(inspect.getsource(thing)), inspect.getsourcefile(thing) or ""
    except (OSError, TypeError):
        text, file = _of_notebook(thing), ""
    if getattr(thing, "__name__", "") == "<lambda>":
        text = _of_lambda(text)
    if not text:
        raise ExportError(f"nobody can read how {named} is written")
    return text.rstrip(), file if Path(file).suffix == ".py" and "ipykernel" not in file else ""


def _of_notebook(kind: Any) -> str:  # noqa: ANN401
    """The text of a class whose module has no file: of the cell in which its methods stand."""
    for method in _methods(kind) if isinstance(kind, type) else ():
        lines = linecache.getlines(method.__code__.co_filename)
        try:
            nodes = list(ast.walk(ast.parse("".join(lines))))
        except SyntaxError:
            continue
        for node in nodes:
            if isinstance(node, ast.ClassDef) and node.name == kind.__name__:
                first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
                return textwrap.dedent("".join(lines[first - 1 : node.end_lineno]))
    return ""


def _of_lambda(text: str) -> str:
    """The one lambda in a statement."""
    try:
        found = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Lambda)]
    except SyntaxError:  # in the midst of a longer expression
        return ""
    return ast.unparse(found[0]) if len(found) == 1 else ""
