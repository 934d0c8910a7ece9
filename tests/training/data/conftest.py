import numpy as np
import pytest
from PIL import Image


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    """A cache of each test's own."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("NBNAS_CACHE", str(folder))
    return folder / "pictures"


@pytest.fixture
def draw():
    """Writes class folders of random pictures."""
    return write


@pytest.fixture
def pets(tmp_path):
    """Class folders of ten pictures each, of 9 to 13 pixels."""
    return write(tmp_path / "pets", {"cat": 10, "dog": 10})


def write(root, counts, size=None, mode="RGB"):
    """A number of pictures in each class folder; no two are alike."""
    rng = np.random.default_rng(list(map(ord, str(root)[-20:])))
    for name, count in counts.items():
        (root / name).mkdir(parents=True)
        for k in range(count):
            height, width = size or rng.integers(9, 14, 2)
            pixels = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
            Image.fromarray(pixels).convert(mode).save(root / name / f"{k}.png")
    return root
