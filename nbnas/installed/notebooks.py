"""The notebooks that come with nbnas: where they are, and which.

A wheel holds them in the package; of a checkout they are those of its folder `notebooks`.
"""

from collections.abc import Iterable
from pathlib import Path

from nbnas.errors import NotebookError

PACKAGE = Path(__file__).resolve().parents[1]
KINDS = {
    "notebooks": ("*.ipynb",),
    "lessons": ("lessons/*.ipynb",),
    "assignments": (
        *("assignments/*.md", "assignments/*.py", "assignments/source/*/*.ipynb"),
        "assignments/classroom/*.py",
    ),
}
"""Which files there are, by what they are for."""
_KNOWN = "search.ipynb"


def folder() -> Path:
    """The folder of the notebooks that come with nbnas.

    Raises:
        NotebookError: If this nbnas came without them.
    """
    places = (PACKAGE / "notebooks", PACKAGE.parent / "notebooks")
    for place in places:
        if (place / _KNOWN).is_file():
            return place
    raise NotebookError(
        f"expected the notebooks of nbnas in {places[0]}, but they are not there; "
        "install nbnas from its wheel or its checkout"
    )


def files(kinds: Iterable[str] = ("notebooks", "lessons")) -> tuple[Path, ...]:
    """The files of some kinds, relative to the folder, in their order.

    Args:
        kinds: Words out of `KINDS`.
    """
    place = folder()
    return tuple(
        path.relative_to(place)
        for kind in kinds
        for pattern in KINDS[kind]
        for path in sorted(place.glob(pattern), key=_in_order)
    )


def names() -> tuple[str, ...]:
    """The names of the notebooks with parameters: such as "search"."""
    return tuple(path.stem for path in files(("notebooks",)))


def notebook(name: str) -> Path:
    """A notebook that comes with nbnas, by its name, such as "search".

    Raises:
        NotebookError: If there is none of this name.
    """
    if name not in names():
        raise NotebookError(f"expected one of {', '.join(names())}; got {name!r:.100}")
    return folder() / f"{name}.ipynb"


def _in_order(path: Path) -> tuple[int, str]:
    """Lesson 2 comes before lesson 10."""
    number, _, _ = path.name.partition("_")
    return (int(number) if number.isdigit() else 0), str(path)
