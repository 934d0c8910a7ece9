"""Numbers of parameters, known and predicted."""

import numpy as np

import nbnas as nb
from nbnas.records import Evaluation, Observations
from nbnas.surrogate.sizes.parameters import parameter_counts

CELLS = tuple(nb.CellSpace())


def weights(cell):
    text = str(cell)
    return 1000 + 900 * text.count("3x3") + 100 * text.count("1x1")


def seen(n=30, count=weights):
    cells = nb.CellSpace().sample(1, n)
    return Observations(tuple(Evaluation(c, 0.5, parameters=count(c)) for c in cells))


def test_what_was_seen_is_known_and_the_rest_predicted():
    observations = seen()
    found = parameter_counts(observations)
    mean, stddev = found.latent(observations.architectures)
    truth = np.log([weights(c) for c in observations.architectures])
    np.testing.assert_allclose(mean.numpy(), truth)
    assert not stddev.any()
    mean, stddev = found.latent(CELLS)
    truth = np.log([weights(c) for c in CELLS])
    assert np.corrcoef(mean.numpy(), truth)[0, 1] > 0.95
    new = stddev.numpy() > 0
    assert new.sum() > len(CELLS) - 40
    off = np.abs(mean.numpy() - truth)[new] / stddev.numpy()[new]
    assert np.mean(off < 2) > 0.8
    assert "30 known" in repr(found)


def test_many_are_counted_once_and_few_each_time_alike():
    found = parameter_counts(seen())
    all_, some = found.latent(CELLS)[0][:20], found.latent(CELLS[:20])[0]
    np.testing.assert_allclose(all_.numpy(), some.numpy())


def test_without_numbers_nothing_is_predicted():
    assert parameter_counts(seen(count=lambda _: None)) is None
    assert parameter_counts(seen(2)) is None
    assert parameter_counts(seen(count=lambda _: 77)) is None
