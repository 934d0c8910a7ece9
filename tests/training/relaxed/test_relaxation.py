"""A live relaxation: its reports, its result, and that it goes on after whatever ended it."""

import dataclasses
import math
import os
import signal
import subprocess
import sys
import time

import pytest
import torch
from relaxed_methods import METHODS, numbers

import nbnas as nb
from nbnas.errors import ArchitectureError, SettingError, TrainingError


@pytest.mark.parametrize("name", METHODS)
def test_reports_tell_all_epochs(name, finished):
    relaxation = finished[name]
    assert [each.epoch for each in relaxation.reports] == [1, 2, 3]
    assert relaxation.is_finished
    assert relaxation.architecture == relaxation.reports[-1].architecture
    assert relaxation.architecture in relaxation.space
    assert 0 < relaxation.reports[-1].value <= 1
    assert relaxation.reports[0].seconds < relaxation.reports[-1].seconds
    (cell,) = relaxation.reports[-1].weights
    assert cell.edges == (("0", "1"), ("0", "2"), ("1", "2"))
    assert cell.operations == relaxation.space.words
    assert relaxation.cost > 0


@pytest.mark.parametrize("name", METHODS)
def test_goes_on_to_the_same_numbers(name, supernet, finished, tmp_path):
    place = tmp_path / "relaxed"
    begun = supernet.start(METHODS[name], seed=3).keep(place)
    next(iter(begun))
    begun.checkpoint()
    next(iter(begun))  # is lost
    torch.rand(3)  # whatever this process has drawn meanwhile
    resumed, before = supernet.start(METHODS[name], seed=3).keep(place), torch.get_rng_state()
    told = []
    resumed.progressed.connect(told.append)
    found = resumed.run()
    assert [each.epoch for each in told] == [2, 3]
    assert numbers(resumed) == numbers(finished[name])
    assert found == finished[name].architecture
    assert resumed.finalists == finished[name].finalists
    assert math.isclose(resumed.cost, finished[name].cost)
    assert torch.equal(torch.get_rng_state(), before)
    again = supernet.start(METHODS[name], seed=3).keep(place)  # whose end was kept
    assert again.run() == found
    cells = supernet.space.sample(0, 3)
    assert again.scores(cells) == resumed.scores(cells)


def test_another_one_begins_anew(supernet, finished, tmp_path):
    place = tmp_path / "relaxed"
    next(iter(supernet.start(METHODS["darts"], seed=4).keep(place)))
    begun = supernet.start(METHODS["darts"], seed=3).keep(place)
    assert next(iter(begun)).epoch == 1
    assert numbers(begun) == numbers(finished["darts"])[:1]


def test_stops_after_an_epoch(supernet):
    relaxation = supernet.start(METHODS["darts"])
    assert relaxation.architecture is relaxation.seconds_left is None
    assert relaxation.cost == 0
    for report in relaxation:
        assert relaxation.seconds_left == pytest.approx(2 * report.seconds)
        relaxation.stop()
    assert len(relaxation.reports) == 1
    with pytest.raises(TrainingError, match="3 epochs, but the relaxation was stopped after 1"):
        relaxation.run()


def test_pauses_where_nobody_asks_for_the_next_epoch(supernet, finished):
    relaxation = supernet.start(METHODS["darts"], seed=3)
    first = next(iter(relaxation))
    time.sleep(0.3)
    second = next(iter(relaxation))
    assert second.epoch == 2
    assert second.seconds - first.seconds < 0.3 + 2 * first.seconds
    assert numbers(relaxation) == numbers(finished["darts"])[:2]


def test_seeds_decide(supernet, finished):
    state = torch.get_rng_state()
    same, other = (supernet.start(METHODS["darts"], seed=seed) for seed in (3, 4))
    same.run(), other.run()
    assert numbers(same) == numbers(finished["darts"])
    assert numbers(other) != numbers(same)
    assert torch.equal(torch.get_rng_state(), state)


def test_architectures_are_scored_with_inherited_weights(supernet, finished):
    relaxation, cells = finished["one-shot"], supernet.space.sample(0, 4)
    before = {
        name: value.clone() for name, value in relaxation._ground.network.state_dict().items()
    }
    scores = relaxation.scores(cells)
    assert scores == relaxation.scores(cells)
    after = relaxation._ground.network.state_dict()
    assert all(torch.equal(value, after[name]) for name, value in before.items())
    chance = 0.1
    assert len(set(scores)) > 1
    broken = supernet.space.parse("|none~0|+|none~0|nor_conv_1x1~1|")
    assert relaxation.scores([broken])[0] < 2 * chance  # it sees nothing
    with pytest.raises(ArchitectureError):
        relaxation.scores(nb.CellSpace().sample(0, 1))
    with pytest.raises(TrainingError, match="with an epoch behind it"):
        supernet.start(METHODS["darts"]).scores(cells)


