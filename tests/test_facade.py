import ast
import importlib
import json
import subprocess
import sys

import pytest

import nbnas

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


@pytest.mark.parametrize("name", sorted(nbnas._NAMES))
def test_every_public_name_resolves_and_is_documented(name):
    thing = getattr(nbnas, name)
    assert thing is getattr(importlib.import_module(nbnas._NAMES[name]), name)
    assert thing.__doc__
    assert thing.__module__ == nbnas._NAMES[name]


@pytest.mark.parametrize("name", nbnas._MODULES)
def test_modules_are_reachable(name):
    assert getattr(nbnas, name) is importlib.import_module(f"nbnas.{name}")


def test_type_checkers_see_the_same_names():
    with open(nbnas.__file__, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    block = next(n for n in tree.body if isinstance(n, ast.If) and "TYPE" in ast.unparse(n.test))
    imported = {
        (alias.name, alias.asname): node.module for node in block.body for alias in node.names
    }
    assert imported == {(name, name): module for name, module in nbnas._NAMES.items()}


def test_dir_lists_public_names():
    assert {*nbnas._NAMES, *nbnas._MODULES, "__version__"} <= set(dir(nbnas))


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
    from nbnas.widgets.show import LIVE
    from nbnas.widgets.view import SUBJECTS

    names = {f"{nbnas._NAMES[name]}.{name}" for name in (*nbnas._FROZEN, *nbnas._LIVE)}
    composed = {f"{module}.{name}" for name, module in nbnas._COMPOSED.items()}
    assert names | composed == set(SUBJECTS)
    assert {f"{nbnas._NAMES[name]}.{name}" for name in nbnas._LIVE} == set(LIVE)


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
    for name, module in nbnas._COMPOSED.items():
        assert hasattr(importlib.import_module(module), name)


def test_display_without_widgets_falls_back_to_text(monkeypatch):
    monkeypatch.setitem(sys.modules, "nbnas.widgets.bundle", None)
    with pytest.warns(UserWarning, match="install altair"):
        assert nbnas._bundle(object()) is None
