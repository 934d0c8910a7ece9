import numpy as np
import pytest
import torch

import nbnas as nb
from nbnas.widgets import bundle, view

WIDGET = "application/vnd.jupyter.widget-view+json"
RATES = tuple(np.geomspace(1e-3, 10, 30).tolist())
FOUND = nb.RangeTest(nb.CellSpace().sample(0, 1)[0], RATES, tuple(3 - np.tanh(RATES)), 0.25)
SPEED = nb.Trainer(nb.digits(), device="cpu").explain_speed(FOUND.architecture)
THINGS = {
    "recipe": lambda: nb.recipes.strong,
    "schedule": lambda: nb.Warmup(nb.LinearDecay(), 0.1),
    "optimizer": nb.AdamW,
    "range": lambda: FOUND,
    "speed": lambda: SPEED,
}


@pytest.fixture(params=[*THINGS])
def thing(request):
    return THINGS[request.param]()


def test_static_is_picture_and_text_and_no_widget(thing, static, no_widgets):
    data, _ = bundle(thing)
    assert set(data) == {"image/png", "text/plain"}


def test_live_has_a_widget(thing, live):
    data, _ = bundle(thing)
    assert set(data) == {WIDGET, "image/png", "text/plain"}


def test_a_recipe_says_when_to_use_it():
    for recipe in nb.recipes.known:
        assert view(recipe).summary.startswith(recipe.when)


def test_a_range_test_says_what_it_suggests():
    said = view(FOUND).summary
    assert f"falls most at a learning rate of {FOUND.suggestion:.3g}" in said
    assert "The recipe has 0.25." in said


def test_speed_is_told_with_its_reason():
    said = view(SPEED).summary
    assert "trained on cpu: eager steps, as CUDA graphs need CUDA" in said
    assert said.endswith("It would be quicker with a CUDA device.")
    choices = (nb.SpeedChoice("steps", "compiled", "it was asked for"),)
    other = view(nb.SpeedExplanation(FOUND.architecture, "cuda:1", choices))
    assert other.summary.endswith("compiled steps, as it was asked for.")


def test_what_would_be_quicker_stands_below():
    chosen = nb.SpeedChoice("threads", "1", "many <b>", "threads=8")
    drawn = view(nb.SpeedExplanation(FOUND.architecture, "cpu", (chosen,))).chart.to_dict()
    told = str(drawn["datasets"])
    assert "quicker: threads=8" in told
    assert "many <b>" in told


def test_schedules_and_optimizers_are_told():
    for schedule in (nb.OneCycle(), nb.Cosine(), nb.LinearDecay()):
        assert repr(schedule) in view(schedule).summary
    muon = [nb.Muon()] if hasattr(torch.optim, "Muon") else []
    for optimizer in (nb.SGD(), nb.AdamW(), *muon):
        usual = optimizer.usual(text=False)["learning_rate"]
        assert f"usual learning rate {usual:g} for pictures" in view(optimizer).summary
