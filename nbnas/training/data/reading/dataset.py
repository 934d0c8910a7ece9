"""A data set of somebody else's as one of ours.

Notation
    n         number of rows in all parts
    h, w      height and width of a picture, upright
    C, H, W   channels, height and width of an image
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbnas.checks import SEED, TEXT, Rule
from nbnas.errors import DataError, SettingError, shown
from nbnas.training.data.image_data import ImageData
from nbnas.training.data.origin import Origin, Sizes, fitted_in_words
from nbnas.training.data.part import AMOUNT, to_part
from nbnas.training.data.preparation import COLOR, GRAY, MODE, Preparation, is_gray
from nbnas.training.data.reading.arrays import read_images
from nbnas.training.data.reading.decode import reason, upright_size
from nbnas.training.data.reading.files import PARTS
from nbnas.training.data.reading.folder import SIZE
from nbnas.training.data.reading.labels import as_array, read_labels
from nbnas.training.data.reading.pictures import usual_size
from nbnas.training.data.reading.rows import (
    Columns,
    is_dataset,
    is_picture,
    name_of,
    names_of,
    read_rows,
)
from nbnas.training.data.reading.three import check_classes, three_parts
from nbnas.undisturbed import undisturbed

COLUMNS: Rule[Columns | None] = Rule(
    "a pair of names such as ('image', 'label')",
    lambda pair: isinstance(pair, tuple | list) and [type(name) for name in pair] == [str, str],
    tuple,
).optional
_Given = dict[str, Any]


@undisturbed()
def from_dataset(
    dataset: Any,  # noqa: ANN401
    *,
    validation: Any = None,  # noqa: ANN401
    test: Any = None,  # noqa: ANN401
    size: int | tuple[int, int] | None = None,
    mode: str | None = None,
    columns: Columns | None = None,
    seed: int = 0,
    name: str | None = None,
) -> ImageData:
    """Make a data set of one of torchvision's, of Hugging Face's, or of any like them.

    Pictures of Pillow's are prepared as those of a folder, tensors and arrays are taken as they
    are. All of it is read into memory.

    Args:
        dataset: Rows by number, with a length: pairs (picture, label), or mappings of columns. Or
            a mapping of several such by the names of the parts: `train`, `test`, `validation`.
        validation: The validation part as such a data set; or its number of images, or their share
            if below 1, to be split off. By default a fifth, at most 5,000.
        test: The same of the test part.
        size: Side, or `(height, width)`, of the images in pixels. By default that of the pictures
            if they have one, else a square of the usual shorter side; at most 64.
        mode: "RGB" or "L" for gray; by default gray if no picture has colours.
        columns: The names of the columns of pictures and labels, where rows are mappings.
        seed: Seed of the split.
        name: What a person calls it; by default what it calls itself.

    Returns:
        The data set; its `repr` says which part came from where, and how pictures were fitted.

    Raises:
        DataError: If a row cannot be read, or a class is not in all parts.
        SettingError: If an argument is not allowed, or asks to split off what came.
    """
    size, mode = SIZE("size", size), MODE.optional("mode", mode)
    columns, seed = COLUMNS("columns", columns), SEED("seed", seed)
    given, amounts = _given(dataset, validation, test)
    called = name_of(given["train"]) if name is None else TEXT("name", name)
    seen = _scan(given, columns)
    shape = (size, size) if isinstance(size, int) else size
    pixels, preparation = seen.pixels(given, columns, shape, mode, called)
    labels, names = read_labels(seen.labels, len(seen.labels), called)
    names = _in_words(names, names_of(given["train"], columns))
    ends = np.cumsum([0, *map(len, given.values())])
    places = {part: np.arange(*ends[k : k + 2]) for k, part in enumerate(given)}
    check_classes(places, labels, names, "add some, or leave the class out")
    cuts, told = three_parts(places, labels, **amounts, seed=seed, name=called)
    train, val, test_part = (to_part(pixels[cut], labels[cut]) for cut in cuts)
    origin = Origin(told, seen.ordered, seen.fitted(preparation))
    return ImageData(called, len(names), train, val, test_part, names, preparation, origin)


@dataclass(slots=True)
class _Seen:
    """What the rows of all parts hold, before their pixels are read.

    Attributes:
        labels: Whatever the label of each row is.
        sizes: How many pictures of Pillow's have each size `(h, w)`.
        gray: Whether none of these has colours.
        arrays: The pictures that are tensors or arrays.
    """

    labels: list[Any] = field(default_factory=list)
    sizes: "Counter[tuple[int, int]]" = field(default_factory=Counter)
    gray: bool = True
    arrays: list[Any] = field(default_factory=list)

    @property
    def ordered(self) -> Sizes:
        """The sizes, the most frequent first."""
        return tuple(sorted(self.sizes.items(), key=lambda pair: (-pair[1], pair[0])))

    def fitted(self, preparation: Preparation | None) -> str:
        """What was done to make all pictures of one size, in words."""
        return "" if preparation is None else fitted_in_words(self.ordered, preparation.size)

    def pixels(
        self,
        given: Mapping[str, Any],
        columns: Columns | None,
        size: tuple[int, int] | None,
        mode: str | None,
        name: str,
    ) -> tuple[NDArray[Any], Preparation | None]:
        """All images `(n, C, H, W)`, and how pictures of Pillow's became them."""
        if self.arrays and self.sizes:
            raise DataError(
                f"{name}: expected pictures of Pillow's only, or tensors and arrays only, got "
                f"{self.sizes.total()} and {len(self.arrays)} of them"
            )
        if not self.arrays:
            if not self.sizes:
                raise DataError(f"{name}: expected rows, got none")
            usual = mode or (GRAY if self.gray else COLOR)
            preparation = Preparation(usual, size or usual_size(self.ordered))
            return _prepared(given, columns, preparation, len(self.labels)), preparation
        if size is not None or mode is not None:
            raise SettingError(
                f"expected size=None and mode=None for pictures that are tensors or arrays, got "
                f"size={size} and mode={mode}; let the data set's own transform do it"
            )
        return read_images(np.stack(_alike(self.arrays, name)), name), None


