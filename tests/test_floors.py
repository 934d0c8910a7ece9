"""A file imports its own floor or a lower one, never a higher; siblings do not meet.

Inside a floor its wings have an order, too, and no two files import each other: type hints and
imports inside functions count as any other.
"""

import ast
from functools import cache
from pathlib import Path

import networkx
import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "nbnas"
# From the ground up, what may not import each other on a line.
FLOORS = (
    "checks holder loading errors kept parent signals source brief waiting drawing undisturbed"
    " mode",
    "graphs",
    "records",
    "surrogate training",
    "search baselines recipes",
    "charts subjects installed",
    "widgets benchmarks",
    "notebook batch display",
    "command",
    "__main__",
)
RANKS = {name: rank for rank, names in enumerate(FLOORS) for name in names.split()}
# The imports within the ground floor.
GROUND = {
    ("checks", "errors"),
    ("mode", "errors"),
    ("waiting", "mode"),
}
# The wings of each floor, the lowest first: folders, and files that lie beside them.
WINGS = {
    "waiting": ("told", "bars", "repeated", "imports", "pulse"),
    "graphs": (
        *("framed", "graph", "values", "settings", "cells", "canonical", "architecture", "space"),
        *("features", "encoding", "parallel", "spaces", "distances"),
    ),
    "records": (
        *("measure", "claim", "profile", "fidelities", "estimate", "report", "evaluation"),
        *("relaxation", "ranks", "goals"),
        *("observations", "comparison", "proposal"),
    ),
    "surrogate": (
        *("warp", "normal_scores", "half_ranks", "standardized", "negative_log_error"),
        *("leave_one_out", "measured", "table", "warped", "model"),
        *("kernels", "sizes", "curves", "process", "ensemble", "acquisition"),
    ),
    "training": (
        *("schedule", "optimizers", "device", "profiling", "draws", "data", "measure"),
        *("networks", "live", "usual", "losses", "lengths", "recipe", "steps", "tasks"),
        *("following", "memory", "speed"),
        *("checkpoints", "run", "known", "rates", "rehearsal", "trainer", "relaxed"),
        *("groups", "seeds", "repeated"),
        *("proxies", "export"),
    ),
    "search": (
        *("candidates", "ideas", "goals", "pending", "maximizers", "strategies"),
        *("objective", "generated", "fingerprint", "trial", "course", "store", "recorded"),
        *("tables", "background", "ledger", "shared", "fidelities", "workers", "taken"),
        *("settings", "estimates", "search", "opened", "replay", "benchmark"),
    ),
    "recipes": ("named", "known"),
    "baselines": ("networks", "baseline", "known", "lineup", "compare"),
    "charts": (
        *("addresses", "chart", "theme", "config", "scales", "lettering", "columns"),
        *("render", "layout", "figures", "table"),
        *("graphs", "surrogate", "training", "search", "lab"),
    ),
    "widgets": (
        *("view", "figure", "live", "aloud", "panel", "bundle", "about"),
        *("graphs", "surrogate", "search", "training", "lab", "show"),
    ),
    "benchmarks": ("protocol", "archive", "journal", "shipped", "pack", "generate", "report"),
    "installed": (
        *("fact", "notebooks", "versions", "extras", "machine", "places", "stores", "about"),
    ),
    "command": ("terminal", "overview", "copying", "running", "main"),
    "batch": (
        *("encrypted", "ticking", "grid", "notebook", "run", "child", "process", "dask"),
        *("progress", "collected", "sweep"),
    ),
    "notebook": (
        *("checks", "own", "strategies", "schedulers", "tables", "data", "recipes", "spaces"),
        *("budget", "lengths", "goals", "joint"),
        *("combinations", "known", "chosen", "search", "own_problem", "sweep"),
    ),
}
# What a floor may import from outside, beside the standard library and what lower floors may.
LIBRARIES = {
    0: {"psygnal", "numpy", "psutil", "tqdm"},
    1: {"scipy", "ot", "joblib"},
    2: set(),
    3: {"torch", "torchvision", "gpytorch", "sklearn", "PIL", "platformdirs"}
    | {"onnx", "safetensors"},
    4: {"pandas", "sqlalchemy", "optuna", "pebble", "cloudpickle", "distributed"}
    | {"vizier", "jax", "attr"},
    5: {"altair", "vl_convert"},
    6: {"ipywidgets", "IPython", "anywidget", "traitlets"},
    7: {"papermill"},
    8: set(),
    9: set(),
}
# Limits of size, and what still is beyond them: sets that only shrink.
FILES_OF_A_FOLDER, LINES, LINES_OF_A_SCRIPT, PARAMETERS = 16, 260, 300, 8
OUTSIDE = set().union(*LIBRARIES.values()) | {"jupyterlab", "networkx", "botorch", "matplotlib"}


