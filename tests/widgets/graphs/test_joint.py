"""What is seen of settings: their scales, and the architectures that have them."""

import json

import pytest

import nbnas as nb
from nbnas.charts.graphs.dimensions import told
from nbnas.charts.lab.page import name_of
from nbnas.widgets.graphs.space import _Controls
from nbnas.widgets.show import view

RATE = nb.Real(1e-3, 1, log=True)
TWO = nb.Categorical("sgd", "adamw")
ANGRY = '<script>alert("x")</script>'
INNER = (
    nb.CellSpace(),
    nb.CnnSpace(layers=(5, 7)),
    nb.RecurrentSpace(nodes=(2, 5)),
    nb.ChoiceSpace(width=(1, 2), activation=("relu", "gelu")),
)


def drawn(chart):
    return json.dumps(chart.to_dict())


@pytest.mark.parametrize("inner", INNER, ids=lambda space: type(space).__name__)
def test_an_architecture_says_its_settings(inner):
    space = nb.JointSpace(inner, learning_rate=RATE, optimizer=TWO)
    (a,) = space.sample(0, 1)
    rate = repr(a.setting("learning_rate"))
    seen = view(a)
    assert f"learning_rate={rate}" in seen.summary
    assert rate in drawn(seen.chart)
    assert rate not in drawn(view(a.bare).chart)
    assert nb.charts.notation(a) == (
        f"{nb.charts.notation(a.bare)} @ learning_rate={rate}, optimizer={a.setting('optimizer')}"
    )
    assert name_of(a, 1000).endswith(f"optimizer={a.setting('optimizer')}")
    assert nb.charts.to_png(seen.chart).startswith(b"\x89PNG")


@pytest.mark.parametrize("inner", INNER, ids=lambda space: type(space).__name__)
def test_a_space_shows_its_settings_and_those_of_its_samples(inner, redrawn):
    space = nb.JointSpace(inner, learning_rate=RATE, optimizer=TWO)
    seen = view(space)
    assert "learning_rate from 0.001 to 1, on a logarithmic scale" in seen.summary
    assert type(inner).__name__ in seen.summary
    shown = drawn(seen.chart)
    assert all(word in shown for word in ("learning_rate", "adamw", "0.0316", "2 settings"))
    controls = _Controls(space)
    controls.open.value = 2
    assert "Sample 2 of JointSpace" in redrawn(controls.panel)


@pytest.mark.parametrize(
    ("dimension", "words"),
    [
        (RATE, "from 0.001 to 1, on a logarithmic scale"),
        (nb.Integer(2, 9), "from 2 to 9"),
        (TWO, "one of sgd, adamw"),
        (nb.Categorical(*range(99)), "one of 0, 1, 2, 3, 4, 5, 93 more"),
    ],
)
def test_a_setting_shows_its_scale(dimension, words):
    assert told(dimension) == words
    seen = view(dimension)
    assert words in seen.summary
    assert nb.charts.to_png(seen.chart).startswith(b"\x89PNG")


def test_texts_of_settings_are_escaped(redrawn):
    space = nb.JointSpace(nb.CellSpace(), note=nb.Categorical(ANGRY))
    html = redrawn(_Controls(space).panel)
    assert "<script" not in html
    assert "alert(" in html
    controls = _Controls(space)
    controls.open.value = 1
    assert "<script" not in redrawn(controls.panel)


def test_settings_of_a_gallery_are_cut_to_their_room():
    space = nb.JointSpace(nb.CellSpace(), a_long_name=RATE, another_long_name=TWO)
    (a,) = space.sample(0, 1)
    assert f'"{a.setting("a_long_name")!r}, sgd' in drawn(nb.charts.gallery([a])).replace("\\", "")
