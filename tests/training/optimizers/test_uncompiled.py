"""Steps are PyTorch's own, and the compiler is not imported for them."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from nbnas.training.optimizers.uncompiled import SGD, AdamW, muon

ROOT = Path(__file__).parents[3]
SCRIPT = """
import sys
import nbnas as nb
space = nb.CellSpace()
objective = nb.Trainer(nb.digits(), epochs=1)
search = nb.Search(space, objective, nb.RandomSearch())
search.run(1)
assert search.observations[0].value > 0
assert "torch.optim" in sys.modules
assert "torch._dynamo" not in sys.modules, "the compiler was imported"
"""


@pytest.mark.parametrize("fused", [False, True])
@pytest.mark.parametrize(
    ("ours", "theirs", "options"),
    [
        (SGD, torch.optim.SGD, {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
        (SGD, torch.optim.SGD, {}),
        (AdamW, torch.optim.AdamW, {"betas": (0.8, 0.99), "weight_decay": 0.1}),
    ],
)
def test_steps_are_those_of_pytorch(ours, theirs, options, fused):
    found = []
    for optimizer in (ours, theirs):
        torch.manual_seed(0)
        layer = torch.nn.Linear(5, 3)
        optimize = optimizer(layer.parameters(), lr=0.1, fused=fused, **options)
        for step in range(5):
            optimize.param_groups[0]["lr"] = 0.1 / (step + 1)
            optimize.zero_grad()
            layer(torch.randn(7, 5)).square().sum().backward()
            optimize.step()
        found.append((layer.weight.detach(), optimize.state_dict()))
    (weight, state), (expected, expected_state) = found
    assert torch.equal(weight, expected)
    assert state["param_groups"] == expected_state["param_groups"]
    assert state["state"].keys() == expected_state["state"].keys()


def test_a_step_builds_no_graph_and_leaves_gradients_on():
    weight = torch.nn.Parameter(torch.ones(3))
    optimizer = SGD([weight], lr=0.1)
    weight.sum().backward()
    optimizer.step()
    assert torch.is_grad_enabled()
    assert weight.is_leaf
    assert weight.tolist() == pytest.approx([0.9] * 3)


def test_state_travels_to_and_from_pytorchs_own():
    weight = torch.nn.Parameter(torch.ones(3))
    ours, theirs = SGD([weight], lr=0.1, momentum=0.9), torch.optim.SGD([weight], lr=0.2)
    weight.sum().backward()
    ours.step()
    theirs.load_state_dict(ours.state_dict())
    assert theirs.param_groups[0]["lr"] == 0.1
    ours.load_state_dict(theirs.state_dict())
    assert torch.equal(ours.state[weight]["momentum_buffer"], torch.ones(3))


def test_a_search_trains_without_the_compiler():
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not hasattr(torch.optim, "Muon"), reason="torch has no Muon")
def test_muon_is_that_of_pytorch():
    found = []
    for optimizer in (muon, torch.optim.Muon):
        torch.manual_seed(0)
        layer = torch.nn.Linear(5, 3, bias=False)
        optimize = optimizer(layer.parameters(), lr=0.1, momentum=0.8, weight_decay=0.1)
        for _ in range(3):
            optimize.zero_grad()
            layer(torch.randn(7, 5)).square().sum().backward()
            optimize.step()
        found.append(layer.weight.detach())
    assert torch.equal(*found)
