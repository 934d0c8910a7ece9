"""Links of the pages: those that lead out of `docs` become links into the repository.

A notebook that the manual has as a page is linked to as that page, wherever a link names the file.
"""

import os.path
import re
from pathlib import Path

from sphinx.application import Sphinx

DOCS = Path(__file__).parents[1]
ROOT = DOCS.parent
REPOSITORY = "https://github.com/nbnas/nbnas"
LINK = re.compile(r"(?<!!)(\[[^\[\]]*\])\(([^()\s]+)\)")  # no picture
FENCED = re.compile(r"(^ *```.*?^ *```)", re.DOTALL | re.MULTILINE)

PAGES = {  # notebooks with a page: where each is in `docs`
    path.relative_to(ROOT).as_posix(): f"tutorials/{path.name}"
    for path in (
        *(ROOT / "notebooks" / "lessons").glob("*.ipynb"),
        ROOT / "notebooks" / "own_problem.ipynb",
    )
}


def mended(text: str, folder: Path, page_folder: Path) -> str:
    """Markdown whose links lead somewhere from a page of the manual.

    Args:
        text: Markdown; what is within fences is left as it is.
        folder: Where the links of the text begin.
        page_folder: Where the page is, in `docs`.
    """

    def one(found: re.Match[str]) -> str:
        return f"{found[1]}({address(found[2], folder, page_folder)})"

    parts = FENCED.split(text)
    return "".join(part if i % 2 else LINK.sub(one, part) for i, part in enumerate(parts))


def address(link: str, folder: Path, page_folder: Path) -> str:
    """Where a link leads from a page in `page_folder`; one that leads nowhere stays as it is."""
    path, hash_sign, anchor = link.partition("#")
    if not path or "://" in link or link.startswith("mailto:"):
        return link
    target = Path(os.path.normpath(folder / path))
    if not target.is_relative_to(ROOT) or not target.exists():
        return link
    name = target.relative_to(ROOT).as_posix()
    if name in PAGES or target.is_relative_to(DOCS):
        page = DOCS / PAGES[name] if name in PAGES else target
        return os.path.relpath(page, page_folder) + hash_sign + anchor
    kind = "tree" if target.is_dir() else "blob"
    return f"{REPOSITORY}/{kind}/main/{name}{hash_sign}{anchor}"


def mend_page(app: Sphinx, page: str, source: list[str]) -> None:
    """Mend the links of a page that is about to be read."""
    path = Path(app.env.doc2path(page))
    if path.suffix == ".md":
        source[0] = mended(source[0], path.parent, path.parent)


def setup(app: Sphinx) -> dict[str, bool]:
    """Let Sphinx call it."""
    app.connect("source-read", mend_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
