"""Known networks trained by a search's recipe, and what is told of them beside what it found."""

import dataclasses

import pytest
import torch

import nbnas as nb
from nbnas.baselines.lineup import in_short, millions
from nbnas.charts import to_svg
from nbnas.errors import SettingError
from nbnas.widgets.view import view

B = nb.baselines
CELL = nb.CellSpace().sample(0, 1)[0]


@pytest.fixture(scope="module")
def trainer():
    return nb.Trainer(nb.digits(200, 100), epochs=2, device="cpu", batch_size=32)


def measured(baseline, value, parameters, **more):
    architecture = CELL if baseline is None else baseline.architecture
    return nb.Evaluation(architecture, value, parameters=parameters, **more)


@pytest.fixture
def lineup():
    lost = nb.Evaluation(CELL, None, "failed", error="SettingError: too small")
    evaluations = (
        measured(None, 0.9312, 121_000),
        measured(B.resnet20, 0.9177, 269_722),
        lost,
        measured(B.plain, 0.62, 9_610),
    )
    return nb.Lineup(("found", "ResNet-20", "AlexNet", "plain"), evaluations)


def test_it_is_said_in_a_sentence(lineup):
    assert str(lineup) == (
        "found: 93.1 % with 0.12 M parameters; ResNet-20: 91.8 % with 0.27 M; AlexNet: failed; "
        "plain: 62.0 % with 9,610"
    )
    assert repr(lineup).startswith("Lineup(found: 93.1 %")


def test_the_best_comes_first_also_where_less_is_better():
    perplexity = nb.Measure("perplexity", maximize=False, lower=1)
    values = {B.lstm: 120.0, B.gru: 96.5, B.rnn: 140.0}
    found = tuple(measured(b, v, 10_000, measure=perplexity) for b, v in values.items())
    lineup = nb.Lineup(tuple(b.name for b in values), found)
    assert [name for name, _ in lineup.ranked] == ["GRU", "LSTM", "RNN"]
    said = "LSTM: 120.0 with 0.010 M parameters; GRU: 96.50 with 0.010 M; RNN: 140.0 with 0.010 M"
    assert str(lineup) == said


def test_the_test_part_counts_where_it_is_known_of_all(lineup):
    assert not lineup.tested
    tests = (0.90, 0.91, None, 0.6)
    tested = [
        e if test is None else dataclasses.replace(e, test=test)
        for e, test in zip(lineup.evaluations, tests, strict=True)
    ]
    seen = nb.Lineup(lineup.names, tuple(tested))
    assert seen.tested
    assert [name for name, _ in seen.ranked] == ["ResNet-20", "found", "plain"]
    assert "found: 90.0 %" in str(seen)
    assert "on the test part" in to_svg(view(seen).chart)


def test_its_view_tells_and_draws_all_of_them(lineup):
    seen = view(lineup)
    assert "better than 2 of 2 known networks, 1 of them with more parameters." in seen.summary
    assert "AlexNet failed: SettingError: too small" in seen.summary
    svg = to_svg(seen.chart)
    for text in ("93.1 %", "ResNet-20", "0.27 M", "failed: AlexNet", "plain"):
        assert f">{text}" in svg or text in svg
    alone = nb.Lineup(("found",), lineup.evaluations[:1])
    assert "known" not in view(alone).summary
    assert to_svg(view(alone).chart).startswith("<svg")
    lost = nb.Lineup(("AlexNet",), lineup.evaluations[2:3])
    assert "no network has been trained" in to_svg(view(lost).chart)


def test_without_a_number_of_weights_only_values_are_drawn():
    known = nb.Lineup(("found",), (measured(None, 0.5, None),))
    assert str(known) == "found: 50.0 %"
    assert "parameters" not in to_svg(view(known).chart)


@pytest.mark.parametrize("baseline", [B.resnet20, B.lstm], ids=str)
def test_a_known_network_is_drawn(baseline):
    seen = view(baseline)
    assert baseline.name in seen.summary
    assert to_svg(seen.chart).startswith("<svg")


