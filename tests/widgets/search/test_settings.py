"""The views of what is known of settings."""

import dataclasses
import re

import numpy as np
import pytest

import nbnas as nb
from nbnas.widgets import view

SPACE = nb.JointSpace(
    nb.ChoiceSpace(depth=(2, 4), activation=("relu", "gelu")),
    optimizer=nb.Categorical("sgd", "adamw"),
    rate=nb.Real(1e-3, 1, log=True),
)


def worth(architecture, seed=0):
    return 0.8 - 0.05 * (np.log10(architecture.setting("rate")) + 1.0) ** 2


@pytest.fixture(scope="module")
def search():
    return nb.Search(SPACE, worth, nb.BayesianOptimization(initial=8), seed=0).run(8)


def titles(page):
    return set(re.findall(r"<text[^>]*>(optimizer|rate)</text>", page))


def test_setting_and_architecture_are_chosen(search, redrawn):
    panel = view(nb.slices(search)).panel()
    setting, architecture = panel.widget.children[0].children
    assert [name for name, _ in setting.options] == ["all", "optimizer", "rate"]
    assert titles(redrawn(panel)) == {"optimizer", "rate"}
    setting.value = "rate"
    assert titles(redrawn(panel)) == {"rate"}
    worst = min(search.observations, key=lambda e: e.value).architecture
    assert architecture.options[0][1] == search.best.architecture
    assert architecture.options[-1][1] == worst
    architecture.value = worst
    assert f"now {worst.setting('rate')}" in redrawn(panel)
    assert panel.error is None


def test_a_record_alone_has_no_other_architecture(search):
    alone = dataclasses.replace(nb.slices(search), search=None)
    assert view(alone).panel().widget.children[0].children[1].disabled