def test_a_network_inherits_its_weights(supernet, trainer, finished):
    relaxation = finished["one-shot"]
    cell = supernet.space.parse("|nor_conv_1x1~0|+|skip_connect~0|nor_conv_1x1~1|")
    network = relaxation.network(cell).train()
    images = trainer.data.train[0][:32]
    shared = relaxation._ground.network.train()
    with torch.no_grad():
        x = network[0](images)
        expected = shared(x, relaxation._ground.weights_of(cell))
        torch.testing.assert_close(network(images), expected, rtol=0, atol=1e-6)


def test_scores_are_those_of_the_inheriting_networks(supernet, trainer, finished):
    relaxation = finished["one-shot"]
    (images, labels), pictures = trainer.data.val, trainer.data.train[0]
    cells = [cell for cell in supernet.space if cell.text.count("conv") > 1][:4]
    for cell, score in zip(cells, relaxation.scores(cells), strict=True):
        network = relaxation.network(cell).train()
        for layer in network.modules():
            if isinstance(layer, torch.nn.BatchNorm2d):
                layer.momentum = 1.0
        with torch.no_grad():
            network(pictures)  # whose statistics count
            right = network.eval()(images).argmax(1) == labels
        assert score == pytest.approx(float(right.float().mean()), abs=1e-6)


def test_what_is_found_is_a_trial_as_any_other(supernet, trainer, finished):
    found = finished["darts"].architecture
    strategy = nb.BayesianOptimization(initial=2, first=(found,))
    search = nb.Search(supernet.space, trainer, strategy, seed=0)
    assert search.ask().architecture == found
    search.tell(trainer.start(found, seed=search.proposal.seed).run())
    assert search.best.architecture == found
    assert len(search.run(3).observations) == 3


def test_a_loss_that_is_no_number_ends_it(supernet):
    wild = dataclasses.replace(supernet.trainer, learning_rate=1e30)
    relaxation = nb.Supernet(supernet.space, wild).start(METHODS["darts"])
    with pytest.raises(TrainingError, match="finite loss"):
        relaxation.run()
    with pytest.raises(TrainingError, match="had failed after 0"):
        relaxation.run()


def test_wrong_arguments_are_refused(supernet, tmp_path):
    for given in ((object(), 0), (nb.Darts, 0), (nb.Darts(), -1)):
        with pytest.raises(SettingError):
            supernet.start(*given)
    begun = supernet.start(METHODS["darts"])
    next(iter(begun))
    with pytest.raises(TrainingError, match="before the first epoch"):
        begun.keep(tmp_path / "late")


def test_says_what_it_is(supernet, finished):
    assert repr(supernet.start(nb.Darts(), seed=2)) == "Relaxation(Darts(), seed 2, epoch 0 of 50)"
    assert repr(finished["darts"]).startswith(
        "Relaxation(Darts(epochs=3, learning_rate=0.05), seed 3, epoch 3 of 3, |"
    )


@pytest.mark.slow
def test_goes_on_after_a_kill(tmp_path):
    code = f"""
import numpy as np, nbnas as nb
data = nb.digits(train=90, validation=60)
trainer = nb.Trainer(data, epochs=1, channels=2, batch_size=20, device="cpu", \
checkpoint_minutes=1e-9)
relaxation = nb.Supernet(nb.CellSpace(), trainer).start(nb.Darts(epochs=16, learning_rate=0.05))
relaxation.keep({str(tmp_path / "killed")!r})
for report in relaxation:
    print(report.epoch, report.loss, report.value, report.entropy, flush=True)
print(relaxation.architecture)
"""
    whole = run(code.replace("killed", "whole"))
    lines = []
    for least in (3, 8):
        with subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True
        ) as p:
            while len(lines) == 0 or int(lines[-1].split()[0]) < least:
                lines.append(p.stdout.readline())
            os.kill(p.pid, signal.SIGKILL)
    rest = run(code)
    assert 1 < int(rest[0].split()[0]) <= 10
    assert rest == whole[-len(rest) :]


def run(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_the_measure_of_the_trainer_counts(supernet):
    recipe = dataclasses.replace(supernet.trainer, measure=nb.LOG_LOSS)
    method = nb.SinglePathOneShot(1, candidates=150)
    relaxation = nb.Supernet(supernet.space, recipe).start(method)
    relaxation.run()
    assert relaxation.measure == nb.LOG_LOSS
    scores = dict(zip(supernet.space, relaxation.scores(tuple(supernet.space)), strict=True))
    assert scores[relaxation.architecture] == min(scores.values())
