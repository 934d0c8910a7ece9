"""Parameters of the notebook as they are committed, and own data that take milliseconds."""

import sys
from pathlib import Path

import numpy as np
import papermill
import pytest
from PIL import Image

SEARCH = Path(__file__).parents[2] / "notebooks" / "search.ipynb"
OWN = """
import nbnas as nb

space = nb.ChoiceSpace(width=(2, 4, 6), depth=(1, 2), activation=("ReLU", "GELU", "SiLU"))
cells = nb.CellSpace(vertices=3)
cnn = nb.CnnSpace(layers=(5, 9))
rnn = nb.RecurrentSpace(nodes=(2, 6))
trainer = nb.Trainer(nb.digits(), epochs=1)

def build(architecture, data):
    from torch import nn

    width = architecture["width"]
    hidden = [nn.Linear(data.image_shape[1] * data.image_shape[2], width), nn.ReLU()]
    return nn.Sequential(nn.Flatten(), *hidden, nn.Linear(width, data.classes))

def train(architecture, seed=0):
    return 1 - 1 / (2 + len(str(architecture)))
"""


@pytest.fixture(scope="session")
def defaults():
    """The notebook's parameters with their defaults."""
    listed = papermill.inspect_notebook(str(SEARCH))
    return {name: eval(p["default"]) for name, p in listed.items()}  # our own literals


@pytest.fixture(scope="session")
def own_files(tmp_path_factory):
    """A folder with pictures, arrays, a text and a Python file; nothing in it is large."""
    folder = tmp_path_factory.mktemp("own")
    rng = np.random.default_rng(0)
    for name, shade in (("dark", 40), ("light", 200)):
        (folder / "photos" / name).mkdir(parents=True)
        for n in range(12):
            size = (40 + 7 * n, 60 + 3 * (n % 5))
            pixels = np.clip(rng.normal(shade, 20, (*size, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / "photos" / name / f"{n}.jpg")
    images = rng.integers(0, 256, (40, 8, 8), dtype=np.uint8)
    np.savez(folder / "arrays.npz", x=images, y=np.arange(40) % 2)
    (folder / "book.txt").write_text("To be, or not to be, that is the question:\n" * 40)
    (folder / "my_own.py").write_text(OWN)
    return folder


@pytest.fixture
def in_own(own_files, monkeypatch, tmp_path_factory):
    """Work in that folder, with a cache of its own, and forget its module in the end."""
    monkeypatch.chdir(own_files)
    monkeypatch.setenv("NBNAS_CACHE", str(own_files / "cache"))
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield own_files
    sys.modules.pop("my_own", None)