def floor_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def wing_of(path):
    """The folder of a floor in which a file lies, or the file itself."""
    return path.relative_to(PACKAGE).parts[1].removesuffix(".py")


FILES = [p for p in sorted(PACKAGE.rglob("*.py")) if p != PACKAGE / "__init__.py"]
IN_WINGS = [p for p in FILES if p.parent != PACKAGE and wing_of(p) != "__init__"]


@cache
def imported(path):
    """Names of all modules that a file imports, at any place in it."""
    names = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the floor"
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


@cache
def files_imported(path):
    """The files of the package that a file imports."""
    found = (file_of(name) for name in imported(path) if name.partition(".")[0] == "nbnas")
    return {file for file in found if file not in (None, path, PACKAGE / "__init__.py")}


def file_of(name):
    """The file of a module, or of the module that has an attribute of this name."""
    for parts in (name.split("."), name.split(".")[:-1]):
        place = PACKAGE.parent.joinpath(*parts)
        for file in (place.with_suffix(".py"), place / "__init__.py"):
            if file.is_file():
                return file
    return None


def short(path):
    return str(path.relative_to(PACKAGE))


each_floor = pytest.mark.parametrize("own", RANKS)


@each_floor
def test_imports_go_down(own):
    for path, name in imported_by(own):
        top, _, rest = name.partition(".")
        if top != "nbnas":
            continue
        floor = rest.partition(".")[0]
        assert floor in RANKS, f"{path} imports the facade or an unknown floor: {name}"
        lower = RANKS[floor] < RANKS[own] or floor == own or (own, floor) in GROUND
        assert lower, f"{path} (rank {RANKS[own]}) imports {name} (rank {RANKS[floor]})"


def imported_by(floor):
    """The files of a floor, each with the names that it imports."""
    return [(short(p), name) for p in FILES if floor_of(p) == floor for name in imported(p)]


@each_floor
def test_libraries_belong_to_floors(own):
    allowed = set().union(*(LIBRARIES[r] for r in range(RANKS[own] + 1)))
    used = {(path, name.partition(".")[0]) for path, name in imported_by(own)}
    assert not {(path, name) for path, name in used if name in OUTSIDE - allowed}


def test_every_floor_has_its_rank():
    assert {floor_of(path) for path in FILES} == set(RANKS)


def test_no_files_import_each_other():
    graph = networkx.DiGraph((path, other) for path in FILES for other in files_imported(path))
    circles = [sorted(map(short, c)) for c in networkx.strongly_connected_components(graph)]
    assert [circle for circle in circles if len(circle) > 1] == []


@pytest.mark.parametrize("floor", WINGS)
def test_every_wing_has_its_place(floor):
    assert {wing_of(p) for p in IN_WINGS if floor_of(p) == floor} == set(WINGS[floor])
    assert len(set(WINGS[floor])) == len(WINGS[floor])


def test_every_floor_with_wings_has_an_order():
    assert {floor_of(p) for p in FILES if p.parent != PACKAGE} == set(WINGS)


@pytest.mark.parametrize("floor", WINGS)
def test_wings_import_earlier_ones(floor):
    order = WINGS[floor]
    own = [path for path in IN_WINGS if floor_of(path) == floor]
    for path, other in [(p, file) for p in own for file in files_imported(p)]:
        if other.parent == PACKAGE or floor_of(other) != floor:
            continue
        said = f"{short(path)} imports {short(other)}"
        assert wing_of(other) != "__init__", f"{said}, the whole floor"
        assert order.index(wing_of(other)) <= order.index(wing_of(path)), f"{said}, a later wing"


@pytest.mark.parametrize("folder", sorted({p.parent for p in FILES}), ids=short)
def test_a_folder_is_seen_at_a_glance(folder):
    files = {path.name for path in folder.glob("*.py")} - {"__main__.py"}  # it has no other place
    assert len(files) <= FILES_OF_A_FOLDER


def test_no_file_is_long():
    files = [*PACKAGE.rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    lines = {str(p.relative_to(ROOT)): len(p.read_text("utf-8").splitlines()) for p in files}
    assert {name for name, count in lines.items() if count > LINES} == set()


def test_no_script_is_long():
    files = [*PACKAGE.rglob("*.js"), *(ROOT / "tests").rglob("*.js")]
    lines = {str(p.relative_to(ROOT)): len(p.read_text("utf-8").splitlines()) for p in files}
    assert {name for name, count in lines.items() if count > LINES_OF_A_SCRIPT} == set()


def parameters(function):
    """The names of a function's parameters without self and cls."""
    given = function.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    names = [each.arg for each in named if each is not None]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


def test_no_function_takes_many_arguments():
    crowded = {
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and len(parameters(node)) > PARAMETERS
    }
    assert crowded == set()
