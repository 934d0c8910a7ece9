"""Notebooks that come with nbnas, copied to a folder where they can be changed.

No file of a person is lost: one that differs stays, or is kept under another name.
"""

import filecmp
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nbnas.brief import brief
from nbnas.errors import NotebookError
from nbnas.installed import notebooks

RUNS = "runs"  # where all notebooks write, beside their folder


@dataclass(frozen=True, slots=True, repr=False)
class Copied:
    """What became of each file, relative to the folder.

    Attributes:
        folder: Where they are now.
        new: Files that were copied.
        same: Files that were there already, letter for letter.
        differing: Files that are there and differ; they were left as they are.
        kept: Files that differed and have been replaced, by the names under which they are kept.
    """

    folder: Path
    new: tuple[Path, ...] = ()
    same: tuple[Path, ...] = ()
    differing: tuple[Path, ...] = ()
    kept: tuple[Path, ...] = ()

    @brief
    def __repr__(self) -> str:
        return f"{self.folder}: {len(self.new)} new, {len(self.differing)} left as they are"


def copy(folder: Path, kinds: Iterable[str], *, replace: bool = False) -> Copied:
    """Copy notebooks to a folder.

    Args:
        folder: Where to; made if missing, and so is `runs` beside it, in which its notebooks
            write, if that is the working folder.
        kinds: Which, as `nbnas.installed.notebooks.files` takes them.
        replace: Whether files that differ are replaced; then what was there is kept beside it.

    Raises:
        NotebookError: If the folder cannot be written, or this nbnas came without notebooks.
    """
    source, files = notebooks.folder(), notebooks.files(kinds)
    try:
        if folder.exists() and folder.resolve() == source.resolve():
            raise NotebookError(f"{folder} is where the notebooks come from; name another folder")
        if folder.absolute().parent == Path.cwd():
            Path(RUNS).mkdir(exist_ok=True)
        return _copied(source, folder, files, replace)
    except OSError as error:
        raise NotebookError(
            f"expected a folder that can be written, got {folder}: {error}"
        ) from error


def _copied(source: Path, folder: Path, files: Iterable[Path], replace: bool) -> Copied:
    found: dict[str, list[Path]] = {"new": [], "same": [], "differing": [], "kept": []}
    for file in files:
        fate = _fate(source / file, folder / file)
        if fate == "differing" and replace:
            found["kept"].append(_put_aside(folder / file).relative_to(folder))
            fate = "new"
        if fate == "new":
            _write(source / file, folder / file)
        found[fate].append(file)
    return Copied(folder, **{name: tuple(paths) for name, paths in found.items()})


def _fate(source: Path, target: Path) -> str:
    if not target.exists():
        return "new"
    return "same" if filecmp.cmp(source, target, shallow=False) else "differing"


def _write(source: Path, target: Path) -> None:
    """Copy the content only: what is installed may be for reading only."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _put_aside(path: Path) -> Path:
    """Rename a person's file to a name that is free, such as search.mine-2.ipynb."""
    names = (f"{path.stem}.mine{f'-{n}' if n > 1 else ''}{path.suffix}" for n in range(1, 10_000))
    aside = next(path.with_name(name) for name in names if not path.with_name(name).exists())
    path.rename(aside)
    return aside
