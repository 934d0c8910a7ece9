"""A file imports its own floor or a lower one, never a higher; siblings do not meet."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "nbnas"
RANKS = {
    "errors": 0,
    "graphs": 1,
    "records": 2,
    "signals": 2,
    "surrogate": 3,
    "training": 3,
    "search": 4,
    "charts": 5,
    "widgets": 6,
    "benchmarks": 6,
    "notebook": 7,
    "batch": 7,
}
# What a floor may import from outside, beside the standard library and what lower floors may.
LIBRARIES = {
    0: set(),
    1: {"numpy", "scipy", "ot", "joblib"},
    2: {"psygnal"},
    3: {"torch", "torchvision", "gpytorch", "sklearn"},
    4: {"pandas", "sqlalchemy", "optuna"},
    5: {"altair", "vl_convert"},
    6: {"ipywidgets", "IPython", "anywidget", "traitlets"},
    7: {"papermill"},
}
OUTSIDE = set().union(*LIBRARIES.values()) | {"jupyterlab", "networkx", "botorch", "matplotlib"}


def floor_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


FILES = [p for p in sorted(PACKAGE.rglob("*.py")) if p != PACKAGE / "__init__.py"]


def imported(path):
    """Names of all modules that a file imports, at any place in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the floor"
            if node.module == "nbnas":  # from nbnas import charts
                yield from (f"nbnas.{alias.name}" for alias in node.names)
            else:
                yield node.module or ""


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_down(path):
    own = floor_of(path)
    for name in imported(path):
        top, _, rest = name.partition(".")
        if top != "nbnas":
            continue
        floor = rest.partition(".")[0]
        assert floor in RANKS, f"imports the facade or an unknown floor: {name}"
        lower = RANKS[floor] < RANKS[own] or floor == own
        assert lower, f"{own} (rank {RANKS[own]}) imports {name} (rank {RANKS[floor]})"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_libraries_belong_to_floors(path):
    rank = RANKS[floor_of(path)]
    allowed = set().union(*(LIBRARIES[r] for r in range(rank + 1)))
    used = {name.partition(".")[0] for name in imported(path)} & OUTSIDE
    assert used <= allowed


def test_every_floor_has_its_rank():
    assert {floor_of(path) for path in FILES} == set(RANKS)
