"""The members of a front as a table, and as files."""

import math
import runpy

import numpy as np
import pandas as pd
import pytest
import torch

import nbnas as nb
from nbnas.errors import ExportError, SettingError
from nbnas.records import Evaluation
from nbnas.search import taken
from nbnas.training.export import writing
from nbnas.widgets import bundle, view
from nbnas.widgets.search.front_table import page

LATENCY = nb.Measure("latency", "ms", maximize=False, lower=0)
CELLS = nb.CellSpace().sample(0, 4)
CONVOLUTIONS, HALF, SKIPS = (
    nb.CellSpace().parse(f"|{a}~0|+|{b}~0|{a}~1|+|{b}~0|{a}~1|{b}~2|")
    for a, b in (
        ("nor_conv_3x3", "nor_conv_3x3"),
        ("nor_conv_1x1", "skip_connect"),
        ("skip_connect", "skip_connect"),
    )
)
ATTACK = "<script>alert('x')</script>"


def objective(architecture, seed=0):
    many = str(architecture).count("conv")
    told = {"latency": 1.0 + many}
    return Evaluation(architecture, 0.3 + 0.1 * many, measured=told, parameters=100 * many)


@pytest.fixture
def search():
    return nb.Search(
        nb.CellSpace(), objective, nb.RandomSearch(), goals=(nb.ACCURACY, LATENCY)
    ).run(10)


def seen(*trials, measures=(nb.ACCURACY, LATENCY)):
    return nb.Observations(trials, nb.ACCURACY, nb.Goals(measures))


def test_each_member_is_a_row_in_the_units_of_the_measures(search):
    table = nb.front_table(search)
    frame = table.frame()
    assert isinstance(frame, pd.DataFrame)
    assert list(frame) == [
        *("trial", "architecture", "validation accuracy", "latency"),
        *("parameters", "seconds"),
    ]
    assert len(frame) == len(table) == len(search.front)
    for row, member in zip(frame.to_dict("records"), search.front, strict=True):
        assert search.observations[row["trial"] - 1] == member
        assert row["latency"] == member.measured["latency"]
        assert row["architecture"] == str(member.architecture)
    assert frame["latency"].is_monotonic_increasing


def test_a_count_that_is_a_goal_has_one_column():
    trials = (Evaluation(CELLS[0], 0.9, parameters=9), Evaluation(CELLS[1], 0.8, parameters=7))
    frame = nb.front_table(seen(*trials, measures=(nb.ACCURACY, nb.PARAMETERS))).frame()
    assert frame["parameters"].tolist() == [7.0, 9.0]
    assert frame["trial"].tolist() == [2, 1]


def test_equal_members_keep_their_own_trials():
    same = Evaluation(CELLS[0], 0.9, measured={"latency": 1.0})
    twin = Evaluation(CELLS[1], 0.9, measured={"latency": 1.0})
    assert nb.front_table(seen(same, twin)).numbers == (1, 2)


def test_an_empty_front_is_a_table_without_rows():
    table = nb.front_table(seen(Evaluation(CELLS[0], None, status="failed", error="no")))
    assert (len(table), len(table.frame())) == (0, 0)
    assert view(table).summary == "Nothing is on the front yet."


def test_one_goal_has_no_table():
    with pytest.raises(SettingError, match="expected a search with several goals"):
        nb.front_table(nb.Search(nb.CellSpace(), objective, nb.RandomSearch()))
    with pytest.raises(SettingError, match="expected search to be"):
        nb.front_table("search")


