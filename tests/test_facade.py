import ast
import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

import nbnas
from nbnas import display
from nbnas.subjects import CHARTS, COMPOSED, LIVE, SUBJECTS

HEAVY = ("numpy", "torch", "altair", "ipywidgets", "pandas", "scipy", "sqlalchemy", "IPython")


def in_python(code):
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def test_import_is_light():
    code = (
        "import sys, time, json; t = time.perf_counter(); import nbnas; "
        "s = time.perf_counter() - t; print(json.dumps([s, list(sys.modules)]))"
    )
    runs = [in_python(code) for _ in range(3)]
    assert min(seconds for seconds, _ in runs) < 0.2
    loaded = {name.partition(".")[0] for name in runs[0][1]}
    assert not loaded & set(HEAVY)


def stub():
    """The imports of the list of names: pairs of a module, "" for the package, and an alias."""
    tree = ast.parse(Path(nbnas.__file__).with_suffix(".pyi").read_text("utf-8"))
    nodes = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    assert {node.level for node in nodes} == {1}
    return [(node.module or "", alias) for node in nodes for alias in node.names]


NAMES = {alias.name: f"nbnas.{module}" for module, alias in stub() if module}
MODULES = [alias.name for module, alias in stub() if not module]


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_public_name_resolves_and_is_documented(name):
    thing = getattr(nbnas, name)
    assert thing is getattr(importlib.import_module(NAMES[name]), name)
    assert thing.__doc__
    assert thing.__module__ == NAMES[name]


@pytest.mark.parametrize("name", MODULES)
def test_modules_are_reachable(name):
    assert getattr(nbnas, name) is importlib.import_module(f"nbnas.{name}")


def test_type_checkers_see_the_same_names():
    names = [alias.name for _, alias in stub()]
    assert [alias.asname for _, alias in stub()] == names  # else they would be private to them
    assert sorted(nbnas._NAMES) == sorted(names)
    assert len(set(names)) == len(names)


def test_every_module_of_the_package_is_reachable():
    package = Path(nbnas.__file__).parent
    folders = {path.parent.name for path in package.glob("*/__init__.py")}
    assert {*folders, "errors"} == set(MODULES)


def test_dir_lists_public_names():
    assert {*NAMES, *MODULES, "__version__", "load_ipython_extension"} <= set(dir(nbnas))


def test_version_is_that_of_the_distribution():
    metadata = pytest.importorskip("importlib.metadata")
    try:
        expected = metadata.version("nbnas")
    except metadata.PackageNotFoundError:
        pytest.skip("nbnas is not installed, only on the path")
    assert nbnas.__version__ == expected


def test_unknown_name_suggests_close_ones():
    with pytest.raises(AttributeError, match=r"'Serch'.*did you mean Search"):
        nbnas.Serch  # noqa: B018
    with pytest.raises(AttributeError, match="see dir"):
        nbnas.qqqqqqqq  # noqa: B018


def test_every_displayed_class_has_a_view():
    from nbnas.widgets import show

    public = {f"{module}.{name}" for name, module in NAMES.items()}
    assert set(SUBJECTS) - public == {*COMPOSED, *CHARTS}
    assert set(LIVE) == set(sys.modules[show.__module__].LIVE) <= set(SUBJECTS)


def test_every_subject_is_registered_once():
    told = {"frozen": [], "live": []}

    class Shell:
        class display_formatter:
            class mimebundle_formatter:
                for_type_by_name = staticmethod(lambda *given: told["frozen"].append(given))
                for_type = staticmethod(lambda *given: None)  # classes of somebody's own

            class ipython_display_formatter:
                for_type_by_name = staticmethod(lambda *given: told["live"].append(given))

    nbnas.load_ipython_extension(Shell)
    found = {kind: sorted(f"{m}.{name}" for m, name, _ in given) for kind, given in told.items()}
    assert found["live"] == sorted(LIVE)
    assert found["frozen"] == sorted(set(SUBJECTS) - set(LIVE))


def test_the_extension_is_loaded_by_its_name():
    code = """
import json
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "nbnas")
formatter = shell.display_formatter.ipython_display_formatter
print(json.dumps(("nbnas.search.search", "Search") in formatter.deferred_printers))
"""
    assert in_python(code)


def test_hook_registers_without_importing_what_draws():
    code = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
import nbnas
light = [name for name in ("altair", "ipywidgets", "torch") if name in sys.modules]
formatter = shell.display_formatter
live = ("nbnas.search.search", "Search") in formatter.ipython_display_formatter.deferred_printers
data, _ = formatter.format(nbnas.CellSpace())
print(json.dumps([light, live, data["text/plain"]]))
"""
    light, live, text = in_python(code)
    assert light == []
    assert live
    assert text.startswith("CellSpace: 15,625 architectures")


@pytest.mark.slow
def test_kernels_that_gpytorch_composes_are_drawn_where_they_are_ours():
    code = """
import json
from IPython.core.interactiveshell import InteractiveShell
from gpytorch.kernels import RBFKernel, ScaleKernel
shell = InteractiveShell.instance()
import nbnas
wl = nbnas.WeisfeilerLehmanKernel(1)
foreign, ours = (wl + RBFKernel(), ScaleKernel(RBFKernel())), (wl + wl, wl * wl, ScaleKernel(wl))
shown = [shell.display_formatter.format(each)[0] for each in (*foreign, *ours)]
print(json.dumps([data["text/plain"] for data in shown]))
"""
    shown = in_python(code)
    assert [text.partition("(")[0] for text in shown[:2]] == ["AdditiveKernel", "ScaleKernel"]
    assert all(", as a prior takes it: weight" in text for text in shown[2:])


def test_the_composed_kernels_are_where_gpytorch_has_them():
    for path in COMPOSED:
        module, _, name = path.rpartition(".")
        assert hasattr(importlib.import_module(module), name)


def test_display_without_widgets_falls_back_to_text(monkeypatch):
    monkeypatch.setitem(sys.modules, "nbnas.widgets.bundle", None)
    with pytest.warns(UserWarning, match="install altair"):
        assert display._bundle(object()) is None
