"""Expressions of Python and how they are laid out over lines, as `ruff format` does.

Notation
    flat    an expression on one line
"""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, STEP = 88, 4  # letters of a line, and of an indentation
_PIECE = 72  # letters of a long string on one line


@dataclass(frozen=True, slots=True)
class Call:
    """A call, or a display such as a tuple.

    Attributes:
        head: What stands before the parenthesis; empty for a tuple.
        arguments: What stands between; texts, or calls themselves.

    Example:
        >>> str(Call("nn.Sequential", ("nn.ReLU()", Call("nn.Linear", ("8", "10")))))
        'nn.Sequential(nn.ReLU(), nn.Linear(8, 10))'
    """

    head: str
    arguments: tuple["Call | str", ...] = ()

    def __str__(self) -> str:
        inner = ", ".join(map(str, self.arguments))
        comma = "," if not self.head and len(self.arguments) == 1 else ""
        return f"{self.head}({inner}{comma})"


Expression = Call | str


def laid_out(
    expression: Expression, indent: int, before: str = "", after: str = ""
) -> tuple[str, ...]:
    """The lines of an expression: flat if it fits, else its arguments on lines of their own.

    Args:
        expression: What to write.
        indent: Letters before each line.
        before: What stands before it on its first line, such as "x = ".
        after: What stands after it on its last line, such as ",".

    Returns:
        The lines, indented.

    Example:
        >>> laid_out(Call("f", ("a", "b")), 4, "x = ")
        ('    x = f(a, b)',)
    """
    space, flat = " " * indent, f"{before}{expression}{after}"
    if isinstance(expression, str) or indent + len(flat) <= WIDTH:
        return (space + flat,)
    inner = ", ".join(map(str, expression.arguments))
    if indent + STEP + len(inner) <= WIDTH and expression.head:
        middle: tuple[str, ...] = (" " * (indent + STEP) + inner,)
    else:
        each = (laid_out(one, indent + STEP, after=",") for one in expression.arguments)
        middle = tuple(line for lines in each for line in lines)
    return (f"{space}{before}{expression.head}(", *middle, f"{space}){after}")


def summed(terms: Sequence[str], indent: int, before: str) -> tuple[str, ...]:
    """The lines of a sum: flat if it fits, else in parentheses.

    Args:
        terms: What is added, at least one.
        indent: Letters before each line.
        before: What stands before it, such as "x3 = " or "return ".

    Returns:
        The lines, indented.
    """
    space, more, flat = " " * indent, " " * (indent + STEP), " + ".join(terms)
    if len(space + before + flat) <= WIDTH:
        return (space + before + flat,)
    if len(more + flat) <= WIDTH:
        return (f"{space}{before}(", more + flat, f"{space})")
    middle = (more + ("+ " if i else "") + term for i, term in enumerate(terms))
    return (f"{space}{before}(", *middle, f"{space})")


def text_lines(text: str, indent: int, before: str = "", width: int = WIDTH) -> tuple[str, ...]:
    """Words over several lines, for docstrings and comments.

    Args:
        text: The words.
        indent: Letters before each line.
        before: What each line begins with, such as "# ".
        width: Letters of a line.

    Returns:
        The lines.
    """
    lines, line = [], ""
    for word in text.split():
        if line and indent + len(before) + len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return tuple(" " * indent + before + each for each in [*lines, line])


def string_lines(text: str, before: str) -> tuple[str, ...]:
    """The lines that give a name to a string, which may be long.

    Args:
        text: The string.
        before: Such as "DATA = ".

    Returns:
        The lines; adjacent strings are one.
    """
    flat = f"{before}{quoted(text)}"
    if len(flat) <= WIDTH:
        return (flat,)
    pieces = [quoted(text)]
    if len(pieces[0]) > WIDTH - STEP:
        pieces = [quoted(text[at : at + _PIECE]) for at in range(0, len(text), _PIECE)]
    return (f"{before}(", *(" " * STEP + piece for piece in pieces), ")")


def quoted(text: str) -> str:
    """A string of Python in the quotes that formatters choose; letters unseen are escaped."""
    plain = repr(text)
    if plain.startswith("'") and text.count('"') <= text.count("'"):
        return '"' + plain[1:-1].replace("\\'", "'").replace('"', '\\"') + '"'
    return plain


def literal(value: object) -> str:
    """A plain value as Python reads it, strings as formatters quote them.

    Example:
        >>> literal({"relu": (1.0, None)}), literal(("one",))
        ('{"relu": (1.0, None)}', '("one",)')
    """
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(k)}: {literal(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, tuple):
        return str(Call("", tuple(map(literal, value))))
    return repr(value)
