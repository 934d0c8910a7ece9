"""The text of `model.py` where a user's function makes the network: written out, with all it uses.

Notation
    chosen   what stands for the architecture: its settings by name, or its graph
"""

from collections.abc import Sequence

from torch import nn

from nbnas.errors import ExportError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.values import is_of_choices, values_of
from nbnas.training.export.facts import Facts
from nbnas.training.export.own.beside import FUTURE, definitions
from nbnas.training.export.own.code import Code
from nbnas.training.export.source.block import docstring
from nbnas.training.export.source.expression import (
    WIDTH,
    Call,
    Expression,
    laid_out,
    literal,
    quoted,
)
from nbnas.training.export.source.network import split_normalization
from nbnas.training.export.source.reading import prepare_lines
from nbnas.training.export.source.source import (
    CLASSIFY,
    NORMALIZE,
    READ,
    Source,
    constants,
    imports,
    kept,
)

_DEFINED = ("Chosen", "Data", "CHOICES", "NODES", "EDGES")
_SAYS = (
    "A network of somebody's own that tells {classes} classes of pictures apart.\n\n"
    "Written by nbnas {version}, which it does not need. `load()` gives the network with the "
    "weights of the file beside this one, `make()` one that is not trained yet, and "
    "`classify(network, pictures)` the names of classes{command}."
)
_CHOICES = '''class Chosen:
    """What was chosen: `Chosen()["name"]`, for the function that makes the network."""

    text = ARCHITECTURE

    def __getitem__(self, name: str) -> object:
        return CHOICES[name]

    def __str__(self) -> str:
        return self.text


'''
_GRAPH = '''class Chosen:
    """The architecture, for the function that makes the network."""

    text, nodes, edges = ARCHITECTURE, NODES, EDGES

    def __str__(self) -> str:
        return self.text


'''
_DATA = '''class Data:
    """What the function that makes the network may ask of the data."""

    name, image_shape, class_names = DATA, IMAGE_SHAPE, CLASS_NAMES
    classes = len(CLASS_NAMES)


'''
_MAKE = '''def make() -> nn.Module:
    """The network before its training, for pictures as they are on disk."""
    own = {build}(Chosen(), Data())
    with torch.no_grad():
        own.eval()(torch.zeros(2, *IMAGE_SHAPE))  # so that lazy layers know their sizes
    return nn.Sequential(Normalize(), own)


def load(weights: str | Path = WEIGHTS) -> nn.Module:
    """The network with its trained weights, ready to classify."""
    network = make()
    network[-1].load_state_dict(load_file(weights), strict=True)
    return network.eval()


'''


def built_source(
    network: nn.Module, architecture: Architecture, code: Code, facts: Facts
) -> Source:
    """Write a module of Python that makes a network as a user's function made it.

    Args:
        network: The trained network, pictures as they are on disk to scores.
        architecture: What it was made of.
        code: The user's function, called "network".
        facts: What is to be said of its data.

    Returns:
        The source; its weights have the names of the user's own module.

    Raises:
        ExportError: If something in the code has a name that the source needs.
    """
    normalize, inner = split_normalization(network)
    if normalize is None:
        raise ExportError("its network does not begin with a normalisation")
    command = "; on the command line: python model.py picture.png" if facts.reads_files else ""
    said = _SAYS.format(classes=len(facts.class_names), version=facts.version, command=command)
    of_choices = is_of_choices(architecture.nodes)
    parts = [
        "\n".join(docstring(said, 0)) + "\n",
        FUTURE,
        imports(facts, "", own=code),
        constants(facts, normalize, {"WEIGHTS": "model.safetensors"}).rstrip() + "\n",
        "\n".join(_settings(architecture)) + "\n\n\n",
        NORMALIZE,
        _CHOICES if of_choices else _GRAPH,
        _DATA,
        definitions(code, _DEFINED),
        *(["\n".join(prepare_lines(facts)) + "\n\n\n"] if facts.reads_files else []),
        _MAKE.format(build=code.called["network"]),
        CLASSIFY,
        *([READ] if facts.reads_files else []),
    ]
    return Source("".join(parts), kept(inner.state_dict()))


def _settings(architecture: Architecture) -> Sequence[str]:
    """The lines that say what was chosen."""
    if is_of_choices(architecture.nodes):
        values = dict(values_of(architecture.nodes))
        flat = f"CHOICES = {literal(values)}"
        each = (f"    {quoted(name)}: {literal(value)}," for name, value in values.items())
        return (flat,) if len(flat) <= WIDTH else ("CHOICES = {", *each, "}")
    edges: tuple[Expression, ...] = tuple(
        Call("", (str(u), str(v), quoted(word))) for u, v, word in architecture.edges
    )
    nodes = Call("", tuple(map(quoted, architecture.nodes)))
    return (*laid_out(nodes, 0, "NODES = "), *laid_out(Call("", edges), 0, "EDGES = "))
