"""A user's code among the lines of `model.py`: its imports, its definitions, no name twice."""

import sys
from collections.abc import Iterable, Sequence

from nbnas.errors import ExportError
from nbnas.training.export.own.code import Code

FUTURE = "\nfrom __future__ import annotations\n"
# What the source imports itself, and how; a user's code may mean the same by these names.
_IMPORTED = {
    "sys": "import sys",
    "Path": "from pathlib import Path",
    "np": "import numpy as np",
    "torch": "import torch",
    "Image": "from PIL import Image",
    "ImageOps": "from PIL import ImageOps",
    "load_file": "from safetensors.torch import load_file",
    "Tensor": "from torch import Tensor",
    "nn": "from torch import nn",
}
_DEFINED = frozenset(
    (
        *("Normalize", "make", "load", "classify", "read", "prepare", "flattened"),
        *("DATA", "ARCHITECTURE", "CLASS_NAMES", "IMAGE_SHAPE", "WEIGHTS", "SHIFT", "SCALE"),
    )
)


def import_lines(code: Code, base: Sequence[str]) -> list[str]:
    """The lines that import what the source and a user's code need, in the usual order.

    Args:
        code: The user's code.
        base: The lines of the source; empty ones are left out.
    """
    given = {word for line in base for word in line.replace(",", " ").split()}
    more = [
        line
        for name, line in code.imports.items()
        if not (_IMPORTED.get(name) == line and name in given)
    ]
    plain: list[str] = []
    names: dict[str, set[str]] = {}
    for line in filter(None, (*base, *more)):
        module = line.split()[1]
        if line.startswith("import "):
            plain.append(line)
        else:
            words = line.partition(" import ")[2].split(", ")
            names.setdefault(module, set()).update(words)
    lines = sorted(set(plain), key=_place) + [
        f"from {module} import {', '.join(sorted(words, key=_kind))}"
        for module, words in sorted(names.items(), key=lambda one: one[0].lower())
    ]
    standard = [line for line in lines if _module(line) in sys.stdlib_module_names]
    return [*standard, "", *(line for line in lines if line not in standard)]


def _module(line: str) -> str:
    return line.split()[1].partition(".")[0]


def _place(line: str) -> str:
    return line.split()[1].lower()


def _kind(name: str) -> tuple[int, str]:
    """Constants come before classes, and these before all others."""
    return (0 if name.isupper() else 1 if name[:1].isupper() else 2), name


def definitions(code: Code, defined: Iterable[str]) -> str:
    """A user's code as it stands in the source, after where it is from.

    Args:
        code: The user's code.
        defined: Names that this source has beside those that all have.

    Raises:
        ExportError: If one of its names is one of the source's.
    """
    other = {name for name, line in code.imports.items() if _IMPORTED.get(name, line) != line}
    taken = (code.definitions.keys() & _IMPORTED.keys()) | other
    taken |= (code.definitions.keys() | code.imports.keys()) & (_DEFINED | set(defined))
    if taken:
        raise ExportError(
            f"{', '.join(sorted(taken))} means something else in model.py; call it otherwise"
        )
    where = ", ".join(code.files) or "a notebook"
    said = f"# Of somebody's own, from {where}:"
    title = "".join(letter if letter.isprintable() else " " for letter in said)
    return "\n\n\n".join([f"{title}\n{_whole(code)}", ""])


def _whole(code: Code) -> str:
    """All definitions, values together and functions and classes apart."""
    text = ""
    for definition in code.definitions.values():
        apart = definition.startswith(("def ", "class ", "@", "async "))
        gap = "" if not text else "\n\n\n" if apart or _indented(text) else "\n"
        text += gap + definition
    return text


def _indented(text: str) -> bool:
    """Whether a function or a class ends here."""
    return text.rpartition("\n")[2].startswith((" ", "\t", ")", "]", "}"))
