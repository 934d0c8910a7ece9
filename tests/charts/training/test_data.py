import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from nbnas.charts.render import to_png, to_svg
from nbnas.charts.training.data import data, picture_url, shown_classes
from nbnas.training.data.summary import DataSummary


def summary(classes=2, sizes=(), warnings=(), names=None, shape=(3, 8, 8)):
    rng = np.random.default_rng(0)
    counts = np.stack([np.arange(classes) + 12, np.full(classes, 5), np.full(classes, 4)], 1)
    samples = tuple(
        tuple(rng.integers(0, 256, (3, *shape[1:], 3), dtype=np.uint8)) for _ in range(classes)
    )
    named = names or tuple(f"class {k}" for k in range(classes))
    return DataSummary("pets: all of it", named, counts, samples, shape, sizes, warnings)


def opened(url):
    kind, _, text = url.partition(";base64,")
    return kind, Image.open(io.BytesIO(base64.b64decode(text)))


def test_names_counts_and_parts_are_said(said):
    words = said(data(summary()))
    for word in ("class 0", "class 1", "21", "22", "training", "validation", "test"):
        assert word in words
    assert "25 training, 10 validation, 8 test; 3×8×8; 2 classes" in words  # noqa: RUF001
    assert "Pictures on disk" not in words
    assert "What looks wrong" not in words


def test_samples_are_in_the_picture():
    svg = to_svg(data(summary()))
    urls = re.findall(r'href="(data:image/[^"]+)"', svg)
    assert len(urls) == 6
    kind, picture = opened(urls[0])
    assert kind == "data:image/png"
    shown = np.asarray(picture)[4::9, 4::9]
    np.testing.assert_array_equal(shown, summary().samples[0][0])
    drawn = np.asarray(Image.open(io.BytesIO(to_png(data(summary())))).convert("RGB"))
    colors = {tuple(color) for color in drawn.reshape(-1, 3)}
    wanted = {tuple(color) for color in summary().samples[0][0].reshape(-1, 3)}
    assert len(wanted & colors) > 0.9 * len(wanted)


def test_small_images_keep_their_pixels_and_large_ones_are_small_files():
    small = np.arange(64, dtype=np.uint8).reshape(8, 8)
    kind, picture = opened(picture_url(small))
    assert kind == "data:image/png"
    np.testing.assert_array_equal(np.asarray(picture)[::9, ::9], small)
    kind, picture = opened(picture_url(np.zeros((400, 200, 3), np.uint8)))
    assert (kind, picture.size) == ("data:image/jpeg", (38, 76))


def test_the_sizes_on_disk_are_drawn_where_they_differ(said):
    words = said(data(summary(sizes=(((30, 40), 5), ((20, 90), 1)))))
    assert "2 sizes of 6 pictures" in words
    assert "Pictures on disk" not in said(data(summary(sizes=(((30, 40), 5),))))


def test_what_looks_wrong_is_said(said):
    words = said(data(summary(warnings=("few of dog", "3 images are twice"))))
    assert "▲ few of dog" in words
    assert "▲ 3 images are twice" in words


def test_names_are_no_markup(said, attack):
    chart = data(summary(names=("<b>x</b>", attack), warnings=(attack,)))
    assert "<b>x</b>" in said(chart)
    assert "<script" not in to_svg(chart)


def test_of_many_classes_the_ends_are_shown(said):
    assert shown_classes(np.array([3, 1, 2])) == [0, 1, 2]
    assert shown_classes(np.arange(20), 4) == [19, 18, 1, 0]
    words = said(data(summary(classes=30)))
    assert "30 classes, the 10 with the most and the fewest images" in words
    assert "class 29" in words
    assert "class 15" not in words


@pytest.mark.parametrize("shape", [(3, 4, 90), (3, 90, 4)])
def test_long_images(shape):
    assert to_svg(data(summary(shape=shape))).startswith("<svg")
