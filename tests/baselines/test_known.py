"""The known networks: their published sizes, and what they compute against other people's code."""

import pytest
import torch
from torch import nn
from torchvision.models import alexnet, vgg11

import nbnas as nb
from nbnas.baselines.known import IMAGES, TEXT, known
from nbnas.baselines.networks.resnet import Block
from nbnas.errors import SettingError
from nbnas.training.data.images import digits

B = nb.baselines


@pytest.mark.parametrize(
    ("baseline", "image_shape", "classes", "published"),
    [
        (B.alexnet, (3, 224, 224), 1000, 61_100_840),  # torchvision's table of weights
        (B.vgg11, (3, 224, 224), 1000, 132_863_336),  # the same
        (B.lenet5, (1, 32, 32), 10, 61_706),
        (B.lenet5, (1, 28, 28), 10, 61_706),
        (B.resnet20, (3, 32, 32), 10, 269_722),  # 0.27 M in He et al.
        (B.alexnet, (3, 32, 32), 10, 23_272_266),  # as usual for CIFAR-10
        (B.vgg11, (3, 32, 32), 10, 9_231_114),  # the same
        (B.plain, (1, 8, 8), 10, 64 * 128 + 128 + 1280 + 10),
    ],
)
def test_sizes_are_the_published_ones(baseline, image_shape, classes, published):
    assert baseline.parameters(image_shape, classes) == published


@pytest.mark.slow
@pytest.mark.parametrize(("baseline", "published"), [(B.alexnet, alexnet), (B.vgg11, vgg11)])
def test_large_ones_compute_what_torchvision_computes(baseline, published):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        theirs, images = published(num_classes=3).eval(), torch.randn(1, 3, 224, 224)
    ours = baseline.network((3, 224, 224), 3).eval()
    pairs = zip(ours.parameters(), theirs.parameters(), strict=True)
    with torch.no_grad():
        for own, their in pairs:
            own.copy_(their)
        torch.testing.assert_close(ours(images), theirs(images))


def test_lenet_computes_what_is_written_out():
    net = B.lenet5.network((1, 32, 32), 10).eval()
    first, second, third, fourth, last = (m for m in net.modules() if hasattr(m, "weight"))
    images = torch.randn(2, 1, 32, 32)
    pool = nn.functional.avg_pool2d
    x = pool(torch.tanh(nn.functional.conv2d(images, first.weight, first.bias)), 2)
    x = pool(torch.tanh(nn.functional.conv2d(x, second.weight, second.bias)), 2)
    assert x.shape == (2, 16, 5, 5)
    for layer in (third, fourth):
        x = torch.tanh(x.flatten(1) @ layer.weight.T + layer.bias)
    torch.testing.assert_close(net(images), x @ last.weight.T + last.bias)


def test_shortcuts_keep_every_second_pixel_and_add_channels_of_zeros():
    block = Block(4, 8).eval()
    nn.init.zeros_(block.residual[-1].weight)
    nn.init.zeros_(block.residual[-1].bias)
    images = torch.rand(2, 4, 6, 6)
    given = block(images)
    assert given.shape == (2, 8, 3, 3)
    assert torch.equal(given[:, 2:6], images[:, :, ::2, ::2])
    assert not given[:, :2].any()
    assert not given[:, 6:].any()


def test_resnet_has_twenty_layers_with_weights():
    net = B.resnet20.network((3, 32, 32), 10)
    layers = [m for m in net.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    assert len(layers) == 20
    strides = [m.stride for m in layers if isinstance(m, nn.Conv2d)]
    assert strides.count((2, 2)) == 2


@pytest.mark.parametrize("shape", [(1, 8, 8), (1, 28, 28), (3, 32, 32), (2, 40, 70)], ids=str)
@pytest.mark.parametrize("baseline", IMAGES, ids=lambda baseline: baseline.name)
def test_they_read_images_of_many_sizes(baseline, shape):
    net = baseline.network(shape, 7).eval()
    with torch.no_grad():
        assert net(torch.zeros(2, *shape)).shape == (2, 7)


def test_the_seed_decides_their_weights():
    data = digits(120, 100)
    trainer = nb.Trainer(data, epochs=1, device="cpu")
    first, again, other = (B.plain.train(trainer, seed) for seed in (1, 1, 2))
    assert first.value == again.value
    assert first.reports[0].train_loss == again.reports[0].train_loss
    assert first.reports[0].train_loss != other.reports[0].train_loss


def test_what_reads_a_data_set():
    data = digits(120, 100)
    assert known(data) == IMAGES
    assert [b.name for b in known(data, 30_000)] == ["plain", "LeNet-5"]
    assert known("a text") == TEXT
    tiny = nb.from_arrays(
        "tiny", torch.rand(30, 5, 5).numpy(), [0, 1] * 15, train=10, validation=10
    )
    assert [b.name for b in known(tiny)] == ["plain", "LeNet-5", "ResNet-20", "VGG-11"]


def test_recurrent_ones_are_the_known_cells():
    space = nb.RecurrentSpace()
    assert [b.name for b in TEXT] == ["LSTM", "GRU", "RNN"]
    assert all(b.architecture in space for b in TEXT)


def test_small_images_are_refused_with_what_to_do():
    with pytest.raises(
        SettingError, match=r"at least 8.8 pixels for AlexNet, got 7.9; leave it out"
    ):
        B.alexnet.network((3, 7, 9), 10)
    with pytest.raises(SettingError, match="reads images, got LSTM"):
        B.lstm.network((3, 32, 32), 10)
    with pytest.raises(SettingError, match="a data set of images for LeNet-5"):
        B.lenet5(B.lenet5.architecture, "a text")
