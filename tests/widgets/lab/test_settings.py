"""The card of a search whose architectures have settings."""

import math

import numpy as np
import pytest

import nbnas as nb
from nbnas.widgets.lab.lab import Lab
from nbnas.widgets.lab.sources import page_script, specifications

SPACE = nb.JointSpace(
    nb.ChoiceSpace(depth=(2, 4), activation=("relu", "gelu")),
    optimizer=nb.Categorical("sgd", "adamw"),
    rate=nb.Real(1e-3, 1, log=True),
)
PARTS = {"slice0", "slice1", "importance"}


def worth(architecture, seed=0):
    return 0.8 - 0.05 * (math.log10(architecture.setting("rate")) + 1.0) ** 2


@pytest.fixture(scope="module")
def opened():
    search = nb.Search(SPACE, worth, nb.BayesianOptimization(initial=10), seed=0).run(12)
    lab = Lab(search)
    assert lab.wait()
    assert search.error is None
    assert lab.widget.status["error"] == ""
    return search, lab


def test_a_space_without_settings_has_no_such_card(table):
    lab = Lab(nb.Search(nb.CellSpace(), table, nb.RandomSearch(), seed=0).run(2))
    assert lab.wait()
    assert not PARTS & set(lab.widget.specs)
    assert (lab.widget.settings, lab.widget.measure["settings"]) == ({}, [])
    assert set(specifications(space=SPACE)) == set(specifications()) | PARTS
    assert "class Settings" in page_script()


def test_slices_are_those_of_what_is_chosen(opened):
    search, lab = opened
    page, own = lab.widget.settings, lab._atlas.find(lab.widget.chosen)
    assert lab.widget.measure["settings"] == ["optimizer", "rate"]
    assert page["key"] == lab.widget.chosen
    found = nb.slices(search, own)
    rows = page["panels"][1]["data"]["line"]
    np.testing.assert_allclose([row["mean"] for row in rows], found.along("rate").mean)
    assert page["panels"][1]["data"]["here"] == [{"value": own.setting("rate")}]
    dots = page["panels"][0]["data"]["dots"]
    assert [row["key"] for row in dots] == [row["key"] for row in lab.widget.trials]
    assert "With all else as it is, the best is optimizer = " in page["line"]


def test_importance_tells_what_matters_most(opened):
    _, lab = opened
    page = lab.widget.settings["importance"]
    assert page["line"].startswith("rate explains ")
    assert {row["name"] for row in page["data"]["rows"]} == {"architecture", "optimizer", "rate"}
    first = min(page["data"]["rows"], key=lambda row: row["order"])
    assert first["name"] == "rate"


def test_a_click_moves_the_slices_to_another_architecture(opened):
    _, lab = opened
    key = lab.widget.trials[0]["key"]
    lab.widget.set_state({"selected": key})
    assert lab.wait()
    assert lab.widget.settings["key"] == key
    here = lab.widget.settings["panels"][1]["data"]["here"]
    assert here == [{"value": lab._atlas.find(key).setting("rate")}]
    lab.widget.set_state({"selected": ""})
    assert lab.wait()


def test_an_earlier_round_is_by_its_own_model(opened):
    _, lab = opened
    lab.widget.set_state({"round": 6})
    assert lab.wait()
    assert "By a model of 6 trials." in lab.widget.settings["importance"]["line"]
    assert len(lab.widget.settings["panels"][0]["data"]["dots"]) == 6
    lab.widget.set_state({"round": 1})
    assert lab.wait()
    assert lab.widget.settings == {"line": "There is no model over settings yet."}
    lab.widget.set_state({"round": -1})
    assert lab.wait()
    assert len(lab.widget.settings["panels"][0]["data"]["dots"]) == 12


def test_trials_that_weigh_most_are_told_apart_by_their_settings(opened):
    _, lab = opened
    chosen = dict(lab._atlas.find(lab.widget.chosen).settings)
    for near in lab.widget.why["neighbours"]:
        other = dict(lab._atlas.find(near["key"]).settings)
        assert ("rate" in near["difference"]) is (chosen["rate"] != other["rate"])


def test_candidates_are_named_by_their_settings_first(opened):
    search, lab = opened
    first = search.ask().candidates[0].architecture
    label = lab.widget.candidates["data"]["rows"][0]["rank"].partition("\t")[2]
    assert label.removeprefix("► ").startswith(f"{first.setting('optimizer')}, ")
