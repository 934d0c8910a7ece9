import itertools

import pytest
import torch
from torchvision.transforms import v2

from nbnas.errors import SettingError
from nbnas.training.data.augment import CropAndFlip, augment_images


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


def test_crop_and_flip_is_a_crop_of_each_padded_image_or_its_mirror():
    images = torch.rand(400, 2, 6, 8, generator=torch.Generator().manual_seed(0))
    before = torch.random.get_rng_state()
    a, b, c = (
        augment_images(images, CropAndFlip(2), torch.Generator().manual_seed(seed))
        for seed in (1, 1, 2)
    )
    assert torch.equal(before, torch.random.get_rng_state())
    assert torch.equal(a, b)
    assert not torch.equal(a, c)
    seen = [_crop_of(new, old) for new, old in zip(a, images, strict=True)]
    assert len({crop for crop, _ in seen}) == 25  # every shift of rows and columns happens
    assert 150 < sum(mirrored for _, mirrored in seen) < 250


def _crop_of(new, old):
    """The one shift and mirroring of torchvision's that give the new image, looked for."""
    found = []
    for shift in itertools.product(range(5), range(5)):
        crop = v2.functional.crop(v2.functional.pad(old, [2, 2, 2, 2]), *shift, *old.shape[1:])
        both = (crop, v2.functional.horizontal_flip(crop))
        found += [(shift, k) for k, image in enumerate(both) if torch.equal(image, new)]
    (only,) = found
    return only


def test_without_padding_images_are_kept_or_mirrored():
    kept = CropAndFlip(0)(batch(), torch.Generator().manual_seed(0))
    for new, old in zip(kept, batch(), strict=True):
        assert torch.equal(new, old) or torch.equal(new, old.flip(-1))


@pytest.mark.parametrize("padding", [-1, 1.0, True])
def test_a_wrong_padding_is_refused(padding):
    with pytest.raises(SettingError, match="whole number from 0"):
        CropAndFlip(padding)


def test_flips_can_be_left_out():
    generator = torch.Generator().manual_seed(0)
    assert torch.equal(CropAndFlip(0, flip=False)(batch(), generator), batch())


def test_cutout_is_a_square_around_any_pixel():
    images = torch.ones(600, 2, 7, 9)
    cut = CropAndFlip(0, flip=False, cutout=3)(images, torch.Generator().manual_seed(0)) == 0
    assert torch.equal(cut[:, 0], cut[:, 1])
    rows, columns = cut[:, 0].any(2), cut[:, 0].any(1)
    assert torch.equal(cut[:, 0], rows[:, :, None] & columns[:, None, :])
    for sides, length in ((rows, 7), (columns, 9)):
        firsts, counts = sides.int().argmax(1), sides.sum(1)
        spans = {*zip(firsts.tolist(), counts.tolist(), strict=True)}
        inside = {(first, 3) for first in range(length - 2)}
        assert spans == inside | {(0, 2), (length - 2, 2)}  # a pixel beyond either edge


def test_cutout_comes_after_the_same_crops():
    images = torch.rand(20, 3, 8, 8, generator=torch.Generator().manual_seed(0)) + 1
    plain, cut = (
        CropAndFlip(0, cutout=cutout)(images, torch.Generator().manual_seed(1))
        for cutout in (0, 4)
    )
    assert torch.equal(torch.where(cut == 0, plain, cut), plain)
    assert (cut == 0).any()


def test_what_came_later_is_told_only_where_it_is_used():
    assert repr(CropAndFlip(2)) == "CropAndFlip(padding=2)"
    assert repr(CropAndFlip(2, cutout=4)) == "CropAndFlip(padding=2, cutout=4)"


@pytest.mark.parametrize("settings", [{"flip": 1}, {"cutout": -1}, {"cutout": 2.5}], ids=str)
def test_wrong_settings_are_refused(settings):
    with pytest.raises(SettingError, match=f"expected {next(iter(settings))} to be"):
        CropAndFlip(**settings)
