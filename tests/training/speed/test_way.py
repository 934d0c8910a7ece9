"""The rule by which steps are computed; devices that are not here are only named."""

import dataclasses

import pytest
import torch
from torchvision.transforms import v2

import nbnas as nb
from nbnas.graphs.spaces.recurrent.space import lstm
from nbnas.training.device import Place
from nbnas.training.networks.network import count_multiply_adds
from nbnas.training.run import network_of
from nbnas.training.speed import quickest, way
from nbnas.training.speed.cuda import capture_on
from nbnas.training.speed.graph import StepGraph
from nbnas.training.speed.way import COMPILED, EAGER, GRAPH, multiply_adds_of, way_of, work_of

CUDA = Place(torch.device("cuda:0"), torch.bfloat16, torch.channels_last)
MANY = 1_000


def network(architecture, data):
    return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(192, 3))


def chosen(data, architecture, place=CUDA, steps=MANY, **settings):
    return way_of(nb.Trainer(data, device="cpu", **settings), architecture, place, steps)


def test_small_networks_on_cuda_are_recorded(photographs, light):
    for settings in ({}, {"optimizer": nb.AdamW()}, {"augment": v2.RandomHorizontalFlip()}):
        found = chosen(photographs, light, **settings)
        assert (found.name, found.quicker) == (GRAPH, "")


@pytest.mark.parametrize("kind", ["cpu", "mps"])
def test_elsewhere_there_are_no_graphs(photographs, light, kind):
    found = chosen(photographs, light, Place(torch.device(kind)))
    assert (found.name, found.quicker) == (EAGER, "a CUDA device")
    assert kind in found.why
    assert capture_on(torch.device(kind)) is None


@pytest.mark.parametrize(
    ("settings", "why", "quicker"),
    [
        ({"cuda_graphs": False}, "asks for it", "cuda_graphs=None"),
        ({"deterministic": True}, "deterministic", "deterministic=False"),
        ({"mix": v2.MixUp(num_classes=3)}, "mix draws for each batch on the CPU", "no mix"),
        ({"network": network}, "of your own", "cuda_graphs=True"),
    ],
)
def test_what_speaks_against_graphs_is_said(photographs, light, settings, why, quicker):
    found = chosen(photographs, light, **settings)
    assert found.name == EAGER
    assert why in found.why
    assert quicker in found.quicker


def test_optimizers_that_read_their_rate_on_the_cpu(photographs, light):
    if not hasattr(torch.optim, "Muon"):
        pytest.skip("torch has no Muon")
    found = chosen(photographs, light, optimizer=nb.Muon())
    assert (found.name, found.quicker) == (EAGER, "SGD() or AdamW()")
    assert found.why.startswith("Muon reads")


def test_old_cards_and_short_trainings(photographs, light):
    old = dataclasses.replace(CUDA, precision=torch.float16)
    assert "scaled" in chosen(photographs, light, old).why
    found = chosen(photographs, light, steps=way.FEWEST - 1)
    assert found.why.startswith(f"{way.FEWEST - 1} steps are too few")
    assert chosen(photographs, light, steps=10, cuda_graphs=True).name == GRAPH


def test_a_network_of_ones_own_is_recorded_if_asked_for(photographs, light):
    assert chosen(photographs, light, network=network, cuda_graphs=True).name == GRAPH


def test_text_is_not_recorded(tmp_path):
    (tmp_path / "text.txt").write_text("a line of text\n" * 40)
    data = nb.from_text(tmp_path / "text.txt")
    found = chosen(data, lstm())
    assert (found.name, found.quicker) == (EAGER, "")
    assert "hidden states" in found.why
    assert multiply_adds_of(nb.Trainer(data), lstm()) is None
    assert work_of(nb.Trainer(data), lstm()) == way.UNKNOWN


def test_large_trainings_on_cuda_are_compiled(photographs, light, monkeypatch):
    work = work_of(nb.Trainer(photographs, epochs=7, device="cpu"), light)
    assert work == 6 * multiply_adds_of(nb.Trainer(photographs), light) * 110 * 7
    monkeypatch.setattr(way, "COMPILED_FROM", work)
    assert chosen(photographs, light, epochs=7).name == COMPILED
    assert chosen(photographs, light, epochs=6).name == GRAPH
    for settings in ({"compile": False}, {"cuda_graphs": True}):
        assert chosen(photographs, light, epochs=7, **settings).name == GRAPH
    assert chosen(photographs, light, epochs=7, deterministic=True).name == EAGER
    assert chosen(photographs, light, Place(), epochs=7).name == EAGER


def test_compiled_is_what_is_asked_for_on_any_device(photographs, light):
    for place in (Place(), CUDA):
        assert chosen(photographs, light, place, compile=True).name == COMPILED


@pytest.mark.parametrize("skeleton", [None, nb.CellSkeleton(4, 1, 2)])
def test_multiply_adds_are_those_of_the_network(photographs, light, skeleton):
    trainer = nb.Trainer(photographs, device="cpu", skeleton=skeleton)
    made = network_of(trainer, light, torch.Generator().manual_seed(0))
    assert multiply_adds_of(trainer, light) == count_multiply_adds(made, (3, 8, 8))


def test_the_step_is_the_chosen_one(photographs, light, monkeypatch):
    from recorder import RecordedCapture

    made = []
    step_graph = lambda *given: made.append(StepGraph(*given)) or made[-1]  # noqa: E731
    monkeypatch.setattr(quickest, "StepGraph", step_graph)
    monkeypatch.setattr(quickest, "capture_on", lambda device: RecordedCapture())
    trainer = nb.Trainer(photographs, epochs=1, device="cpu")
    trainer(light)
    assert made == []
    monkeypatch.setattr(quickest, "way_of", lambda *_: way.Way(way.GRAPH, "a test"))
    trainer(light)
    assert len(made) == 1
