"""The parameter `data` of `notebooks/search.ipynb`: a word, or the path of what one has."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from PIL.Image import DecompressionBombError

from nbnas.errors import SettingError
from nbnas.notebook.checks import text
from nbnas.training.data.books import from_text, wikitext2
from nbnas.training.data.image_data import ImageData
from nbnas.training.data.images import cifar10, digits
from nbnas.training.data.reading.decode import open_picture
from nbnas.training.data.reading.files import ClassFolders, list_pictures
from nbnas.training.data.reading.folder import from_folder
from nbnas.training.data.reading.npz import from_npz
from nbnas.training.data.text import TextData

Kind = Literal["pictures", "text"]
KNOWN = "nas-bench-digits"  # the protocol of the table that ships: all cells are known
NAMED: Mapping[str, Callable[[], ImageData]] = {
    KNOWN: digits,
    "digits": digits,
    "cifar10": cifar10,
}
TEXTS = (".txt", ".txt.gz", ".text", ".md")
ARRAYS = ".npz"
LOOKED_AT = 50  # pictures of a folder whose sizes decide
CHOSEN_BY, LARGEST_SHARE = 200, 0.4  # pictures to choose by, of few at most such a share


@dataclass(frozen=True, slots=True)
class Source:
    """Where data are; nothing is read before it is asked for.

    Attributes:
        word: What was given.
        path: The path that was found, here or in the parent folder; `None` for a known word.
    """

    word: str
    path: Path | None = field(default=None, repr=False)

    @property
    def kind(self) -> Kind:
        """What the data are."""
        path = self.path
        if path is None or path.suffix == ARRAYS:
            return "pictures"
        return "text" if path.is_file() or _is_wikitext(path) else "pictures"

    @property
    def folder(self) -> bool:
        """Whether it is a folder of pictures, which can be made any size."""
        return self.path is not None and self.path.is_dir() and self.kind == "pictures"

    @property
    def name(self) -> str:
        """What studies call it."""
        if self.path is None:
            return self.word
        return self.path.resolve().name.partition(".")[0][:60] or "data"

    def read(
        self, size: int | None = None, largest: int = 64, validation: float | None = None
    ) -> ImageData | TextData:
        """Read the data.

        Args:
            size: Side of the pictures of a folder, in pixels; `None` to choose it.
            largest: The most that is chosen.
            validation: Share of the pictures of a folder to choose by; `None` to choose it.
        """
        if self.path is None:
            return NAMED[self.word]()
        if self.kind == "text":
            return wikitext2(self.path) if self.path.is_dir() else from_text(self.path)
        if self.path.is_file():
            return from_npz(self.path)
        parts = list(list_pictures(self.path).values())
        return from_folder(
            self.path,
            size=size or _chosen_size(parts, largest),
            validation=validation or _chosen_share(parts),
        )


def source(value: Any) -> Source:  # noqa: ANN401
    """What the parameter names: a rule for `check_parameters`.

    Raises:
        SettingError: If it is no word, and no folder or file of a kind that is read.
    """
    word = text(value)
    if word in NAMED:
        return Source(word)
    path = Path(word).expanduser()
    found = [p for p in (path, Path("..") / path) if word and p.exists()]
    if not found:
        raise SettingError(
            f"expected one of {', '.join(NAMED)}, or the path of a folder of pictures, of an "
            f"{ARRAYS} file or of a text ({', '.join(TEXTS)}); there is no {word or 'empty path'}"
        )
    if found[0].is_file() and not found[0].name.lower().endswith((ARRAYS, *TEXTS)):
        raise SettingError(
            f"expected a folder of class folders with pictures, a file of arrays ({ARRAYS}) or a "
            f"text ({', '.join(TEXTS)}); got the file {word}: give the folder that it lies in, or "
            "read it as you like and write arrays x and y by numpy.savez"
        )
    return Source(word, found[0])


def _is_wikitext(folder: Path) -> bool:
    """Whether a folder holds the three files of WikiText-2."""
    names = {path.name.removeprefix("wiki.").partition(".")[0] for path in folder.glob("*.*")}
    files = [path for path in folder.glob("*train*") if path.is_file()]
    return bool(files) and {"train", "valid", "test"} <= names


def _chosen_share(parts: Sequence[ClassFolders]) -> float | None:
    """How many of few pictures to choose by; `None` for the usual share, or where they came.

    The accuracy on 80 pictures is off by four points, as much as architectures differ, and the
    winner is trained on these pictures, too.
    """
    share = min(CHOSEN_BY / len(parts[0].files), LARGEST_SHARE)
    return None if len(parts) == 3 or share <= 0.2 else share


def _chosen_size(parts: Sequence[ClassFolders], largest: int) -> int | None:
    """The largest side that is allowed, if pictures of a folder are larger; `None` if not."""
    files = [file for part in parts for file in part.files]
    step = max(len(files) // LOOKED_AT, 1)
    return largest if any(_side(file) > largest for file in files[::step]) else None


def _side(file: str) -> int:
    """The shorter side of a picture; 0 for one that cannot be read, of which others will tell."""
    try:
        with open_picture(file) as picture:
            return min(picture.size)
    except (OSError, ValueError, SyntaxError, DecompressionBombError):
        return 0