def test_a_member_is_exported_by_the_number_of_its_trial(search, monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(taken, "trainer_of", lambda objective: None)
    monkeypatch.setattr(taken, "export", lambda *given, **more: asked.append((given, more)))
    table = nb.front_table(search)
    number = table.numbers[0]
    table.export(number, tmp_path / "a")
    (given, more) = asked[0]
    assert given[0] == search.observations[number - 1]
    assert given[2] == tmp_path / "a"
    assert f"trial {number} of 10: validation accuracy" in more["found"]
    assert "latency" in more["found"]
    assert math.isfinite(given[0].value)
    search.export(tmp_path / "b")
    assert asked[1][0][0] == search.best


def here(file, folder, pictures, scratch):
    """What model.py says of the pictures on disk, in this process."""
    module = runpy.run_path(str(folder / file))
    with torch.inference_mode():
        return module["load"]()(torch.from_numpy(np.load(pictures))).numpy()


@pytest.fixture
def light(monkeypatch):
    """Exports without graphs and fresh processes, which take seconds each."""
    monkeypatch.setattr(writing, "program_of", lambda *_: None)
    for name in ("program_file", "onnx_file"):
        monkeypatch.setattr(writing, name, lambda *_: b"")
    monkeypatch.setattr(writing, "CHECKED", ("model.py",))
    monkeypatch.setattr(writing, "rerun", here)


@pytest.mark.slow
def test_each_member_of_a_real_front_is_a_network_as_files(light, tmp_path):
    pytest.importorskip("onnxscript")
    data = nb.digits(train=200, validation=200)
    trainer = nb.Trainer(data, epochs=1, channels=3, device="cpu", keep_weights=True)
    space = nb.Subspace(nb.CellSpace(), (CONVOLUTIONS, SKIPS, HALF))
    goals, store = (nb.ACCURACY, nb.PARAMETERS), tmp_path / "s.db"
    search = nb.Search(space, trainer, nb.RandomSearch(), seed=0, goals=goals, store=store).run(3)
    table = nb.front_table(search)
    assert len(table) >= 1
    pictures, labels = trainer.data.test
    for number in table.numbers:
        member = search.observations[number - 1]
        made = table.export(number, tmp_path / str(number))
        network = runpy.run_path(str(tmp_path / str(number) / "model.py"))["load"]()
        weights = sum(p.numel() for p in network.parameters())
        assert weights == made.parameters == member.parameters
        with torch.inference_mode():
            right = (network(pictures).argmax(1) == labels).float().mean()
        assert made.accuracy == pytest.approx(float(right))
        card = (tmp_path / str(number) / "card.md").read_text("utf-8")
        assert f"trial {number} of 3: validation accuracy" in card
    smallest = min(search.observations, key=lambda e: e.parameters)
    assert table.members[0].parameters == smallest.parameters  # it is on every front


def test_what_is_no_member_is_not_exported(search, tmp_path):
    table = nb.front_table(search)
    with pytest.raises(SettingError, match="expected the trial of a member, one of"):
        table.export(max(table.numbers) + 1000, tmp_path)
    with pytest.raises(SettingError, match="a search"):
        nb.front_table(search.observations).export(table.numbers[0], tmp_path)
    with pytest.raises(ExportError, match="full training of this search"):
        search.export(tmp_path, evaluation=Evaluation(CELLS[0], 0.123))
    with pytest.raises(ExportError, match="expected a Trainer"):
        table.export(table.numbers[0], tmp_path)


def test_it_draws_itself(search, monkeypatch):
    table = nb.front_table(search)
    assert repr(table).startswith("FrontTable(")
    monkeypatch.setenv("NBNAS_DISPLAY", "static")
    assert set(bundle(table)[0]) == {"image/png", "text/plain"}
    assert "the best in latency first" in view(table).summary
    text = str(view(table).chart.to_dict())
    assert "latency (ms)" in text
    monkeypatch.setenv("NBNAS_DISPLAY", "live")
    shown = view(table).panel().widget.value
    assert shown.count("<tr>") == len(table) + 1
    assert "latency (ms)" in shown


def test_what_stands_in_the_table_is_escaped():
    drawn = page([ATTACK, "architecture"], [[ATTACK, ATTACK]], ATTACK)
    assert "<script" not in drawn
    assert drawn.count("&lt;script") == 4
    evil = nb.Measure(ATTACK, ATTACK, maximize=False)
    trial = Evaluation(CELLS[0], 0.5, measured={ATTACK: 1.0})
    table = nb.front_table(seen(trial, measures=(nb.ACCURACY, evil)))
    assert "<script" not in view(table).panel().widget.value
    assert "<script" not in nb.charts.to_svg(nb.charts.front_table(table))
