"""The public names of nbnas, and where the manual has their entries.

`nbnas/__init__.pyi` lists those of the package, `__all__` those of the parts that are used through
it, as `nb.charts.trace`. Pages of the reference say which of them they have by the directive
`entries`, see `entries.py`; some also have names of other modules, such as protocols.
"""

import ast
import functools
import importlib
import re
from collections.abc import Mapping
from pathlib import Path

DOCS = Path(__file__).parents[1]
PARTS = ("baselines", "benchmarks", "charts", "recipes")  # whose names are public, too
ENTRIES = re.compile(r"^```\{entries\}(?: (\S+))?\n(.*?)^```", re.DOTALL | re.MULTILINE)


@functools.cache
def origins() -> Mapping[str, str]:
    """The full path of each name and module of the package, by the path that users write."""
    tree = ast.parse((DOCS.parent / "nbnas" / "__init__.pyi").read_text(encoding="utf-8"))
    nodes = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    return {
        f"nbnas.{alias.name}": ".".join(filter(None, ("nbnas", node.module, alias.name)))
        for node in nodes
        for alias in node.names
    }


@functools.cache
def public() -> tuple[str, ...]:
    """All public names as users write them, with `nbnas` for `nb`."""
    parts = [(f"nbnas.{part}", importlib.import_module(f"nbnas.{part}")) for part in PARTS]
    return (*origins(), *(f"{path}.{name}" for path, part in parts for name in part.__all__))


@functools.cache
def entries() -> Mapping[str, str]:
    """The page of each name that has an entry, by its path."""
    found = {}
    for page in sorted((DOCS / "reference").rglob("*.md")):
        for module, names in ENTRIES.findall(page.read_text(encoding="utf-8")):
            for name in names.split():
                found[f"{module or 'nbnas'}.{name}"] = page.relative_to(DOCS).as_posix()
    return found


@functools.cache
def links() -> Mapping[str, str]:
    """The path of an entry by what docstrings call it: `Trainer`, `nb.Trainer`, `nb.looks`."""
    found = {}
    for path in entries():
        last = path.rpartition(".")[2]
        found[path.replace("nbnas.", "nb.", 1)] = path
        if last[0].isupper():
            found[last] = path
    return found


@functools.cache
def elsewhere() -> Mapping[str, str]:
    """The path of an entry by where its name is defined, and by its last part, as errors are."""
    defined = {origin: path for path, origin in origins().items() if path in entries()}
    short = {
        path.rpartition(".")[2]: path for path in entries() if path.rpartition(".")[2][0].isupper()
    }
    return short | defined
