"""A class of the source, with the modules whose weights it has.

Notation
    attribute   what `__init__` sets: `self.stem = nn.Linear(8, 10)`
    weights     by the names that they have in the source's `state_dict`
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from keyword import iskeyword

from torch import Tensor, nn

from nbnas.training.export.source.expression import STEP, Call, Expression, laid_out, text_lines

BODY = 2 * STEP  # indentation of a method's body

# Words that the source has a meaning for, so that no operation may take them as a name.
TAKEN = frozenset(
    (
        *("torch", "nn", "Tensor", "Path", "Image", "load", "load_file", "np", "read", "prepare"),
        *("classify", "own", "channels", "inputs", "hidden", "join", "flat", "leaky_relu"),
        *("sys", "importlib", "self", "super", "tuple", "list", "str", "int", "range", "min"),
    )
)


@dataclass(frozen=True, slots=True)
class Attribute:
    """What `__init__` sets.

    Attributes:
        name: Its name.
        code: What makes it.
        module: The trained module whose weights it has.
    """

    name: str
    code: Expression
    module: nn.Module


@dataclass(frozen=True, slots=True)
class Block:
    """A class of the source.

    Attributes:
        name: Its name.
        says: Its docstring.
        attributes: What `__init__` sets, in order.
        signature: What `forward` takes and gives, such as "x0: Tensor) -> Tensor".
        forward: The lines of `forward`, indented.
        takes: The parameter of `__init__`, such as "channels: int"; empty for none.
        before: Lines of functions that stand before the class.
    """

    name: str
    says: str
    attributes: tuple[Attribute, ...]
    signature: str
    forward: tuple[str, ...]
    takes: str = ""
    before: tuple[str, ...] = field(default=())

    def lines(self) -> tuple[str, ...]:
        """The class, after the functions that it needs."""
        taken = f", {self.takes}" if self.takes else ""
        takes, _, gives = self.signature.partition(") -> ")
        made = (laid_out(a.code, BODY, f"self.{a.name} = ") for a in self.attributes)
        return (
            *self.before,
            f"class {self.name}(nn.Module):",
            *docstring(self.says, STEP),
            "",
            f"    def __init__(self{taken}) -> None:",
            "        super().__init__()",
            *(line for lines in made for line in lines),
            "",
            *laid_out(
                Call("def forward", ("self", *takes.split(", "))), STEP, after=f" -> {gives}:"
            ),
            *self.forward,
            "",
            "",
        )

    def weights(self) -> dict[str, Tensor]:
        """The weights and buffers of all attributes."""
        return prefixed({a.name: a.module for a in self.attributes})


def prefixed(modules: Mapping[str, nn.Module]) -> dict[str, Tensor]:
    """The weights and buffers of modules, by their names within what holds these modules."""
    return {
        f"{name}.{key}": value
        for name, module in modules.items()
        for key, value in module.state_dict().items()
    }


def docstring(says: str, indent: int) -> tuple[str, ...]:
    """A docstring over one or several lines; the first line is a sentence of its own."""
    first, _, more = says.partition("\n\n")
    flat = f'{" " * indent}"""{first}"""'
    if not more:
        return (flat,)
    rest = [line for part in more.split("\n\n") for line in ("", *text_lines(part, indent))]
    return (flat[:-3], *rest, f'{" " * indent}"""')


def identifier(word: str, taken: Iterable[str] = ()) -> str:
    """A name of Python for a word that anybody may have chosen.

    Args:
        word: Such as "conv3x3-bn-relu".
        taken: Names that are others'.

    Returns:
        The name, of ASCII letters.

    Example:
        >>> identifier("conv3x3-bn-relu"), identifier("5x5"), identifier("nn")
        ('conv3x3_bn_relu', 'op_5x5', 'op_nn')
    """
    name = re.sub(r"\W+", "_", word.lower(), flags=re.ASCII).strip("_")
    if not name.isidentifier() or iskeyword(name) or name in TAKEN:
        name = f"op_{name}".rstrip("_")
    found, number = name, 1
    while found in set(taken):
        number += 1
        found = f"{name}_{number}"
    return found
