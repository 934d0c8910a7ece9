"""A compiled step, and what happens where nothing can be compiled.

What compiles is a stand-in but in one test, as torch's own takes half a minute.
"""

import pickle

import pytest
import torch
from torch import nn
from torchvision.transforms import v2

import nbnas as nb
from nbnas.errors import SettingError
from nbnas.training.device import Place
from nbnas.training.memory.pieces import Pieces
from nbnas.training.run import network_of
from nbnas.training.speed import quickest
from nbnas.training.speed.compiled import CompiledStep
from nbnas.training.speed.step import Step
from nbnas.training.steps.averaging import Averaging
from nbnas.training.steps.optimizer import optimizer_of
from nbnas.training.tasks.of_recipe import task_of


class Wrapped(nn.Module):
    """What torch.compile gives: another module that has the same weights."""

    def __init__(self, body, fault=None):
        super().__init__()
        self._orig_mod, self.fault, self.calls = body, fault, 0

    def forward(self, images):
        self.calls += 1
        scores = self._orig_mod(images)
        if self.fault is not None:
            raise self.fault
        return scores


def reports(trainer, architecture, seed=1):
    training = trainer.start(architecture, seed)
    return [(r.train_loss, r.val_loss) for r in training], training


@pytest.fixture
def compiles(monkeypatch):
    """Lets a test say what `torch.compile` does."""

    def patch(compile):
        def made(step, generator):
            return CompiledStep(step, generator, compile)

        monkeypatch.setattr(quickest, "CompiledStep", made)

    return patch


RECIPE = {"epochs": 2, "batch_size": 12, "device": "cpu"}


def test_the_network_itself_stays_as_it_is(photographs, light, compiles):
    made = []
    compiles(lambda body: made.append(Wrapped(body)) or made[0])
    found, training = reports(nb.Trainer(photographs, **RECIPE, compile=True, ema=0.9), light)
    plain, other = reports(nb.Trainer(photographs, **RECIPE, ema=0.9), light)
    assert found == plain
    assert made[0].calls == 2 * 10
    assert training.network.state_dict().keys() == other.network.state_dict().keys()
    pickle.dumps(training.network)


@pytest.mark.parametrize("settings", [{}, {"mix": v2.MixUp(num_classes=3)}], ids=str)
def test_a_failure_is_said_once_and_changes_no_number(photographs, light, compiles, settings):
    """Not even where the forward pass had moved the running means, and drawn."""
    fault = RuntimeError("No working C++ compiler\n found in config.cpp.cxx")
    compiles(lambda body: Wrapped(body, fault))
    with pytest.warns(UserWarning, match=r"RuntimeError: No working C\+\+ compiler found") as told:
        found, _ = reports(nb.Trainer(photographs, **RECIPE, **settings, compile=True), light)
    assert len(told) == 1
    assert found == reports(nb.Trainer(photographs, **RECIPE, **settings), light)[0]


def test_torchs_own_error_of_a_missing_compiler(photographs, light, monkeypatch):
    """The message of this very version of torch, without waiting for a compilation."""
    config = pytest.importorskip("torch._inductor.config")
    builder = pytest.importorskip("torch._inductor.cpp_builder")
    monkeypatch.setattr(config.cpp, "cxx", ("no-such-compiler-1", "no-such-compiler-2"))
    for name in ("get_cpp_compiler", "_get_cpp_compiler"):
        if hasattr(getattr(builder, name, None), "cache_clear"):
            getattr(builder, name).cache_clear()
    with pytest.raises(Exception, match="compiler") as raised:  # its class differs by version
        builder.get_cpp_compiler()
    step, batch = step_of(photographs, light, lambda body: Wrapped(body, raised.value))
    with pytest.warns(UserWarning, match="compile.*C\\+\\+ compiler"):
        step(batch, None, 0.1)
    assert type(raised.value).__name__ in step.reason


def step_of(data, architecture, compile, network=None):
    recipe = nb.Trainer(data, batch_size=16, device="cpu", network=network)
    rng, place = torch.Generator().manual_seed(0), Place()
    task, made = task_of(recipe, place, rng), network_of(recipe, architecture, rng)
    scaler = torch.amp.GradScaler("cpu", enabled=False)
    step = Step(
        Pieces(task, made, scaler, place), optimizer_of(recipe, made), Averaging(made, None)
    )
    batch = next(task.batches(task.parts(final=False)[0]))
    return CompiledStep(step, rng, compile), batch


def test_too_little_memory_is_no_failure_to_compile(photographs, light):
    fault = torch.cuda.OutOfMemoryError("CUDA out of memory")
    step, batch = step_of(photographs, light, lambda body: Wrapped(body, fault))
    with pytest.raises(torch.cuda.OutOfMemoryError):
        step(batch, None, 0.1)
    assert step.reason == ""


def test_a_fault_of_a_network_of_ones_own_stays_one(photographs, light):
    class Broken(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(192, 3)

        def forward(self, images):
            if self.training:
                raise ValueError("of my own")
            return self.linear(images.flatten(1))

    step, batch = step_of(photographs, light, Wrapped, lambda a, d: Broken().train())
    step._own.train()
    with (
        pytest.raises(ValueError, match="of my own"),
        pytest.warns(UserWarning, match="of my own"),
    ):
        step(batch, None, 0.1)


def test_text_is_not_compiled(tmp_path):
    (tmp_path / "text.txt").write_text("a line of text\n" * 40)
    with pytest.raises(SettingError, match="expected no compile with text"):
        nb.Trainer(nb.from_text(tmp_path / "text.txt"), compile=True)


@pytest.mark.parametrize("name", ["compile", "cuda_graphs"])
def test_they_are_true_false_or_by_rule(photographs, name):
    with pytest.raises(SettingError, match=name):
        nb.Trainer(photographs, **{name: "yes"})


@pytest.mark.slow
def test_torch_compiles(photographs, light):
    """Where it finds a compiler, which it says if not."""
    trainer = nb.Trainer(photographs, **RECIPE, compile=True)
    found, training = reports(trainer, light)
    plain, _ = reports(nb.Trainer(photographs, **RECIPE), light)
    assert found[0] == pytest.approx(plain[0], rel=1e-2)
    assert type(training.network[1]).__name__ != "OptimizedModule"
