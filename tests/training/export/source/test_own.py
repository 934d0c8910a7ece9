import ast
import functools
import shutil
import subprocess
from pathlib import Path

import pytest
import torch
from torch import nn

from nbnas.training.export.facts import Facts
from nbnas.training.export.source.own import reference_to, referring_source

FACTS = Facts("pets", ("cat", "dog"), (3, 8, 8), True, "width=16", "0.1.0")


class Mine(nn.Module):
    def __init__(self, width=4):
        super().__init__()
        self.inner = nn.Linear(3, width)

    def forward(self, images):
        return self.inner(images.float().mean((2, 3)))


def build(architecture, data):
    return Mine()  # a "comment" of theirs


def test_it_says_what_makes_the_network_and_where():
    found = reference_to("network", build)
    assert (found.what, found.name, Path(found.file).name) == ("network", "build", "test_own.py")
    assert 'return Mine()  # a "comment" of theirs' in found.code


def test_a_class_and_a_partial_are_found():
    assert reference_to("operation gate", Mine).name == "Mine"
    assert reference_to("operation gate", functools.partial(Mine, width=3)).name == "Mine"


def test_what_is_in_no_file_is_said_so():
    space = {}
    exec("def build(architecture, data): return None", space)
    found = reference_to("network", space["build"])
    assert (found.name, found.file, found.code) == ("build", "", "")
    text = referring_source(Mine(), {"network": space["build"]}, FACTS).text
    assert "# The network is made by build, which was in no file." in text


def test_the_weights_have_the_names_of_the_users_own():
    network = Mine()
    weights = referring_source(network, {"network": build}, FACTS).weights
    Mine().load_state_dict(weights, strict=True)
    assert torch.equal(weights["inner.bias"], network.inner.bias)


def test_the_text_is_formatted_and_runs_nothing_of_the_user(tmp_path):
    text = referring_source(Mine(), {"network": build, "operation a-b": Mine}, FACTS).text
    tree = ast.parse(text)
    assert not any(isinstance(node, ast.ClassDef) for node in ast.walk(tree))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert {"NETWORK_FILE", "OPERATION_A_B_FILE", "ARCHITECTURE", "CLASS_NAMES"} <= names
    (tmp_path / "model.py").write_text(text, encoding="utf-8")
    ruff = shutil.which("ruff") or pytest.skip("ruff is not on the path")
    subprocess.run([ruff, "format", "--isolated", "--check", tmp_path], check=True)
    subprocess.run([ruff, "check", "--isolated", tmp_path], check=True)
