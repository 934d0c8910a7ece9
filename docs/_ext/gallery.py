"""The directive `drawn`: some lines of Python, and the picture of what the last of them gives.

    ```{drawn}
    nb.CellSpace()
    ```

All of a page run one after the other, when the page is read, in a folder of their own; so the
pictures are those of this version. `begin` is the same without a picture. The build warns of a
view that no page of the gallery shows: `-W` makes that an error.
"""

import ast
import os
import shutil
from pathlib import Path
from typing import Any

import altair as alt
from _ext.links import DOCS
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from nbnas import charts
from nbnas.charts.render import png_size
from nbnas.subjects import SUBJECTS
from nbnas.widgets import view

SCALE = 2  # pixels of a picture for one on the page
PICTURES = DOCS / "_build" / "gallery"
LOGGER = logging.getLogger(__name__)


class Drawn(SphinxDirective):
    """Code and its picture."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Run the code, and let MyST show both."""
        thing = run_here(self.env, self.content)
        seen(self.env).setdefault(self.env.docname, []).extend(views_of(thing))
        chart, said = (thing, "A chart") if isinstance(thing, alt.TopLevelMixin) else of(thing)
        picture = charts.to_png(chart, SCALE)
        place = PICTURES / f"{self.env.docname.replace('/', '-')}-{self.lineno}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(picture)
        width = png_size(picture)[0] // SCALE
        alt_text = " ".join(said.split())
        return self.parse_text_to_nodes(
            f"{code(self.content)}\n```{{image}} /{place.relative_to(DOCS)}\n"
            f":alt: {alt_text}\n:width: {width}px\n```\n"
        )


class Begin(SphinxDirective):
    """Code without a picture."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Run the code, and show it."""
        run_here(self.env, self.content)
        return self.parse_text_to_nodes(code(self.content))


def code(lines: Any) -> str:  # noqa: ANN401
    """The block of code in Markdown."""
    return "```python\n" + "\n".join(lines) + "\n```\n"


def run_here(env: BuildEnvironment, lines: Any) -> Any:  # noqa: ANN401
    """What some lines of a page give: its names go on, and so do the files in its folder."""
    folder = PICTURES / "runs" / env.docname.replace("/", "-")
    names = env.temp_data.get("nbnas_names")
    if names is None:  # the page is read anew
        names = env.temp_data["nbnas_names"] = {"__name__": "gallery"}
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    return evaluated(lines, names, folder)


def evaluated(lines: Any, names: dict[str, Any], folder: Path) -> Any:  # noqa: ANN401
    """What the last line of some code gives, in a folder; `None` where it gives nothing."""
    tree, here = ast.parse("\n".join(lines)), Path.cwd()
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    os.chdir(folder)
    try:
        exec(compile(tree, "gallery", "exec"), names)
        if last is not None:
            return eval(compile(ast.Expression(last.value), "gallery", "eval"), names)
    finally:
        os.chdir(here)
    return None


def of(thing: Any) -> tuple[Any, str]:  # noqa: ANN401
    """The chart of an object and its summary.

    Raises:
        ValueError: If it has no picture.
    """
    found = view(thing)
    if found.chart is None:
        raise ValueError(f"expected an object with a picture, got {thing!r}")
    return found.chart, found.summary


def views_of(thing: Any) -> list[str]:  # noqa: ANN401
    """The function that draws an object, as `nbnas.subjects` names it."""
    paths = (f"{each.__module__}.{each.__qualname__}" for each in type(thing).__mro__)
    return [SUBJECTS[path] for path in paths if path in SUBJECTS][:1]


def seen(env: BuildEnvironment) -> dict[str, list[str]]:
    """The views that each page shows."""
    if not hasattr(env, "nbnas_views"):
        env.nbnas_views = {}
    return env.nbnas_views


def forget(_: Sphinx, env: BuildEnvironment, page: str) -> None:
    """Forget what a page showed that is read anew."""
    seen(env).pop(page, None)


def merge(_: Sphinx, env: BuildEnvironment, __: set[str], other: BuildEnvironment) -> None:
    """Take what another process has read."""
    seen(env).update(seen(other))


def check(_: Sphinx, env: BuildEnvironment) -> None:
    """Warn of views that no page shows."""
    shown = {each for views in seen(env).values() for each in views}
    missing = sorted({*SUBJECTS.values()} - shown)
    if missing:
        LOGGER.warning("the gallery shows no %s", ", ".join(missing))


def setup(app: Sphinx) -> dict[str, bool]:
    """Let Sphinx call it."""
    app.add_directive("drawn", Drawn)
    app.add_directive("begin", Begin)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("env-check-consistency", check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
