"""A folder of pictures: which files count, of which class, and in which part.

Two layouts are known:

    pets/cat/1.jpg, pets/dog/2.jpg                   class folders (torchvision's ImageFolder)
    pets/train/cat/1.jpg, pets/test/cat/2.jpg        parts of class folders

Hidden and system files do not count, nor do files whose ending is not that of a picture.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nbnas.errors import DataError

PARTS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "dev"), "val"),
    **dict.fromkeys(("test", "testing"), "test"),
}
ENDINGS = frozenset(
    [
        ".apng",
        ".avif",
        ".bmp",
        ".dib",
        ".gif",
        ".ico",
        ".jfif",
        ".jp2",
        ".jpe",
        ".jpeg",
        ".jpg",
        ".jpx",
        ".pbm",
        ".pgm",
        ".png",
        ".pnm",
        ".ppm",
        ".tga",
        ".tif",
        ".tiff",
        ".webp",
    ]
)
_SYSTEM = frozenset(("thumbs.db", "desktop.ini", "__macosx", "@eadir", "$recycle.bin"))
_LAYOUTS = "{0}/cat/1.jpg, {0}/dog/2.jpg, …, or {0}/train/cat/1.jpg, {0}/test/cat/2.jpg, …"


@dataclass(frozen=True, slots=True)
class ClassFolders:
    """The pictures of a folder of class folders.

    Attributes:
        root: The folder.
        class_names: The names of the class folders, sorted.
        files: The pictures, class by class, sorted within each.
        labels: The class of each, by its place among the names.
        ignored: Number of visible files that are no pictures by their endings.
    """

    root: Path
    class_names: tuple[str, ...]
    files: tuple[str, ...]
    labels: tuple[int, ...]
    ignored: int


def list_pictures(root: Path) -> dict[str, ClassFolders]:
    """List the pictures of a folder.

    Args:
        root: The folder.

    Returns:
        One entry `""` for class folders; else one for each folder of a part by its own name, the
        training part first, then validation and test.

    Raises:
        DataError: If it has none of the layouts, a class has no picture, or a class is not in all
            parts.
    """
    if not root.is_dir():
        came = "a file; unpack it first" if root.exists() else "nothing there"
        raise DataError(f"expected a folder of pictures at {str(root)!r}, got {came}")
    folders = _part_folders(root)
    if not folders:
        return {"": _class_folders(root)}
    found = {folder.name: _class_folders(folder) for folder in folders}
    _check_same_classes(found)
    return found


def _part_folders(root: Path) -> list[Path]:
    """The folders of the parts in their order; none where the folders are classes."""
    named = [folder for folder in _folders(root) if folder.name.casefold() in PARTS]
    words = [PARTS[folder.name.casefold()] for folder in named]
    others = len(_folders(root)) > len(named)
    if "train" not in words or (others and not all(map(_folders, named))):
        return []
    if len(set(words)) < len(words):
        raise DataError(
            f"expected one folder for each part in {str(root)!r}, got "
            f"{', '.join(folder.name for folder in named)}; remove or rename one"
        )
    return [named[words.index(word)] for word in ("train", "val", "test") if word in words]


def _class_folders(root: Path) -> ClassFolders:
    """The pictures of each class folder.

    Raises:
        DataError: If there are no two classes, or one has no picture.
    """
    folders = _folders(root)
    found = {folder.name: list(_walk(folder)) for folder in folders}
    pictures = {name: sorted(filter(is_picture, files)) for name, files in found.items()}
    _check_classes(root, pictures)
    names = tuple(pictures)
    files = [file for name in names for file in pictures[name]]
    labels = [label for label, name in enumerate(names) for _ in pictures[name]]
    beside = [entry for entry in root.iterdir() if entry.is_file() and is_visible(entry.name)]
    ignored = len(beside) + sum(map(len, found.values())) - len(files)
    return ClassFolders(root, names, tuple(files), tuple(labels), ignored)


def _check_classes(root: Path, pictures: dict[str, list[str]]) -> None:
    layouts = _LAYOUTS.format(root.name or root)
    if not pictures:
        flat = sum(map(is_picture, _walk(root)))
        came = f"{flat} pictures and no folders" if flat else "no folders"
        raise DataError(f"expected class folders in {str(root)!r} ({layouts}), got {came}")
    empty = [name for name, files in pictures.items() if not files]
    if empty:
        raise DataError(
            f"expected pictures in every class folder of {str(root)!r}, got none in "
            f"{', '.join(empty)}; remove the folder, or put pictures of the class into it "
            f"(endings: {', '.join(sorted(ENDINGS))})"
        )
    if len(pictures) < 2:
        raise DataError(
            f"expected at least 2 class folders in {str(root)!r} ({layouts}), got only "
            f"{', '.join(pictures)}"
        )


def _check_same_classes(found: dict[str, ClassFolders]) -> None:
    """Check that every part has the classes of the first."""
    (first, one), *others = found.items()
    for name, other in others:
        for here, mine, there, theirs in ((first, one, name, other), (name, other, first, one)):
            lonely = sorted(set(mine.class_names) - set(theirs.class_names))
            if lonely:
                raise DataError(
                    f"expected the same class folders in {str(one.root)!r} and "
                    f"{str(other.root)!r}, but {', '.join(lonely)} is in {here} and not in "
                    f"{there}; add the class there, or remove it here"
                )


def is_visible(name: str) -> bool:
    """Whether a file or folder is neither hidden nor one of an operating system."""
    return not name.startswith(".") and name.casefold() not in _SYSTEM


def is_picture(path: str) -> bool:
    """Whether a file is a picture by its ending."""
    return os.path.splitext(path)[1].lower() in ENDINGS


def _folders(root: Path) -> list[Path]:
    return sorted(entry for entry in root.iterdir() if entry.is_dir() and is_visible(entry.name))


def _walk(root: Path) -> Iterator[str]:
    """The visible files of a folder and of those in it, links followed, none twice in a circle."""
    seen = set()
    for folder, inner, files in os.walk(root, followlinks=True):
        real = os.path.realpath(folder)
        if real in seen:
            inner.clear()
            continue
        seen.add(real)
        inner[:] = sorted(filter(is_visible, inner))
        yield from (os.path.join(folder, name) for name in files if is_visible(name))
