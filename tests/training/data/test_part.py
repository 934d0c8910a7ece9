import numpy as np
import torch

from nbnas.training.data.part import channel_moments, split_arrays


def test_split_is_stratified_disjoint_and_nested():
    labels = np.repeat([0, 1, 2], [100, 60, 40])
    images = np.arange(200.0).reshape(200, 1, 1, 1)
    train, val, test = split_arrays(images, labels, (100, 50, 50), 0, "x")
    seen = torch.cat([part[0].flatten() for part in (train, val, test)])
    assert sorted(seen.tolist()) == list(range(200))
    for (_, given), shares in ((train, (50, 30, 20)), (val, (25, 15, 10)), (test, (25, 15, 10))):
        assert np.abs(np.bincount(given) - shares).max() <= 1
    smaller = split_arrays(images, labels, (40, 50, 110), 0, "x")[0]
    assert set(smaller[0].flatten().tolist()) < set(train[0].flatten().tolist())


def test_channel_moments_against_numpy():
    images = np.random.default_rng(0).integers(0, 256, (20, 3, 5, 4), dtype=np.uint8)
    images[:, 2] = 7
    mean, stddev = channel_moments(torch.tensor(images))
    np.testing.assert_allclose(mean.flatten(), images.mean((0, 2, 3)), rtol=1e-6)
    np.testing.assert_allclose(stddev.flatten()[:2], images.std((0, 2, 3))[:2], rtol=1e-6)
    assert stddev.shape == (3,)
    assert stddev[2] == 1
