import numpy as np
import torch
from nbnas.training.data.images import from_arrays

from nbnas.training.networks.normalize import Normalize, normalized, normalizing
from nbnas.training.networks.side_by_side import side_by_side


def images(n=6, kind=np.uint8):
    return np.random.default_rng(0).integers(0, 256, (n, 3, 5, 4)).astype(kind)


def test_it_shifts_and_scales_each_channel_of_any_number_type():
    normalize = Normalize(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([2.0, 4.0, 8.0]))
    wanted = (images(kind=np.float64) - [[[1]], [[2]], [[3]]]) / [[[2]], [[4]], [[8]]]
    for kind in (np.uint8, np.float32, np.float64):
        made = normalize(torch.tensor(images(kind=kind)))
        assert made.dtype == torch.float32
        np.testing.assert_allclose(made, wanted, rtol=1e-6)
    assert not list(normalize.parameters())
    assert set(normalize.state_dict()) == {"shift", "scale"}


def test_the_training_part_becomes_centred_and_of_deviation_one():
    data = from_arrays(
        "u", np.tile(images(30), (2, 1, 2, 2)), np.arange(60) % 3, train=30, validation=15
    )
    assert data.train[0].dtype == torch.uint8
    made = normalizing(data)(data.train[0]).double()
    assert made.mean((0, 2, 3)).abs().max() < 1e-6
    assert (made.std((0, 2, 3), correction=0) - 1).abs().max() < 1e-6


def test_a_network_with_it_takes_what_the_data_has():
    data = from_arrays("u", images(60), np.arange(60) % 3, train=30, validation=15)
    network = normalized(data, torch.nn.Flatten())
    assert torch.equal(network(data.val[0]), normalizing(data)(data.val[0]).flatten(1))


def test_side_by_side_each_group_has_its_own():
    first, second = (Normalize(torch.arange(3.0) + k, torch.ones(3) * k) for k in (1, 2))
    x = torch.tensor(images())
    both = side_by_side(first, second)(torch.cat([x, x], 1))
    assert torch.equal(both, torch.cat([first(x), second(x)], 1))
