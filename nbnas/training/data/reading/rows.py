"""The rows of a data set of somebody else's: pairs (picture, label), or mappings of columns.

Known by what they can do, so that no library has to be there: torch's map-style data sets, those
of torchvision, and `datasets` of Hugging Face.

Notation
    n   number of rows
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from PIL import Image

from nbnas.errors import DataError, shown
from nbnas.training.data.reading.decode import open_picture, reason
from nbnas.waiting import WaitingBar

IMAGES = ("image", "img", "picture", "pixel_values")
LABELS = ("label", "labels", "fine_label", "target", "class")
FEW = 512  # rows that are read before anybody wonders how long it takes
Columns = tuple[str, str]


def is_dataset(value: object) -> bool:
    """Whether it has a length and rows by number."""
    if isinstance(value, str | bytes | type) or not hasattr(value, "__getitem__"):
        return False
    try:
        return len(value) >= 0  # type: ignore[arg-type]
    except TypeError:  # a number as an array, or a data set without an end
        return False


def read_rows(
    rows: Any,  # noqa: ANN401
    columns: Columns | None,
    where: str,
) -> Iterator[tuple[Any, Any]]:
    """The picture and the label of each row, one after the other.

    Args:
        rows: The data set.
        columns: The names of the two columns, where rows are mappings; `None` for the usual ones.
        where: What it is called, for errors.

    Yields:
        A `PIL.Image.Image`, tensor or array, and whatever the label is.

    Raises:
        DataError: If a row is none, or cannot be read; the message names it.
    """
    few = len(rows) <= FEW
    for place in WaitingBar(range(len(rows)), desc=where, disable=few):
        try:
            row = rows[place]
        except Exception as error:  # code of somebody else's, and damaged files
            raise DataError(
                f"expected row {place} of {where} to be readable, but: {type(error).__name__}: "
                f"{error}"
            ) from error
        image, label = _pair(row, columns, f"row {place} of {where}")
        yield _picture(image, f"row {place} of {where}"), label


def _pair(row: Any, columns: Columns | None, where: str) -> tuple[Any, Any]:  # noqa: ANN401
    if isinstance(row, Mapping):
        image, label = columns or (_first(row, IMAGES, where), _first(row, LABELS, where))
        missing = [name for name in (image, label) if name not in row]
        if missing:
            raise DataError(f"expected a column {missing[0]!r} in {where}, got {', '.join(row)}")
        return row[image], row[label]
    if isinstance(row, tuple | list) and len(row) == 2:
        return row[0], row[1]
    raise DataError(f"expected a pair (picture, label) as {where}, got {shown(row)}")


def _first(row: Mapping[str, Any], usual: Sequence[str], where: str) -> str:
    """The first of the usual names of a column that a row has."""
    for name in usual:
        if name in row:
            return name
    raise DataError(
        f"expected a column {' or '.join(usual)} in {where}, got {', '.join(map(str, row))}; name "
        "them by columns=('picture', 'kind')"
    )


def _picture(image: Any, where: str) -> Any:  # noqa: ANN401
    """A picture as Pillow's, where it is one or the bytes of a file; else as it is."""
    if isinstance(image, Mapping) and image.get("bytes"):
        image = image["bytes"]
    if not isinstance(image, bytes):
        return image
    try:
        return open_picture(io.BytesIO(image))
    except Exception as error:  # whatever damaged bytes make Pillow raise
        raise DataError(f"expected a picture as {where}, but: {reason(error)}") from error


def names_of(rows: Any, columns: Columns | None) -> tuple[str, ...] | None:  # noqa: ANN401
    """The names of classes that a data set knows, by the number of the label; `None` for none."""
    features = getattr(rows, "features", None)
    if isinstance(features, Mapping):
        usual = (columns[1],) if columns else LABELS
        found = (getattr(features.get(name), "names", None) for name in usual)
        names = next((names for names in found if names), None)
    else:
        names = getattr(rows, "classes", None)
    if isinstance(names, tuple | list) and all(isinstance(name, str) for name in names):
        return tuple(names)
    inner = getattr(rows, "dataset", None)  # of torch's Subset
    return None if inner is None else names_of(inner, columns)


def name_of(rows: Any) -> str:  # noqa: ANN401
    """What a data set is called: by itself, or by its class."""
    info = getattr(rows, "info", None)
    inner = getattr(rows, "dataset", None)
    named = getattr(info, "dataset_name", None) or getattr(info, "builder_name", None)
    return str(named or type(rows if inner is None else inner).__name__)


def is_picture(image: object) -> bool:
    """Whether it is one of Pillow's."""
    return isinstance(image, Image.Image)
