import shutil
import subprocess

import pytest
import torch
from torch import nn

import nbnas as nb
from nbnas.errors import ExportError
from nbnas.training.export import export as exporting
from nbnas.training.export import writing
from nbnas.training.export.facts import Facts
from nbnas.training.export.own.built import built_source
from nbnas.training.export.own.code import Code, code_of
from nbnas.training.networks.network import build_network
from nbnas.training.networks.normalize import Normalize

TEXT = "depth=2 width=4 gate=gelu"
FACTS = Facts("digits", tuple("0123456789"), (1, 8, 8), True, TEXT, "0.1.0")
CELL = nb.CellSpace().parse(
    "|skip_connect~0|+|nor_conv_1x1~0|skip_connect~1|+|none~0|none~1|avg_pool_3x3~2|"
)


class Nobody:
    image_shape, classes = (1, 8, 8), 10


def normalized(network):
    return nn.Sequential(Normalize(torch.tensor([7.0]), torch.tensor([3.0])), network).eval()


@pytest.fixture
def built(theirs):
    architecture = theirs.space.parse(TEXT)
    network = theirs.build(architecture, Nobody)
    network(torch.zeros(2, 1, 8, 8))
    trained = normalized(network)
    return trained, built_source(trained, architecture, code_of({"network": theirs.build}), FACTS)


def test_the_source_makes_the_network_of_the_user(built, theirs):
    trained, source = built
    names = {"__file__": "model.py", "__name__": "model"}
    exec(compile(source.text, "model.py", "exec"), names)
    names["load_file"] = lambda _: source.weights
    pictures = torch.randint(0, 256, (5, 1, 8, 8), dtype=torch.uint8)
    torch.testing.assert_close(names["load"]()(pictures), trained(pictures))
    assert names["CHOICES"] == {"depth": 2, "width": 4, "gate": "gelu"}
    assert str(names["Chosen"]()) == TEXT
    assert theirs.__file__ in source.text
    assert "import nbnas" not in source.text
    theirs.build(theirs.space.parse(TEXT), Nobody)  # the names of the weights are theirs
    assert {"head.weight", "body.0.weight"} <= set(source.weights)


def test_the_text_is_formatted(built, tmp_path):
    (tmp_path / "model.py").write_text(built[1].text, encoding="utf-8")
    ruff = shutil.which("ruff") or pytest.skip("ruff is not on the path")
    subprocess.run([ruff, "format", "--isolated", "--check", "--diff", tmp_path], check=True)
    hints = ["--ignore", "F821"]  # names in type hints, which nobody looks up
    subprocess.run([ruff, "check", "--isolated", *hints, tmp_path], check=True)


def test_a_name_of_the_source_is_not_the_users(built):
    code = Code({}, {"load": "def load(a, b):\n    return None"}, {"network": "load"})
    with pytest.raises(ExportError, match=r"load means something else in model\.py"):
        built_source(built[0], CELL, code, FACTS)


def test_an_operation_of_the_user_stands_in_the_source_of_a_cell(take_own, theirs):
    swap = nb.Operation("swap", theirs.Swap)
    space = nb.CellSpace(("none", "skip_connect", "nor_conv_1x1", swap))
    architecture = space.parse("|swap~0|+|swap~0|none~1|+|swap~0|nor_conv_1x1~1|skip_connect~2|")
    network = build_network(
        architecture,
        image_shape=(3, 16, 16),
        classes=6,
        operations=(swap,),
        generator=torch.Generator().manual_seed(0),
    )
    found = take_own(network, architecture, code_of({"swap": theirs.Swap}))
    x = torch.randint(0, 256, (5, 3, 16, 16), dtype=torch.uint8)
    torch.testing.assert_close(found.made(x), found.trained(x), rtol=1e-5, atol=1e-5)
    assert "def swap(channels: int) -> nn.Module:" in found.source.text
    assert "return Swap(channels)" in found.source.text


