import pytest
import torch
from torchvision.transforms import v2

from nbnas.errors import SettingError
from nbnas.training.augment import augment_images


def batch():
    return torch.arange(40 * 36.0).view(40, 1, 6, 6)


def test_repeatable_for_each_image_and_without_global_effect():
    flip = v2.RandomHorizontalFlip(0.5)
    before = torch.random.get_rng_state()
    a, b, c = (
        augment_images(batch(), flip, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)
    )
    assert torch.equal(before, torch.random.get_rng_state())
    assert torch.equal(a, b)
    assert not torch.equal(a, c)
    flipped = [torch.equal(new, old.flip(-1)) for new, old in zip(a, batch(), strict=True)]
    kept = [torch.equal(new, old) for new, old in zip(a, batch(), strict=True)]
    assert 8 < sum(flipped) < 32
    assert sum(flipped) + sum(kept) == 40


def test_global_state_is_restored_after_an_error():
    before = torch.random.get_rng_state()

    def broken(image):
        torch.rand(1)
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        augment_images(batch(), broken, torch.Generator())
    assert torch.equal(before, torch.random.get_rng_state())


@pytest.mark.parametrize(
    ("transform", "came"),
    [
        (v2.Resize(3), r"float32 \(1, 3, 3\)"),
        (lambda image: image.double(), "float64"),
        (lambda image: None, "NoneType"),
    ],
)
def test_transforms_must_keep_the_shape(transform, came):
    with pytest.raises(SettingError, match=rf"float32 \(1, 6, 6\).*{came}"):
        augment_images(batch(), transform, torch.Generator())
