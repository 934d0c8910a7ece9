"""The directive `entries`: the entry of each name that it lists, made from its docstring.

    ```{entries}
    CellSpace
    ```

is that of `nb.CellSpace`; `{entries} nbnas.charts` has names of that module. Public names load on
first use: autodoc imports `nbnas` and asks it for the name, as a user does.
"""

import importlib
import inspect
import re

from _ext.names import elsewhere, links
from _ext.prose import as_rest
from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode

DOTTED = re.compile(r"(?<![~\w.])((?:\w+\.)+\w+)")


class Entries(SphinxDirective):
    """An entry for each name."""

    has_content = True
    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Let autodoc make them."""
        module = self.arguments[0] if self.arguments else "nbnas"
        listed = " ".join(self.content).split()
        text = "\n".join(line for name in listed for line in entry(module, name))
        return self.parse_text_to_nodes(
            f"```{{eval-rst}}\n{text}\n```\n", allow_section_headings=False
        )


def entry(module: str, name: str) -> list[str]:
    """The directive of autodoc for a name; a value has its repr."""
    thing = getattr(importlib.import_module(module), name)
    path = f"{module}.{name}"
    if inspect.ismodule(thing):
        return [f".. automodule:: {path}", "   :no-members:", ""]
    if inspect.isclass(thing):
        return [f".. autoclass:: {path}", f"   :inherited-members: {foreign(thing)}", ""]
    if inspect.isroutine(thing):
        return [f".. autofunction:: {path}", ""]
    return [f".. py:data:: {path}", f"   :value: {thing!r}", ""]


def foreign(thing: type) -> str:
    """The bases of a class that are not of nbnas, whose members other manuals have."""
    others = (each for each in thing.__mro__ if not each.__module__.startswith("nbnas"))
    return ", ".join(each.__name__ for each in others)


def adapt(_: Sphinx, what: str, __: str, thing: object, ___: object, lines: list[str]) -> None:
    """Make reStructuredText of a docstring of nbnas, before napoleon reads it."""
    text = list(lines)
    if what == "class":
        text = with_parameters(thing, text)
    lines[:] = as_rest(text, links())
    if what in ("property", "attribute", "data") and lines:
        lines[0] = ": " + lines[0]  # napoleon takes what stands before a colon for a type


def with_parameters(thing: object, lines: list[str]) -> list[str]:
    """Attributes that a constructor takes are its parameters: they have types, and links."""
    if "Attributes:" not in lines or "Args:" in lines:
        return lines
    at = lines.index("Attributes:")
    first = re.match(r" *(\w+)", lines[at + 1])
    if first is None or first[1] not in inspect.signature(thing).parameters:
        return lines
    return [*lines[:at], "Args:", *lines[at + 1 :]]


def shorten(_: Sphinx, __: str, ___: str, ____: object, _____: object, lines: list[str]) -> None:
    """Show types of attributes by their last parts, as those of parameters are."""
    for i, line in enumerate(lines):
        if line.startswith(":vartype "):
            lines[i] = DOTTED.sub(r"~\1", line)


def resolve(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.TextElement
) -> nodes.reference | None:
    """Lead from where a name is defined, as types of arguments are, to its entry."""
    path = elsewhere().get(node.get("reftarget", ""))
    if node.get("refdomain") != "py" or path is None:
        return None
    found = env.domains["py"].objects.get(path)
    if found is None:
        return None
    page = node.get("refdoc", env.docname)
    return make_refnode(app.builder, page, found.docname, found.node_id, content, path)


def setup(app: Sphinx) -> dict[str, bool]:
    """Let Sphinx call it."""
    app.add_directive("entries", Entries)
    app.connect("autodoc-process-docstring", adapt, priority=400)  # napoleon has 500
    app.connect("autodoc-process-docstring", shorten, priority=600)
    app.connect("missing-reference", resolve)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