def test_an_operation_of_the_user_stands_in_the_source_of_a_genotype(take_own, theirs):
    swap, halve = (
        nb.Operation("swap", theirs.Swap),
        nb.Operation("halve", theirs.Swap, theirs.halve),
    )
    cell = (("swap", 0), ("halve", 1), ("swap", 2), ("halve", 0))
    text = f"[{', '.join(map(str, (*cell[:2], cell[3], cell[2], *cell[:2], *cell[:2])))}]"
    joined = "range(2, 6)"
    architecture = nb.DartsSpace((swap, halve)).parse(
        f"Genotype(normal={text}, normal_concat={joined}, reduce={text}, reduce_concat={joined})"
    )
    network = build_network(
        architecture,
        image_shape=(3, 16, 16),
        classes=6,
        channels=4,
        operations=(swap, halve),
        generator=torch.Generator().manual_seed(0),
    )
    found = take_own(network, architecture, code_of({**swap.functions, **halve.functions}))
    x = torch.randint(0, 256, (5, 3, 16, 16), dtype=torch.uint8)
    torch.testing.assert_close(found.made(x), found.trained(x), rtol=1e-5, atol=1e-5)
    assert "self.c1_v2_0 = Swap(4)" in found.source.text
    assert "nn.Sequential(FactorizedReduce(8, 8), Swap(8))" in found.source.text
    assert "self.c2_v2_1 = halve(8)" in found.source.text


@pytest.fixture
def light(monkeypatch):
    """An export whose files are not run again, which takes seconds each."""
    pytest.importorskip("onnxscript")
    monkeypatch.setattr(writing, "CHECKED", ("model.py",))


def exported(theirs, build, folder):
    data = nb.digits(train=100, validation=50)
    trainer = nb.Trainer(data, network=build, epochs=1, device="cpu", learning_rate=0.01)
    evaluation = trainer(theirs.space.parse(TEXT))
    assert evaluation.error is None, evaluation.error
    return exporting.export(evaluation, trainer, folder)


@pytest.mark.slow
def test_every_file_of_an_own_network_gives_the_same_classes_without_nbnas(theirs, tmp_path):
    pytest.importorskip("onnxscript")
    made = exported(theirs, theirs.build, tmp_path / "a")
    assert {file for file, _ in made.agreement} == {"model.py", "model.onnx", "model.pt2"}
    assert min(share for _, share in made.agreement) >= 0.999
    assert made.missing == ()
    assert "class Gate(nn.Module)" in (tmp_path / "a" / "model.py").read_text("utf-8")
    card = (tmp_path / "a" / "card.md").read_text("utf-8")
    assert "as it was written by its user" in card
    assert (tmp_path / "a" / "network.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_what_needs_nbnas_is_referred_to(light, theirs, tmp_path):
    made = exported(theirs, theirs.needing_nbnas, tmp_path / "a")
    assert made.agreement[0][1] >= 0.999
    text = (tmp_path / "a" / "model.py").read_text("utf-8")
    assert 'PROGRAM = Path(__file__).with_name("model.pt2")' in text
    assert "could not be written out: it uses nbnas" in (tmp_path / "a" / "card.md").read_text()


@pytest.mark.slow
def test_a_form_that_a_network_cannot_have_loses_no_other(light, theirs, tmp_path):
    with pytest.warns(UserWarning, match=r"exported without model\.onnx: .*bessel"):
        made = exported(theirs, theirs.unsayable, tmp_path / "a")
    assert [file for file, _ in made.missing] == ["model.onnx", "classify.py"]
    assert repr(made).endswith("without model.onnx, classify.py)")
    there = {path.name for path in (tmp_path / "a").iterdir()}
    assert there == {"model.py", "model.safetensors", "model.pt2", "card.md", "network.png"}
    card = (tmp_path / "a" / "card.md").read_text("utf-8")
    assert "`model.onnx`: *is missing:*" in card
    assert "from classify import" not in card
