"""The gallery: each view as a picture, with the code that makes it, which is the code that is run.

`docs/gallery/views.toml` lists the views. A page shows a group of them by

    ```{views} spaces
    ```
"""

import ast
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

from nbnas.charts.render import STYLE, to_svg
from nbnas.charts.theme import IN_THE_DARK
from nbnas.widgets.figure import figure

VIEWS = Path(__file__).parents[1] / "gallery" / "views.toml"
Names = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """A view of the gallery.

    Attributes:
        title: What it is called.
        says: What it shows, in a sentence.
        code: What makes it; its last line is what is drawn.
    """

    title: str
    says: str
    code: str


@dataclass(frozen=True, slots=True)
class Group:
    """Views that are shown on one page.

    Attributes:
        title: Of the page.
        begin: The code that comes before that of each view.
        views: The views.
    """

    title: str
    begin: tuple[str, ...]
    views: tuple[Entry, ...]


def groups() -> dict[str, Group]:
    """All groups, by name."""
    told = tomllib.loads(VIEWS.read_text(encoding="utf-8"))
    begin = told.pop("begin").strip()
    return {
        name: Group(
            one["title"],
            (begin, *([one["begin"].strip()] if "begin" in one else [])),
            tuple(Entry(v["title"], v["says"], v["code"].strip()) for v in one["views"]),
        )
        for name, one in told.items()
    }


_BEGUN: dict[tuple[str, ...], Names] = {}  # what every page begins with is made once


def begun(code: tuple[str, ...]) -> Names:
    """The names that some code has made; they are the same for all that begin so."""
    if code not in _BEGUN:
        names = dict(begun(code[:-1])) if len(code) > 1 else {"__name__": "gallery"}
        exec(compile(code[-1], "views.toml", "exec"), names)
        _BEGUN[code] = names
    return _BEGUN[code]


def chart(entry: Entry, names: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """Run the code of a view; what its last line is, drawn."""
    tree = ast.parse(entry.code)
    last = tree.body.pop()
    assert isinstance(last, ast.Expr), f"the last line of {entry.title!r} gives nothing"
    local = dict(names)
    exec(compile(tree, "views.toml", "exec"), local)
    made = eval(compile(ast.Expression(last.value), "views.toml", "eval"), local)
    return made if hasattr(made, "to_altair") else figure(made)


def _dark() -> str:
    """The colours of pictures where the reader has chosen the dark theme of the manual."""
    colours = " ".join(f"--nbnas-{old[1:]}: {new};" for old, new in IN_THE_DARK.items())
    return f"<style>{STYLE} html[data-theme=dark] .nbnas {{ {colours} }}</style>"


class Views(Directive):
    """Shows a group."""

    required_arguments: ClassVar[int] = 1
    has_content: ClassVar[bool] = False

    def run(self) -> list[nodes.Node]:
        """The nodes of the page below its title."""
        env = self.state.document.settings.env
        env.note_dependency(str(VIEWS))
        group = groups()[self.arguments[0]]
        begin = "\n\n".join(group.begin)
        head = nodes.paragraph(text="All of the pictures below begin with this:")
        return [nodes.raw("", _dark(), format="html"), head, _code(begin), *_sections(group)]


def _sections(group: Group) -> Iterator[nodes.Node]:
    names = begun(group.begin)
    for entry in group.views:
        section = nodes.section(ids=[nodes.make_id(entry.title)], names=[entry.title.lower()])
        section += nodes.title(text=entry.title)
        section += nodes.paragraph(text=entry.says)
        section += _code(entry.code)
        named = f'<div class="nbnas" role="img" aria-label="{escape(entry.title)}">'
        drawn = f"{named}{to_svg(chart(entry, names))}</div>"
        section += nodes.raw("", drawn, format="html")
        yield section


def _code(text: str) -> nodes.literal_block:
    block = nodes.literal_block(text, text)
    block["language"] = "python"
    return block


def setup(app: Sphinx) -> dict[str, bool]:
    """Sphinx asks for it."""
    app.add_directive("views", Views)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
