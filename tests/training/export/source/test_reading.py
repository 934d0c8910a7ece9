import io
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nbnas.training.export.facts import Facts
from nbnas.training.export.source.reading import classify_source, pillow_import, prepare_lines

preparations = pytest.importorskip("nbnas.training.data.preparation")


def facts(mode, size, preparation=True):
    made = preparations.Preparation(mode, size) if preparation else None
    shape = (1 if mode == "L" else 3, *size)
    return Facts("a", ("x", "y"), shape, True, "any", preparation=made)


def prepare(said):
    space = {}
    code = ["import numpy as np", pillow_import(said), *prepare_lines(said)]
    exec("\n".join(code), space)
    return space["prepare"]


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("size", [(17, 23), (32, 32), (64, 20)])
def test_pictures_on_disk_become_the_same_pixels(faulty, mode, size):
    said = facts(mode, size)
    function, compared = prepare(said), 0
    for path in sorted(Path(faulty("images/odd")).glob("*/*")):
        try:
            expected = said.preparation.array(Image.open(io.BytesIO(path.read_bytes())))
        except Image.UnidentifiedImageError:  # hidden files and the like
            continue
        found = function(Image.open(io.BytesIO(path.read_bytes())))
        assert found.dtype == np.uint8
        np.testing.assert_array_equal(found, expected)
        compared += 1
    assert compared >= 28


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_pictures_of_arrays_have_their_size(mode):
    function = prepare(facts(mode, (5, 7), preparation=False))
    pixels = np.arange(35 * (3 if mode == "RGB" else 1), dtype=np.uint8)
    pixels = pixels.reshape((5, 7, 3) if mode == "RGB" else (5, 7))
    expected = pixels.transpose(2, 0, 1) if mode == "RGB" else pixels[None]
    np.testing.assert_array_equal(function(Image.fromarray(pixels)), expected)
    with pytest.raises(ValueError, match="expected 7 x 5 pixels, got"):
        function(Image.new(mode, (5, 7)))


@pytest.mark.parametrize("preparation", [True, False])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_the_text_is_formatted(tmp_path, mode, preparation):
    text = classify_source(facts(mode, (224, 224), preparation))
    (tmp_path / "classify.py").write_text(text, encoding="utf-8")
    ruff = shutil.which("ruff") or pytest.skip("ruff is not on the path")
    subprocess.run([ruff, "format", "--isolated", "--diff", tmp_path], check=True)
    subprocess.run(
        [ruff, "check", "--isolated", "--select", "E4,E7,E9,F,I,B", tmp_path], check=True
    )
