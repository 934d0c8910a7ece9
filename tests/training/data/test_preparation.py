import numpy as np
import pytest
import torch
from PIL import Image, ImageOps
from torchvision.transforms import v2

from nbnas.errors import DataError, SettingError
from nbnas.training.data.preparation import Preparation

NOISE = np.random.default_rng(0).integers(0, 256, (3, 5, 3), dtype=np.uint8)
WIDE = Image.fromarray(NOISE).resize((50, 30), Image.Resampling.BICUBIC)  # smooth


def pixels(picture):
    """`(C, H, W)` as Pillow has it."""
    array = np.asarray(picture)
    return torch.tensor(array[None] if array.ndim == 2 else array.transpose(2, 0, 1))


def test_a_picture_of_the_wanted_size_stays_as_it_is():
    made = Preparation("RGB", (30, 50))(WIDE)
    assert made.dtype == torch.uint8
    assert torch.equal(made, pixels(WIDE))


@pytest.mark.parametrize("size", [(16, 16), (12, 24), (40, 40), (24, 12), (4, 60)])
def test_other_sizes_are_what_pillow_makes_of_the_middle(size):
    made = Preparation("RGB", size)(WIDE)
    expected = pixels(ImageOps.fit(WIDE, size[::-1], Image.Resampling.BILINEAR))
    assert made.shape == (3, *size)
    assert (made.int() - expected.int()).abs().float().mean() < 6  # ours cuts at whole pixels


def test_they_are_those_of_torchvision_bit_for_bit():
    # 30 x 50 pixels: of a square the side is 30, from the tenth column on
    made = Preparation("RGB", (16, 16))(WIDE)
    cut = v2.functional.resized_crop(WIDE, 0, 10, 30, 30, [16, 16])
    assert torch.equal(made, pixels(cut))


def test_a_picture_that_is_very_long_takes_no_memory():
    assert Preparation("L", (64, 64))(Image.new("L", (100_000, 1), 7)).unique().tolist() == [7]


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        (Image.new("1", (4, 4), 1), (255, 255, 255)),
        (Image.new("L", (4, 4), 9), (9, 9, 9)),
        (Image.new("P", (4, 4), 0), (0, 0, 0)),
        (Image.new("CMYK", (4, 4), (0, 255, 255, 0)), (255, 0, 0)),
        (Image.new("RGBA", (4, 4), (10, 20, 30, 0)), (255, 255, 255)),
        (Image.new("RGBA", (4, 4), (10, 20, 30, 255)), (10, 20, 30)),
        (Image.new("LA", (4, 4), (0, 0)), (255, 255, 255)),
        (Image.fromarray(np.full((4, 4), 257 * 100, np.uint16)), (100, 100, 100)),
        (Image.fromarray(np.full((4, 4), 257 * 100, np.int32)), (100, 100, 100)),
        (Image.fromarray(np.full((4, 4), 0.2, np.float32)), (51, 51, 51)),
        (Image.fromarray(np.full((4, 4), 51, np.float32)), (51, 51, 51)),
    ],
    ids=lambda it: it.mode if isinstance(it, Image.Image) else "",
)
def test_every_mode_becomes_eight_bits_without_transparency(picture, expected):
    made = Preparation("RGB", (4, 4))(picture)
    assert made.flatten(1).T.unique(dim=0).tolist() == [list(expected)]


def test_brightnesses_that_mean_nothing_are_refused():
    for values in (np.full((4, 4), -1.0, np.float32), np.full((4, 4), np.nan, np.float32)):
        with pytest.raises(DataError, match="expected brightnesses from 0"):
            Preparation("L", (4, 4))(Image.fromarray(values))


def test_turned_as_the_camera_says():
    turned = WIDE.copy()
    turned.getexif()[0x0112] = 6  # to be turned by a quarter clockwise
    assert torch.equal(Preparation("RGB", (50, 30))(turned), pixels(WIDE.rotate(-90, expand=True)))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"mode": "RGBA"}, "'L' for gray or 'RGB'"),
        ({"size": (3, 8)}, "whole numbers from 4"),
        ({"size": 8}, "pair"),
    ],
)
def test_wrong_settings(given, message):
    with pytest.raises(SettingError, match=message):
        Preparation(**{"mode": "RGB", "size": (8, 8), **given})


def test_what_is_no_picture():
    with pytest.raises(DataError, match="such as PIL"):
        Preparation("L", (8, 8))("cat.jpg")
