"""The directive `parameters`: those of a notebook, as its parameters cell and its rules have them.

    ```{parameters} search
    ```

Names, defaults and words come from the cell of `notebooks/search.ipynb`; what is allowed is what
the rule of each says when it refuses a value.
"""

import importlib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import nbformat
from _ext.links import ROOT
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from nbnas.errors import SettingError

RULES = {  # where they are, by the notebook
    "search": "nbnas.notebook.search",
    "benchmark": "nbnas.notebook.tables.benchmark",
    "sweep": "nbnas.notebook.sweep",
    "distances": "nbnas.notebook.tables.distances",
    "own_problem": "nbnas.notebook.own_problem",
}
LINE = re.compile(r"(\w+): (\w+) = (.+?)  # (.+)")


class Parameters(SphinxDirective):
    """A list of a notebook's parameters."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Let MyST make it."""
        name = self.arguments[0]
        self.env.note_dependency(str(ROOT / "notebooks" / f"{name}.ipynb"))
        return self.parse_text_to_nodes("\n".join(items(name)))


def items(notebook: str) -> Iterator[str]:
    """A definition list in Markdown."""
    rules = importlib.import_module(RULES[notebook])._RULES
    for line in cell_of(notebook).splitlines():
        name, kind, default, words = _parts(line)
        words = escaped(words[0].upper() + words[1:])
        yield f"`{name}: {kind} = {default}`"
        yield f":   {words}. *Allowed:* {escaped(allowed(rules[name]))}."
        yield ""


def cell_of(notebook: str) -> str:
    """The source of the cell that papermill takes for the parameters."""
    cells = nbformat.read(ROOT / "notebooks" / f"{notebook}.ipynb", as_version=4).cells
    (found,) = (cell for cell in cells if "parameters" in cell.metadata.get("tags", ()))
    return str(found.source)


def _parts(line: str) -> tuple[str, ...]:
    found = LINE.fullmatch(line)
    if found is None:
        raise ValueError(f"expected a line such as trials: int = 30  # how many, got {line!r}")
    return found.groups()


def allowed(rule: Callable[[Any], Any]) -> str:
    """What a rule expects: it says so of a text that it refuses, or else of what is no text."""
    for wrong in ("?", ["?"]):
        try:
            rule(wrong)
        except SettingError as error:
            told = re.sub(r"; there is no \?|; got '\?'(?=;|$)|; got \S*$", "", str(error))
            if "on this machine" not in told:  # that of the reader may have more
                return told.removeprefix("expected ")
    raise ValueError(f"expected a rule that refuses a list, got {rule!r}")


def escaped(text: str) -> str:
    """Text as Markdown that means nothing else."""
    return re.sub(r"([|*_<>`\[\]$\\])", r"\\\1", text)


def setup(app: Sphinx) -> Mapping[str, bool]:
    """Let Sphinx call it."""
    app.add_directive("parameters", Parameters)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
