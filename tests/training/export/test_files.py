"""Every file of an export gives the classes of the trained network, whatever the network."""

import re
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

import nbnas
from nbnas.errors import ArchitectureError
from nbnas.graphs.spaces.cell import cell
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.graphs.spaces.cnn.space import CnnSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.darts.space import DartsSpace
from nbnas.training.export import fresh, writing
from nbnas.training.export.export import export
from nbnas.training.export.folder import FILES
from nbnas.training.networks.size import network_size

pytest.importorskip("onnxscript")

CELL = cell(["nor_conv_1x1", "none", "avg_pool_3x3", "skip_connect", "nor_conv_3x3", "none"])


@pytest.fixture(scope="module")
def trainer():
    return nbnas.Trainer(nbnas.digits(train=600, validation=600), epochs=1, device="cpu")


def small(space):
    """A light architecture of a space, for pictures of 8 x 8 pixels."""
    return min(filter(fits, space.sample(5, 60)), key=lambda a: len(a.text))


def fits(architecture):
    try:
        network_size(architecture)
    except ArchitectureError:
        return False
    return True


@pytest.mark.slow
def test_every_file_gives_the_same_classes(trainer, tmp_path):
    """In processes of their own, as a user runs them, and by the lines of the card."""
    folder = tmp_path / "model"
    made = export(nbnas.Evaluation(CELL, 0.5, seed=2), trainer, folder)
    check_files(made, folder)
    assert made.accuracy == pytest.approx(trainer.test(CELL, 2), abs=1 / 597)
    check_card(folder)


def check_files(made, folder):
    assert dict(made.agreement).keys() == {"model.py", "model.onnx", "model.pt2"}
    assert min(share for _, share in made.agreement) >= 0.999
    assert {path.name for path in folder.iterdir()} == set(FILES)
    ruff = shutil.which("ruff") or pytest.skip("ruff is not on the path")
    subprocess.run([ruff, "format", "--isolated", "--check", folder], check=True)


@pytest.fixture
def near(monkeypatch):
    """Run every file of an export again in this process: each one of its own takes seconds."""

    def rerun_here(file, folder, pictures, scratch):
        with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            patch.setitem(sys.modules, "nbnas", None)  # whoever imports it fails
            patch.setattr(sys, "dont_write_bytecode", True)
            network = fresh.LOADERS[file](folder)
            return fresh.classified(network, {"folder": str(folder), "pictures": str(pictures)})

    monkeypatch.setattr(writing, "rerun", rerun_here)


@pytest.mark.slow
@pytest.mark.parametrize(
    "space",
    [DagSpace(), ChainSpace(), CnnSpace(), DartsSpace()],
    ids=["dag", "chain", "cnn", "darts"],
)
def test_every_file_of_other_spaces_gives_the_same_classes(near, trainer, tmp_path, space):
    made = export(nbnas.Evaluation(small(space), 0.5, seed=2), trainer, tmp_path / "model")
    check_files(made, tmp_path / "model")


SKELETONS = {
    "201": nbnas.CellSkeleton(4, 2, prune=False),
    "101": nbnas.CellSkeleton(8, 2, 3, "max", "conv-bn-relu", "concatenate", "plain"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SKELETONS)
def test_every_file_of_a_network_by_a_skeleton_gives_the_same_classes(near, tmp_path, name):
    data = nbnas.digits(train=600, validation=600)
    trainer = nbnas.Trainer(data, epochs=1, device="cpu", skeleton=SKELETONS[name])
    dag = DagSpace().parse("conv3x3-bn-relu,maxpool3x3,conv1x1-bn-relu|0-1,0-3,1-2,1-4,2-4,3-4")
    architecture = dag if name == "101" else CELL
    made = export(nbnas.Evaluation(architecture, 0.5, seed=2), trainer, tmp_path / "model")
    check_files(made, tmp_path / "model")


def check_card(folder: Path):
    """The three lines of the card run, in the folder, without nbnas."""
    text = (folder / "card.md").read_text("utf-8")
    for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        lines = "import sys; sys.modules['nbnas'] = None\nsys.path.insert(0, '.')\n"
        lines += "import numpy, torch\npictures = numpy.zeros((3, 1, 8, 8), numpy.float32)\n"
        lines += "" if "from classify import" in code else _TENSOR
        code = lines + code
        subprocess.run([sys.executable, "-P", "-B", "-c", code], cwd=folder, check=True)


_TENSOR = "pictures = torch.from_numpy(pictures)\n"
