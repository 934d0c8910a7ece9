import pytest
import torch
from torch import nn

from nbnas.training import measure
from nbnas.training.measure import epoch_means, epoch_totals, evaluate


def test_totals_and_means():
    scores, labels = torch.tensor([[2.0, 1.0], [0.0, 3.0], [1.0, 0.0]]), torch.tensor([0, 1, 1])
    totals = epoch_totals(torch.tensor(6.0), scores, labels)
    assert totals.tolist() == [6, 2]
    assert epoch_means(totals, 3) == (2, pytest.approx(2 / 3))


def test_evaluation_in_batches_equals_that_at_once(monkeypatch):
    generator = torch.Generator().manual_seed(0)
    images = torch.randn(50, 1, 2, 2, generator=generator)
    labels = torch.randint(3, (50,), generator=generator)
    network = nn.Sequential(nn.Flatten(), nn.Linear(4, 3), nn.Dropout(0.5))
    whole = evaluate(network, (images, labels))
    monkeypatch.setattr(measure, "EVALUATION_BATCH", 7)
    torch.testing.assert_close(evaluate(network, (images, labels)), whole)
    assert not whole.requires_grad
    scores = network.eval()(images)
    assert whole[1].item() == (scores.argmax(1) == labels).sum().item()
    loss = nn.functional.cross_entropy(scores, labels, reduction="sum").item()
    assert whole[0].item() == pytest.approx(loss, rel=1e-5)
