import ast
import functools

import pytest
import torch
from torch import nn

from nbnas.errors import ExportError
from nbnas.training.export.own.code import code_of
from nbnas.training.export.own.text import loaded


def run(code):
    """What the code defines, run where nothing else is."""
    text = "\n".join([*code.imports.values(), *code.definitions.values()])
    names = {}
    exec(compile("from __future__ import annotations\n" + text, "code", "exec"), names)
    return names


def test_names_are_those_that_are_looked_up():
    text = "@deco\nclass A(Base):\n    x = OUT\n    def f(self, data: Hint): return data, len(G)"
    assert loaded(text) == {"deco", "Base", "OUT", "G"}
    assert loaded("def f(n):\n    def g(): return n + M\n    return g") == {"M"}


def test_all_that_a_function_uses_is_written_and_nothing_else(theirs):
    code = code_of({"network": theirs.build})
    assert code.called == {"network": "build"}
    assert set(code.definitions) == {"KERNEL", "SCALES", "Gate", "Net", "half", "build"}
    assert set(code.imports.values()) == {
        *("import math", "import torch", "from torch import nn"),
        "from torch.nn import functional as F",
    }
    assert code.files == (theirs.__file__,)
    names = run(code)
    network = names["build"]({"width": 4, "depth": 2, "gate": "gelu"}, _Data)
    assert network(torch.zeros(2, 1, 8, 8)).shape == (2, 10)
    assert type(network) is not theirs.Net


class _Data:
    image_shape, classes = (1, 8, 8), 10


def test_partials_lambdas_and_inner_functions_are_written(theirs):
    assert code_of({"a": theirs.swap}).called == {"a": "functools.partial(Swap)"}
    code = code_of({"network": theirs.short})
    assert code.called == {"network": "build"}
    assert run(code)["build"](None, _Data)(torch.zeros(2, 1, 8, 8)).shape == (2, 10)
    code = code_of({"network": theirs.nested(3)})
    assert run(code)["inner"](None, _Data)(torch.zeros(2, 1, 8, 8)).shape == (2, 10)
    assert {"width = 3", "factor = 2"} <= set(code.definitions.values())
    code = code_of({"head": functools.partial(nn.Linear, 10)})
    assert code.called == {"head": "functools.partial(Linear, 10)"}


def test_what_cannot_be_moved_is_said(theirs):
    with pytest.raises(ExportError, match="it uses nbnas"):
        code_of({"network": theirs.needing_nbnas})
    space = {}
    exec("def build(architecture, data): return None", space)
    with pytest.raises(ExportError, match="nobody knows where build is from"):
        code_of({"network": space["build"]})
    with pytest.raises(ExportError, match="neither a function nor a class"):
        code_of({"network": nn.Linear(2, 2)})
    one, other = theirs.nested(3), theirs.nested(4)
    with pytest.raises(ExportError, match="stands for different things"):
        code_of({"one": one, "other": other})


def test_functions_and_classes_of_a_notebook_are_read_from_its_cells():
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell(warn_venv=False)
    try:
        shell.run_cell("from torch import nn\nwidth = 3")
        shell.run_cell(
            "class Mine(nn.Module):\n    def __init__(self):\n        pass\n    x = 1\n"
        )
        shell.run_cell("def build(architecture, data):\n    return Mine(), width\n")
        code = code_of({"network": shell.user_ns["build"]})
    finally:
        InteractiveShell.clear_instance()
    assert list(code.definitions) == ["Mine", "width", "build"]
    assert code.files == ()
    assert ast.parse(code.definitions["Mine"]).body[0].name == "Mine"
    assert code.definitions["Mine"].endswith("x = 1")