def _scan(given: Mapping[str, Any], columns: Columns | None) -> _Seen:
    seen = _Seen()
    for part, rows in given.items():
        for image, label in read_rows(rows, columns, part):
            seen.labels.append(label.item() if hasattr(label, "item") else label)
            if is_picture(image):
                seen.sizes[upright_size(image)] += 1
                seen.gray &= is_gray(image.mode)
            else:
                seen.arrays.append(as_array(image, f"picture {len(seen.arrays)} of {part}"))
    return seen


def _prepared(
    given: Mapping[str, Any], columns: Columns | None, preparation: Preparation, n: int
) -> NDArray[np.uint8]:
    """The images of all pictures; read once more, so that never all of them are in memory."""
    pixels = np.empty((n, *preparation.image_shape), np.uint8)
    place = 0
    for part, rows in given.items():
        for number, (image, _) in enumerate(read_rows(rows, columns, part)):
            try:
                pixels[place] = preparation.array(image)
            except Exception as error:  # whatever a damaged file makes Pillow raise
                raise DataError(
                    f"expected row {number} of {part} to be a picture, but: {reason(error)}"
                ) from error
            place += 1
    return pixels


def _alike(arrays: list[NDArray[Any]], name: str) -> list[NDArray[Any]]:
    """Arrays, if they have one shape."""
    shapes = Counter(array.shape for array in arrays)
    if len(shapes) > 1:
        raise DataError(
            f"{name}: expected pictures of one shape, got {', '.join(map(str, [*shapes][:5]))}; "
            "let the data set's own transform resize them, or give pictures of Pillow's"
        )
    return arrays


def _in_words(found: tuple[str, ...], known: tuple[str, ...] | None) -> tuple[str, ...]:
    """The names of the classes that occur, where the data set knows them by their numbers."""
    if known is None or not all(label.isdecimal() and int(label) < len(known) for label in found):
        return found
    return tuple(known[int(label)] for label in found)


def _given(dataset: Any, validation: Any, test: Any) -> tuple[_Given, _Given]:  # noqa: ANN401
    """The parts that came, by name and in order, and the sizes of those that did not."""
    parts = _of_mapping(dataset) if isinstance(dataset, Mapping) else {"train": dataset}
    amounts: _Given = {}
    for word, part, value in (("validation", "val", validation), ("test", "test", test)):
        if is_dataset(value) and part not in parts:
            parts[part] = value
        else:
            amounts[word] = AMOUNT(word, value)
    for part, rows in parts.items():
        if not is_dataset(rows):
            raise SettingError(
                f"expected a data set with a length and rows by number as {part}, such as "
                f"torchvision.datasets.CIFAR10('data'), got {shown(rows)}"
            )
    if "val" in parts and "test" not in parts and isinstance(dataset, Mapping) is False:
        raise SettingError(
            "expected a test part where there is a validation part, got none; pass what is to be "
            "held out to the end as test, and a number as validation"
        )
    ordered: _Given = {part: parts[part] for part in ("train", "val", "test") if part in parts}
    return ordered, {"validation": None, "test": None, **amounts}


def _of_mapping(dataset: Mapping[Any, Any]) -> _Given:
    """The parts of a mapping by our names for them."""
    found = {PARTS.get(str(name).casefold(), ""): rows for name, rows in dataset.items()}
    if "train" not in found or "" in found or len(found) < len(dataset):
        raise DataError(
            "expected the parts train, validation and test, or some of them, got "
            f"{', '.join(map(str, dataset))}; pick them: from_dataset(d['a'], test=d['b'])"
        )
    return found
