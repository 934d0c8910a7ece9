"""The text of `model.py`: one module of Python that makes a network without nbnas.

The text is laid out as `ruff format` lays it out. What a user has named (classes, data, an
architecture's own operations) stands in it as the `repr` of a string, or is no more than letters.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from nbnas.graphs.architecture import Architecture
from nbnas.training.export.facts import Facts
from nbnas.training.export.own.beside import FUTURE, definitions, import_lines
from nbnas.training.export.own.code import Code
from nbnas.training.export.source.block import BODY, Attribute, Block, docstring
from nbnas.training.export.source.expression import Call, laid_out, quoted, string_lines
from nbnas.training.export.source.network import body_of, split_normalization
from nbnas.training.export.source.reading import pillow_import, prepare_lines

_SAYS = (
    "A network that tells {classes} classes of pictures apart, in plain PyTorch.\n\n"
    "Written by nbnas {version}, which it does not need. `load()` gives the network with the "
    "weights of the file beside this one, and `classify(network, pictures)` the names of classes"
)
_CLASSES = ("Cell", "Network")
_COMMAND = "; on the command line: python model.py picture.png"
_LOAD = '''def load(weights: str | Path = WEIGHTS) -> Network:
    """The network with its trained weights, ready to classify."""
    network = Network()
    network.load_state_dict(load_file(weights), strict=True)
    return network.eval()


'''
CLASSIFY = '''@torch.inference_mode()
def classify(network: nn.Module, pictures: Tensor) -> list[str]:
    """The name of the class of each picture, pixels as they are on disk."""
    return [CLASS_NAMES[index] for index in network(pictures).argmax(1).tolist()]
'''
READ = '''

def read(path: str | Path) -> Tensor:
    """A picture on disk as the network takes it, a batch of one."""
    with Image.open(path) as picture:
        return torch.from_numpy(prepare(picture))[None]


if __name__ == "__main__":
    network = load()
    for path in sys.argv[1:]:
        print(path, *classify(network, read(path)))
'''
NORMALIZE = '''class Normalize(nn.Module):
    """Pixels as they are on disk to numbers of mean 0 and standard deviation 1."""

    def __init__(self) -> None:
        super().__init__()
        shift = torch.tensor(SHIFT, dtype=torch.float32).reshape(-1, 1, 1)
        scale = torch.tensor(SCALE, dtype=torch.float32).reshape(-1, 1, 1)
        self.register_buffer("shift", shift, persistent=False)
        self.register_buffer("scale", scale, persistent=False)

    def forward(self, pictures: Tensor) -> Tensor:
        return (pictures.float() - self.shift) / self.scale


'''


@dataclass(frozen=True, slots=True)
class Source:
    """A network as a text, and its weights.

    Attributes:
        text: The module of Python.
        weights: By the names of its `state_dict`.
    """

    text: str
    weights: dict[str, Tensor]


def source_of(
    network: nn.Module, architecture: Architecture, facts: Facts, code: Code | None = None
) -> Source | None:
    """Write a network for pictures as a module of Python that does without nbnas.

    Args:
        network: The trained network, pictures as they are on disk to scores.
        architecture: What it was made of.
        facts: What is to be said of its data.
        code: What makes the operations of a user's own, by their names.

    Returns:
        The source; `None` if another part of the network is of somebody else's making.

    Raises:
        ExportError: If something in the user's code has a name that the source needs.
    """
    normalize, inner = split_normalization(network)
    body = body_of(inner, architecture, code)
    if body is None:
        return None
    blocks = (*body.blocks[:-1], _taking_pictures(body.network, normalize is not None))
    classes = "".join(f"{line}\n" for block in blocks for line in block.lines())
    parts = [
        "\n".join(docstring(_says(facts), 0)) + "\n",
        *([FUTURE] if code else []),
        imports(facts, classes, own=code),
        constants(facts, normalize, {"WEIGHTS": "model.safetensors"}),
        *([] if normalize is None else [NORMALIZE]),
        *([definitions(code, _CLASSES)] if code else []),
        classes,
        *(["\n".join(prepare_lines(facts)) + "\n\n\n"] if facts.reads_files else []),
        _LOAD,
        CLASSIFY,
        *([READ] if facts.reads_files else []),
    ]
    return Source("".join(parts), kept(body.weights()))


def kept(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights on the CPU, each with memory of its own, as safetensors demands."""
    return {name: value.detach().cpu().contiguous().clone() for name, value in weights.items()}


def _says(facts: Facts) -> str:
    more = _COMMAND if facts.reads_files else ""
    return _SAYS.format(classes=len(facts.class_names), version=facts.version) + more + "."


def _taking_pictures(block: Block, normalized: bool) -> Block:
    """The class `Network` that normalises first, where that is part of it."""
    first = "self.normalize(pictures)" if normalized else "pictures"
    attribute = Attribute("normalize", Call("Normalize"), nn.Identity())
    return dataclasses.replace(
        block,
        attributes=(*([attribute] if normalized else []), *block.attributes),
        signature="pictures: Tensor) -> Tensor",
        forward=(f"{' ' * BODY}x0 = {first}", *block.forward),
    )


def imports(facts: Facts, classes: str, *, weights: bool = True, own: Code | None = None) -> str:
    """The lines that import what the source needs.

    Args:
        facts: What it reads.
        classes: The text of its classes.
        weights: Whether it loads weights.
        own: Code of a user's own that stands in it.
    """
    pooled = "adaptive_avg_pool2d" if "adaptive_avg_pool2d" in classes else ""
    lines = [
        *(["import sys"] if facts.reads_files else []),
        "from pathlib import Path",
        "",
        *(["import numpy as np"] if facts.reads_files else []),
        "import torch",
        *([pillow_import(facts)] if facts.reads_files else []),
        *(["from safetensors.torch import load_file"] if weights else []),
        "from torch import Tensor, nn",
        *([f"from torch.nn.functional import {pooled}"] if pooled else []),
    ]
    return "\n" + "\n".join(import_lines(own, lines) if own else lines) + "\n\n"


def constants(facts: Facts, normalize: nn.Module | None, files: Mapping[str, str]) -> str:
    """The lines that say what the data are.

    Args:
        facts: The names of the classes, and the shape of the pictures.
        normalize: By what they are normalised.
        files: The names of files beside the source, and what they are called in it.
    """
    names = Call("", tuple(map(quoted, facts.class_names)))
    shape = Call("", tuple(map(str, facts.image_shape)))
    lines = [
        *string_lines(facts.name, "DATA = "),
        *string_lines(facts.architecture, "ARCHITECTURE = "),
        *laid_out(names, 0, "CLASS_NAMES = "),
        f"IMAGE_SHAPE = {shape}  # channels, height, width",
        *(f"{name} = Path(__file__).with_name({quoted(file)})" for name, file in files.items()),
    ]
    if normalize is not None:
        for name, what in (("shift", "mean of each channel"), ("scale", "standard deviation")):
            values = getattr(normalize, name).flatten().tolist()
            lines += [f"# The {what} of the pixels that the network was trained on."]
            lines += laid_out(Call("", tuple(map(repr, values))), 0, f"{name.upper()} = ")
    return "\n".join(lines) + "\n\n\n"
