import torch

from nbnas.graphs.spaces.cell import CellSpace
from nbnas.surrogate.process import columns
from nbnas.surrogate.process.columns import by_columns
from nbnas.surrogate.process.prior import GaussianProcess

CELLS = CellSpace().sample(0, 40)


def test_the_columns_are_those_of_the_covariance(monkeypatch):
    monkeypatch.setattr(columns, "AT_ONCE", 30)
    monkeypatch.setattr(columns, "NARROWEST", 7)
    prior = GaussianProcess()
    first, second = prior.table.indices(CELLS[:4]), prior.table.indices(CELLS)
    parts = by_columns(prior.kernel, prior.table, first, second, lambda part: part.clone())
    assert [part.shape[1] for part in parts] == [7] * 5 + [5]
    expected = torch.from_numpy(prior.covariance(CELLS[:4], CELLS))
    assert torch.equal(torch.cat(parts, dim=1), expected)


def test_of_no_candidate_there_is_one_part_without_columns():
    prior = GaussianProcess()
    first, second = prior.table.indices(CELLS[:4]), prior.table.indices(())
    assert by_columns(prior.kernel, prior.table, first, second, len) == [4]
