"""The lessons and `own_problem.ipynb` as pages: copied from `notebooks` when a build begins.

The copies, which git ignores, have links that lead somewhere from the manual. MyST-NB executes
them, each in a folder of its own. Where `NBNAS_EXECUTED` names a folder with notebooks that
something else has executed, such as the tests, their outputs are taken where the code is the same.
"""

import os
from pathlib import Path

import nbformat
from _ext.links import DOCS, PAGES, ROOT, mended
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.config import Config

EXECUTED = "NBNAS_EXECUTED"


def copy_all(app: Sphinx, config: Config) -> None:
    """Write the pages whose notebooks have changed, and tell MyST-NB which it need not execute."""
    known = os.environ.get(EXECUTED)
    for source, page in PAGES.items():
        notebook = page_of(ROOT / source, DOCS / page)
        if known and with_outputs(notebook, Path(known, Path(page).name)):
            config.nb_execution_excludepatterns.append(page)
        write(notebook, DOCS / page)


def page_of(source: Path, page: Path) -> NotebookNode:
    """A notebook whose links lead somewhere from its page."""
    notebook = nbformat.read(source, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = mended(cell.source, source.parent, page.parent)
    return notebook


def with_outputs(notebook: NotebookNode, executed: Path) -> bool:
    """Take the outputs of an executed notebook with the same code, which may go on further."""
    if not executed.exists():
        return False
    mine, theirs = (
        [cell for cell in each.cells if cell.cell_type == "code"]
        for each in (notebook, nbformat.read(executed, as_version=4))
    )
    if [cell.source for cell in mine] != [cell.source for cell in theirs[: len(mine)]]:
        return False
    for cell, other in zip(mine, theirs, strict=False):
        cell.outputs, cell.execution_count = other.outputs, other.execution_count
    return True


def write(notebook: NotebookNode, page: Path) -> None:
    """Write a page, unless it is so already: then Sphinx need not read it again."""
    text = nbformat.writes(notebook) + "\n"
    if not page.exists() or page.read_text(encoding="utf-8") != text:
        page.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Let Sphinx call it."""
    app.connect("config-inited", copy_all)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
