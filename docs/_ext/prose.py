"""The docstrings of nbnas as reStructuredText.

They are plain prose in Google's sections, in which a single backtick on each side means code and
nothing else means anything: so a star or a bar is escaped, code is marked as such, and a public
name in code becomes a link to its entry.
"""

import re
from collections.abc import Iterator, Mapping

CODE = re.compile(r"`([^`]+)`")
SECTION = re.compile(r"^( *)(\w+)(:?)$")
PROSE = ("Args", "Attributes", "Returns", "Yields", "Raises", "References")
SPECIAL = re.compile(r"([\\*|]|_(?=\W|$))")


def as_rest(lines: list[str], links: Mapping[str, str]) -> list[str]:
    r"""A docstring's lines for napoleon.

    Args:
        lines: The docstring, without indentation.
        links: Where the entry of a name is, by the name in code.

    Example:
        >>> as_rest(["As `f(x)` * 2, see `nb.Search`."], {"nb.Search": "nbnas.Search"})
        ['As ``f(x)`` \\* 2, see :py:obj:`~nbnas.Search`.', '']
    """
    found = []
    for name, block in _sections(lines):
        if name == "Example":
            found += block
        elif name == "Notation":
            found += [".. rubric:: Notation", "", "::", "", *block[1:], ""]
        else:
            text = _escaped("\n".join(block), links).split("\n")
            found += _SHAPES.get(name, list)(text)
        if found and found[-1]:
            found.append("")
    return found


def _sections(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """The prose and the sections, each with its title as its first line."""
    name, block = "", []
    for i, line in enumerate(lines):
        match = SECTION.match(line)
        follows = lines[i + 1] if i + 1 < len(lines) else ""
        if match and not match[1] and follows.startswith("    "):
            yield name, block
            name, block = match[2], []
        elif name and line and not line.startswith(" "):
            yield name, block
            name, block = "", []
        block.append(line)
    yield name, block


def _escaped(text: str, links: Mapping[str, str]) -> str:
    """Text in which only code is marked; code goes on in the next line at times."""
    parts = CODE.split(text)
    for i, part in enumerate(parts):
        if i % 2 == 0:
            parts[i] = SPECIAL.sub(r"\\\1", part)
            continue
        code = " ".join(part.split())
        parts[i] = f":py:obj:`~{links[code]}`" if code in links else f"``{code}``"
        if re.match(r"\w", parts[i + 1]):  # as in `Trainer`s: told apart from the code
            parts[i] += "\\ "
    return "".join(parts)


def _returned(block: list[str]) -> list[str]:
    """What is returned: napoleon takes what stands before a colon for a type."""
    first, *rest = block[1:] or [""]
    return [block[0], "    : " + first.strip(), *rest]


def _listed(block: list[str]) -> list[str]:
    """References, one an item: each ends with a full stop at the end of a line."""
    items, begins = [], True
    for line in (line.strip() for line in block[1:] if line.strip()):
        items.append(f"    {'*' if begins else ' '} {line}")
        begins = line.endswith(".")
    return [block[0], *items]


_SHAPES = {"Returns": _returned, "Yields": _returned, "References": _listed}
