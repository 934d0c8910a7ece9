"""A data set of a folder of pictures.

Notation
    n        number of pictures in all parts
    places   which of them, `(m,)`
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from nbnas.checks import PATH, SEED, TEXT, Rule, either
from nbnas.errors import DataError
from nbnas.training.data.image_data import ImageData
from nbnas.training.data.origin import Origin, fitted_in_words
from nbnas.training.data.part import AMOUNT, to_part
from nbnas.training.data.preparation import MODE, SHAPE, SIDE
from nbnas.training.data.reading.files import PARTS, ClassFolders, list_pictures
from nbnas.training.data.reading.pictures import read_pictures, rearranged
from nbnas.training.data.reading.three import Places, check_classes, three_parts
from nbnas.undisturbed import undisturbed

SIZE = either(SIDE, SHAPE).optional
ON_ERROR: Rule[str] = Rule(
    "'raise' or 'skip'", lambda word: isinstance(word, str) and word in ("raise", "skip"), str
)


@undisturbed()
def from_folder(
    path: str | os.PathLike[str],
    *,
    validation: float | None = None,
    test: float | None = None,
    size: int | tuple[int, int] | None = None,
    mode: str | None = None,
    seed: int = 0,
    on_error: str = "raise",
    name: str | None = None,
) -> ImageData:
    """Make a data set of a folder of pictures.

    Either of class folders, `pets/cat/1.jpg`, or of parts of them, `pets/train/cat/1.jpg`: `train`
    and `test`, and `val`, `valid` or `validation`. Parts that are there are taken as they are. Of
    two the second is the test part, whatever its name; what is missing is split off at random,
    with the classes spread evenly.

    The pictures are decoded once, on all cores, into files that the next call maps into memory:
    in the user's cache, or where the environment variable `NBNAS_CACHE` says. `clear_cache`
    removes them.

    Args:
        path: The folder.
        validation: Number of images of the validation part, or their share if below 1, where the
            folder has none; by default a fifth, at most 5,000.
        test: The same of the test part.
        size: Side, or `(height, width)`, of the images in pixels. By default that of the pictures
            if they have one, else a square of the usual shorter side; at most 64.
        mode: "RGB" or "L" for gray; by default gray if no picture has colours.
        seed: Seed of the split.
        on_error: "raise" for an error that names all files that cannot be read, or "skip" to leave
            them out; `data.origin.skipped` then says which and why.
        name: What a person calls it; by default the folder's name.

    Returns:
        The data set. Its `repr` says which part came from where, and how pictures were fitted.

    Raises:
        DataError: If the folder has another layout, a class has no picture or is not in all
            parts, or files cannot be read.
        SettingError: If an argument is not allowed, or asks to split off what the folder has.
    """
    root, seed = PATH("path", path).absolute(), SEED("seed", seed)
    amounts = {"validation": AMOUNT("validation", validation), "test": AMOUNT("test", test)}
    size, mode = SIZE("size", size), MODE.optional("mode", mode)
    on_error, called = ON_ERROR("on_error", on_error), TEXT.optional("name", name)
    called = _usual_name(root) if called is None else called
    found = list_pictures(root)
    files = [file for folder in found.values() for file in folder.files]
    pictures = read_pictures(files, (size, size) if isinstance(size, int) else size, mode)
    skipped = tuple(
        f"{os.path.relpath(files[place], root)}: {why}" for place, why in pictures.wrong.items()
    )
    _check_readable(skipped, root, on_error)
    labels = np.array([label for folder in found.values() for label in folder.labels])
    names = next(iter(found.values())).class_names
    given = _places(found, pictures.wrong)
    check_classes(given, labels, names, f"mend the files that cannot be read in {str(root)!r}")
    cuts, told = three_parts(given, labels, **amounts, seed=seed, name=called)
    train, val, test_part = (to_part(rearranged(pictures, cut), labels[cut]) for cut in cuts)
    origin = Origin(
        split=told,
        sizes=pictures.sizes,
        fitted=fitted_in_words(pictures.sizes, pictures.preparation.size),
        skipped=skipped,
        ignored=sum(folder.ignored for folder in found.values()),
    )
    return ImageData(
        called, len(names), train, val, test_part, names, pictures.preparation, origin
    )


def _usual_name(root: Path) -> str:
    """The folder's name; of a part's folder with that of the folder that it lies in."""
    part = root.name.casefold() in PARTS
    return f"{root.parent.name}/{root.name}" if part else root.name or str(root)


def _check_readable(skipped: Sequence[str], root: Path, on_error: str) -> None:
    if skipped and on_error == "raise":
        count = f"{len(skipped)} files" if len(skipped) > 1 else "1 file"
        raise DataError(
            f"expected pictures in {str(root)!r}, but {count} cannot be read:\n  "
            + "\n  ".join(skipped)
            + "\nmend or remove them, or leave them out by on_error='skip'"
        )


def _places(found: Mapping[str, ClassFolders], wrong: Mapping[int, str]) -> dict[str, Places]:
    """The places of each part's pictures that can be read."""
    given, start = {}, 0
    for name, folder in found.items():
        places = np.arange(start, start + len(folder.files))
        given[name] = places[~np.isin(places, list(wrong))]
        start += len(folder.files)
    return given
