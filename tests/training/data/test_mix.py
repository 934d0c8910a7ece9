import pytest
import torch
from torch.nn.functional import one_hot
from torchvision.transforms import v2

from nbnas.errors import SettingError
from nbnas.training.data.mix import check_mix, mix_images

MIX = v2.MixUp(num_classes=4)


def batch(n=12):
    generator = torch.Generator().manual_seed(0)
    return torch.rand(n, 3, 6, 6, generator=generator), torch.arange(n) % 4


def mixed(transform, seed=1):
    return mix_images(*batch(), 4, transform, torch.Generator().manual_seed(seed))


def test_mix_up_is_a_weighted_mean_of_two_pictures_and_their_classes():
    (images, labels), (x, shares) = batch(), mixed(v2.MixUp(alpha=1.0, num_classes=4))
    known = one_hot(labels, 4).float()
    weight = (x[0] - images[-1]).mean() / (images[0] - images[-1]).mean()
    assert 0 < weight < 1
    torch.testing.assert_close(x, weight * images + (1 - weight) * images.roll(1, 0))
    torch.testing.assert_close(shares, weight * known + (1 - weight) * known.roll(1, 0))


def test_cutmix_has_each_pixel_of_one_of_two_pictures():
    (images, labels), (x, shares) = batch(), mixed(v2.CutMix(num_classes=4))
    own = (x == images).all(1)
    assert torch.equal(x, torch.where(own[:, None], images, images.roll(1, 0)))
    weight = own[0].float().mean()
    known = one_hot(labels, 4).float()
    torch.testing.assert_close(shares, weight * known + (1 - weight) * known.roll(1, 0))


@pytest.mark.parametrize(
    "transform",
    [MIX, v2.RandomChoice([MIX, v2.CutMix(num_classes=4)]), v2.RandomApply([MIX])],
    ids=lambda each: type(each).__name__,
)
def test_it_is_repeatable_and_without_global_effect(transform):
    before = torch.random.get_rng_state()
    a, b = mixed(transform), mixed(transform)
    assert all(map(torch.equal, a, b))
    assert torch.equal(before, torch.random.get_rng_state())
    assert torch.allclose(a[1].sum(1), torch.ones(12))


def test_other_seeds_mix_otherwise():
    assert not torch.equal(mixed(MIX, 1)[0], mixed(MIX, 2)[0])


@pytest.mark.parametrize(
    ("transform", "came"),
    [
        (lambda images, labels: images, r"one tensor \(12, 3, 6, 6\)"),
        (lambda images, labels: (images[:2], labels), r"float32 \(2, 3, 6, 6\) and"),
        (lambda images, labels: (images, labels[:, None]), r"and torch.int64 \(12, 1\)"),
        (lambda images, labels: None, "None"),
        (lambda images, labels: ("x", labels), "'x' and"),
    ],
)
def test_what_is_no_batch_is_refused(transform, came):
    with pytest.raises(SettingError, match=rf"expected mix to give images .*it gave .*{came}"):
        mixed(transform)


def test_a_transform_that_does_not_suit_is_found_before_a_training():
    check_mix(v2.CutMix(num_classes=10), (1, 8, 8), 10)
    with pytest.raises(SettingError, match=r"it gave .*\(4, 3\); use .*num_classes=10"):
        check_mix(v2.MixUp(num_classes=3), (1, 8, 8), 10)
    with pytest.raises(SettingError, match=r"expected mix to take images.*TypeError"):
        check_mix(lambda images: images, (1, 8, 8), 10)


def test_labels_that_stay_are_whole_shares():
    (images, labels), (x, shares) = batch(), mixed(lambda *both: both)
    assert torch.equal(x, images)
    assert torch.equal(shares, one_hot(labels, 4).float())
