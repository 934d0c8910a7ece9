import io
import math

import numpy as np
import pytest
import torch
from torch import nn

from nbnas.graphs.spaces.cell import cell
from nbnas.records import ACCURACY, EpochReport, Measure
from nbnas.records.measure import LOG_LOSS
from nbnas.training.data.images import from_arrays
from nbnas.training.steps.stopping import Stopping
from nbnas.training.trainer import Trainer

BOTH = (ACCURACY, LOG_LOSS)
LIGHT = cell(["nor_conv_1x1", "none", "none", "skip_connect", "nor_conv_3x3", "none"])


def watched(values, patience, measure=ACCURACY, planned=9):
    """What comes of some values until the end: reports, measures that count, weights."""
    network = nn.Linear(1, 1, bias=False)
    stopping, reports = Stopping(network, patience, measure, (measure, LOG_LOSS)), []
    for epoch, value in enumerate(values, 1):
        with torch.no_grad():
            network.weight.fill_(epoch)
        said = {measure: value, LOG_LOSS: epoch}
        report, figures = stopping.seen(EpochReport(epoch, planned), said)
        reports.append(report)
        if report.epoch == report.epochs:
            break
    return reports, figures, network.weight.item()


def test_it_ends_after_so_many_epochs_without_a_better_value():
    reports, figures, weight = watched([0.5, 0.7, 0.7, 0.6, 0.9], 2)
    assert [(r.epoch, r.epochs) for r in reports] == [(1, 9), (2, 9), (3, 9), (4, 4)]
    assert figures == {ACCURACY: 0.7, LOG_LOSS: 2}
    assert weight == 2  # those of the best epoch


def test_a_better_value_begins_the_count_anew():
    reports, figures, weight = watched([0.5, 0.4, 0.6, 0.5, 0.7, 0.6, 0.6], 2)
    assert len(reports) == 7
    assert (figures[ACCURACY], weight) == (0.7, 5)


def test_lower_may_be_better():
    _, figures, weight = watched([3.0, 2.0, 2.5], 1, Measure("loss", maximize=False))
    assert weight == 2
    assert 2.0 in figures.values()


def test_at_the_planned_end_the_best_epoch_counts_too():
    reports, figures, weight = watched([0.5, 0.8, 0.7], 5, planned=3)
    assert reports[-1].epochs == 3
    assert (figures[ACCURACY], weight) == (0.8, 2)


def test_without_patience_the_last_epoch_counts():
    reports, figures, weight = watched([0.9, 0.1, 0.1, 0.2], None, planned=4)
    assert [r.epochs for r in reports] == [4] * 4
    assert (figures[ACCURACY], weight) == (0.2, 4)


def test_it_goes_on_from_its_state():
    begun, kept = Stopping(nn.Linear(1, 1, bias=False), 2, ACCURACY, BOTH), io.BytesIO()
    for epoch, value in enumerate([0.5, 0.8, 0.7], 1):
        begun.seen(EpochReport(epoch, 9), {ACCURACY: value, LOG_LOSS: epoch})
    torch.save(begun.state_dict(), kept)
    kept.seek(0)
    network = nn.Linear(1, 1, bias=False)
    resumed = Stopping(network, 2, ACCURACY, BOTH)
    resumed.load_state_dict(torch.load(kept, weights_only=True))
    report, figures = resumed.seen(EpochReport(4, 9), {ACCURACY: 0.6, LOG_LOSS: 4})
    assert report.epochs == 4
    assert figures == {ACCURACY: 0.8, LOG_LOSS: 2}
    assert torch.equal(network.weight, begun.state_dict()["weights"]["weight"])


@pytest.fixture(scope="module")
def noise():
    """Pictures that say nothing of their class: a training soon knows them by heart."""
    images = np.random.default_rng(0).normal(size=(120, 6, 6))
    return from_arrays("noise", images, np.arange(120) % 3, train=40, validation=40)


@pytest.fixture(scope="module")
def training(noise):
    made = Trainer(noise, epochs=40, device="cpu", measure=LOG_LOSS, patience=3).start(LIGHT, 1)
    made.run()
    return made


def test_a_training_ends_on_a_plateau_with_its_best_epoch(training, noise):
    evaluation = training.evaluation
    losses = [report.val_loss for report in evaluation.reports]
    assert 4 <= len(losses) < 40
    assert evaluation.value == min(losses) == evaluation.measured["log loss"]
    assert losses.index(min(losses)) == len(losses) - 4
    assert [report.epochs for report in evaluation.reports] == [40] * (len(losses) - 1) + [
        len(losses)
    ]
    images, labels = noise.val
    with torch.no_grad():
        loss = nn.functional.cross_entropy(training.network.eval()(images), labels).item()
    assert loss == pytest.approx(evaluation.value, rel=1e-4)
    assert list(training) == []


def test_its_epochs_are_those_of_a_training_without_patience(training, noise):
    reports = training.evaluation.reports
    plain = Trainer(noise, epochs=40, device="cpu", measure=LOG_LOSS).start(LIGHT, 1)
    for mine, theirs in zip(reports, plain, strict=False):
        assert (mine.train_loss, mine.val_loss) == (theirs.train_loss, theirs.val_loss)


def test_a_final_training_is_not_chosen_by_the_test_part(noise):
    trainer = Trainer(noise, epochs=6, device="cpu", measure=LOG_LOSS, patience=1)
    final = trainer.start(LIGHT, 1, final=True)
    evaluation = final.run()
    assert len(evaluation.reports) == 6
    assert evaluation.value == evaluation.reports[-1].val_loss
    assert math.isfinite(evaluation.value)
