"""Where things are: nbnas itself, its notebooks, the working folder, and what is kept."""

from pathlib import Path

from nbnas.errors import NotebookError
from nbnas.installed import notebooks
from nbnas.installed.fact import Fact, size
from nbnas.mode import safe_display_mode
from nbnas.training.data.reading.cache import VARIABLE, cache_folder

TOPIC = "places"


def facts() -> tuple[Fact, ...]:
    """Folders, what is kept in them, and how things are displayed."""
    return (
        Fact(TOPIC, "folder", short(Path.cwd())),
        Fact(TOPIC, "package", short(notebooks.PACKAGE)),
        _notebooks(),
        Fact(TOPIC, "cache", _kept(), f"nb.clear_cache() empties it, {VARIABLE} moves it"),
        Fact(TOPIC, "views", safe_display_mode()),
    )


def short(path: Path) -> str:
    """A path with the home folder as "~", so that a report does not tell a person's name."""
    try:
        return str(Path("~") / path.relative_to(Path.home()))
    except (ValueError, RuntimeError):  # not inside, or there is no home
        return str(path)


def _notebooks() -> Fact:
    try:
        return Fact(TOPIC, "notebooks", short(notebooks.folder()))
    except NotebookError as error:
        return Fact(TOPIC, "notebooks", "missing", str(error))


def _kept() -> str:
    """Where data sets are kept that took long to read, and how large they are."""
    place = cache_folder().parent
    held = sum(_bytes(file) for file in place.rglob("*"))
    return f"{short(place)}, {size(held) if held else 'empty'}"


def _bytes(file: Path) -> int:
    try:
        return file.stat().st_size if file.is_file() else 0
    except OSError:  # removed meanwhile
        return 0
