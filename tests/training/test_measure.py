import math
import warnings

import pytest
import torch
from sklearn.metrics import accuracy_score, balanced_accuracy_score, log_loss
from torch import nn

import nbnas as nb
from nbnas.training import measure
from nbnas.training.measure import epoch_report, evaluate, picture_figures, text_figures

CLASSES = 5  # the last of them has no picture


@pytest.fixture(scope="module")
def network():
    generator = torch.Generator().manual_seed(1)
    linear = nn.Linear(4, CLASSES)
    nn.init.normal_(linear.weight, generator=generator)
    return nn.Sequential(nn.Flatten(), linear, nn.Dropout(0.5))


@pytest.fixture(scope="module")
def part():
    generator = torch.Generator().manual_seed(0)
    chances = torch.tensor([8.0, 4.0, 2.0, 1.0, 0.0])
    labels = torch.multinomial(chances, 200, replacement=True, generator=generator)
    return torch.randn(200, 1, 2, 2, generator=generator), labels


def test_evaluation_in_batches_equals_that_at_once(network, part, monkeypatch):
    whole = evaluate(network, part, CLASSES)
    monkeypatch.setattr(measure, "EVALUATION_BATCH", 7)
    torch.testing.assert_close(evaluate(network, part, CLASSES), whole)
    assert not whole.requires_grad


def test_figures_are_scikit_learns(network, part):
    images, labels = part
    totals = evaluate(network, part, CLASSES).tolist()
    found = picture_figures(totals, torch.bincount(labels, minlength=CLASSES).tolist())
    with torch.no_grad():
        chances = network.eval()(images).double().softmax(1)
    answers = chances.argmax(1)
    assert found[nb.ACCURACY] == pytest.approx(accuracy_score(labels, answers))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that a class has no picture
        expected = balanced_accuracy_score(labels, answers)
    assert found[nb.BALANCED_ACCURACY] == pytest.approx(expected)
    assert found[nb.BALANCED_ACCURACY] != pytest.approx(found[nb.ACCURACY], abs=0.01)
    expected = log_loss(labels, chances, labels=range(CLASSES))
    assert found[nb.LOG_LOSS] == pytest.approx(expected, rel=1e-5)


def test_text_as_unsure_as_between_four_tokens():
    found = text_figures(math.log(4), measure.CHARACTER_MEASURES)
    assert [*found.values()] == pytest.approx([2, 4, math.log(4)])
    assert [each.name for each in found] == ["bits a character", "perplexity", "log loss"]
    assert math.isfinite(text_figures(1e4, measure.WORD_MEASURES)[nb.PERPLEXITY])


def test_a_report_tells_the_measure_where_it_is_not_the_accuracy():
    held = {nb.ACCURACY: 0.9, nb.BALANCED_ACCURACY: 0.8, nb.LOG_LOSS: 0.3}
    known = (0.1, 2.0, 500.0)
    plain, balanced = (
        epoch_report((1, 3), (0.5, 0.7), held, known, each)
        for each in (nb.ACCURACY, nb.BALANCED_ACCURACY)
    )
    assert plain == nb.EpochReport(1, 3, 0.5, 0.7, 0.3, 0.9, *known)
    assert (plain.measured, balanced.measured, balanced.val_accuracy) == (0.9, 0.8, 0.9)
