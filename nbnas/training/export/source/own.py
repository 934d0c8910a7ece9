"""The text of `model.py` where a network is of a user's own making: a reference to what makes it.

The network itself comes from `model.pt2`, so that it runs where that file is not.
"""

import inspect
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from torch import nn

from nbnas.training.export.facts import Facts
from nbnas.training.export.source.block import docstring, identifier
from nbnas.training.export.source.expression import string_lines, text_lines
from nbnas.training.export.source.network import split_normalization
from nbnas.training.export.source.reading import prepare_lines
from nbnas.training.export.source.source import CLASSIFY, READ, Source, constants, imports, kept

_SAYS = (
    "A network of somebody's own that tells {classes} classes of pictures apart.\n\n"
    "Written by nbnas {version}, which it does not need. `load()` gives the network as "
    "torch.export wrote it, and `classify(network, pictures)` the names of classes{command}.\n\n"
    "What made it is named below. To train it on, make it there for this ARCHITECTURE and load "
    "the weights of model.safetensors."
)
_LOAD = '''def load(program: str | Path = PROGRAM) -> nn.Module:
    """The network with its trained weights, ready to classify."""
    return torch.export.load(program).module()


'''


@dataclass(frozen=True, slots=True)
class Reference:
    """Something of a user's making that a network has.

    Attributes:
        what: Such as "network", or the name of an operation.
        name: Of the function that makes it.
        file: Where that is written; empty if no file is known, as in a notebook.
        code: As it is written; empty if nobody knows.
    """

    what: str
    name: str
    file: str = ""
    code: str = ""


def reference_to(what: str, function: Callable[..., Any]) -> Reference:
    """Where a function is written.

    Args:
        what: What it makes.
        function: The function.
    """
    inner = inspect.unwrap(getattr(function, "func", function))
    written = inner if inspect.isroutine(inner) or inspect.isclass(inner) else type(inner)
    try:
        code = textwrap.dedent(inspect.getsource(written))
        file = inspect.getsourcefile(written) or ""
    except (OSError, TypeError):
        return Reference(what, str(getattr(written, "__qualname__", written)))
    known = file if file.endswith(".py") and "ipykernel" not in file else ""
    return Reference(what, str(written.__qualname__), known, code)


def referring_source(
    network: nn.Module, references: Mapping[str, Callable[..., Any]], facts: Facts
) -> Source:
    """Write a module of Python that loads a network from `model.pt2` and says what made it.

    Args:
        network: The trained network, pictures as they are on disk to scores.
        references: What is of a user's making, and the function that makes it.
        facts: What is to be said of its data.

    Returns:
        The source; its weights have the names of the user's own module.
    """
    _, inner = split_normalization(network)
    command = "; on the command line: python model.py picture.png" if facts.reads_files else ""
    said = _SAYS.format(classes=len(facts.class_names), version=facts.version, command=command)
    parts = [
        "\n".join(docstring(said, 0)) + "\n",
        imports(facts, "", weights=False),
        constants(facts, None, {"PROGRAM": "model.pt2"}).rstrip() + "\n",
        *(_told(reference_to(what, function)) for what, function in references.items()),
        "\n\n",
        *(["\n".join(prepare_lines(facts)) + "\n\n\n"] if facts.reads_files else []),
        _LOAD,
        CLASSIFY,
        *([READ] if facts.reads_files else []),
    ]
    return Source("".join(parts), kept(inner.state_dict()))


def _told(reference: Reference) -> str:
    """A reference as comments and constants."""
    title = f"The {reference.what} is made by {reference.name}"
    where = " of this file:" if reference.file else ", which was in no file."
    lines = [*text_lines("".join(c if c.isprintable() else " " for c in title + where), 0, "# ")]
    if reference.file:
        lines += string_lines(reference.file, f"{identifier(reference.what).upper()}_FILE = ")
    lines += [f"#     {line}".rstrip() for line in _printable(reference.code).splitlines()]
    return "\n".join(lines) + "\n"


def _printable(code: str) -> str:
    """Code without letters that nobody sees, so that it stays a comment."""
    return "".join(c if c.isprintable() or c == "\n" else " " for c in code.expandtabs(4))