def test_the_picture_of_a_known_network_says_its_size():
    assert "269,722 parameters for " in view(B.resnet20.architecture).summary


def test_known_networks_are_trained_by_the_recipe(trainer):
    found = trainer(CELL, seed=1)
    before = torch.get_rng_state()
    lineup = B.compare(found, trainer, (B.plain, B.lenet5), seed=3, rates=(1.0,))
    assert torch.equal(before, torch.get_rng_state())
    assert lineup.names == ("found", "plain", "LeNet-5")
    assert lineup.evaluations[0] == found
    by_hand = dataclasses.replace(trainer, network=B.lenet5)(B.lenet5.architecture, 3)
    assert lineup.evaluations[2].value == by_hand.value
    assert lineup.evaluations[2].parameters == 21_386
    assert not lineup.tested


def test_of_several_rates_the_better_one_counts(trainer):
    apart = [B.plain.train(trainer, 1, rates=(rate,)).value for rate in (1.0, 0.001)]
    assert apart[0] > apart[1] + 0.1
    for rates in ((1.0, 0.001), (0.001, 1.0)):
        assert B.plain.train(trainer, 1, rates=rates).value == apart[0]


def test_a_rate_at_which_it_diverges_does_not_count(trainer):
    steep = dataclasses.replace(trainer, learning_rate=1e9)
    lost = B.plain.train(steep, 1, rates=(1.0,))
    assert lost.status == "failed"
    assert "finite loss" in lost.error
    assert B.plain.train(steep, 1, rates=(1.0, 1e-10)).value > 0.3


def test_where_what_was_found_is_tested_the_others_are_too(trainer):
    found = dataclasses.replace(trainer(CELL, seed=1), test=0.5)
    steps = list(B.compared(found, trainer, (B.plain,), rates=(1.0,)))
    assert [len(step.names) for step in steps] == [1, 2]
    assert steps[-1].tested
    recipe = B.plain.recipe(trainer)
    assert steps[-1].evaluations[1].test == recipe.test(B.plain.architecture, 0)


def test_what_reads_something_else_is_in_it_as_failed(trainer):
    lineup = B.compare(trainer(CELL), trainer, (B.lstm,))
    assert lineup.evaluations[1].status == "failed"
    assert "reads images" in lineup.evaluations[1].error


def test_a_recipe_forgets_own_networks_and_operations(trainer):
    gelu = nb.Operation("gelu", lambda channels: torch.nn.GELU())
    told = dataclasses.replace(trainer, operations=(gelu,))
    assert B.plain.recipe(told) == dataclasses.replace(trainer, network=B.plain)
    assert B.lstm.recipe(dataclasses.replace(told, network=B.plain)) == trainer
    assert B.plain.recipe(told).fingerprint()["network"].startswith("Baseline ")


def test_two_known_networks_are_two_settings(trainer):
    first, second = (b.recipe(trainer).fingerprint()["network"] for b in (B.plain, B.lenet5))
    assert first != second


@pytest.mark.parametrize(
    ("names", "said"),
    [((), "a name for each"), (("one",), "1 names for 4"), ("found", "a sequence")],
)
def test_names_have_to_fit(lineup, names, said):
    with pytest.raises(SettingError, match=said):
        nb.Lineup(names, lineup.evaluations)


def test_measures_have_to_be_one(lineup):
    other = dataclasses.replace(lineup.evaluations[0], measure=nb.Measure("loss", maximize=False))
    mine = dataclasses.replace(lineup.evaluations[1], measure=nb.ACCURACY)
    with pytest.raises(SettingError, match="of one measure"):
        nb.Lineup(("a", "b"), (other, mine))


def test_numbers_are_as_one_says_them():
    assert [millions(n) for n in (61_706, 269_722, 9_231_114, 61_100_840)] == [
        *("0.062 M", "0.27 M", "9.2 M", "61.1 M"),
    ]
    assert in_short(nb.ACCURACY, 1.0) == "100.0 %"
    assert in_short(nb.Measure("time", "ms"), 12.345) == nb.Measure("time", "ms").text(12.345)
