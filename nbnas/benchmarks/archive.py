"""The file of the table: arrays and what they mean, compressed, opened without any unpickling.

Notation
    K, G, E   number of trained cells, of seeds and of epochs
"""

import dataclasses
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbnas.errors import DataError, StoreError

SCHEMA = 1
Array = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Archive:
    """All trainings of the table.

    Attributes:
        metadata: The protocol, the split, versions and licence, by name.
        place: For each of the 15,625 cells, in the order of `CellSpace`, the place of its class
            along the first axis of the others.
        cell: For each class the number of the cell that was trained, `(K,)`.
        train_right: Number of right answers in training, `(K, G, E)`.
        train_loss: Mean training loss, `(K, G, E)`.
        val_right: Number of right answers on the validation part, `(K, G, E)`.
        val_loss: Mean loss on it, `(K, G, E)`.
        test_right: Number of right answers on the test part after the last epoch, `(K, G)`.
        seconds: Seconds of one core that a training took, `(K, G)`.
        parameters: Number of trainable weights, `(K,)`.
        multiply_adds: Number of multiply-adds for one image, `(K,)`.
        proxies: Zero-cost scores `(K, number of proxies)`, in the order of `metadata["proxies"]`.
    """

    metadata: Mapping[str, Any]
    place: Array
    cell: Array
    train_right: Array
    train_loss: Array
    val_right: Array
    val_loss: Array
    test_right: Array
    seconds: Array
    parameters: Array
    multiply_adds: Array
    proxies: Array

    @property
    def val(self) -> NDArray[np.float64]:
        """Validation accuracy after each epoch, `(K, G, E)`."""
        return self.val_right / self.images("validation")

    @property
    def test(self) -> NDArray[np.float64]:
        """Test accuracy after the last epoch, `(K, G)`."""
        return self.test_right / self.images("test")

    def images(self, part: str) -> int:
        """Number of images of the part "train", "validation" or "test"."""
        return int(self.metadata["split"][part])


ARRAYS = tuple(field.name for field in dataclasses.fields(Archive) if field.name != "metadata")
TYPES = {
    "place": np.uint16,
    "cell": np.uint16,
    "train_loss": np.float16,
    "val_loss": np.float16,
    "seconds": np.float16,
    "parameters": np.uint32,
    "multiply_adds": np.uint32,
    "proxies": np.float32,
}  # of all others uint16


def write_archive(archive: Archive, path: Path) -> None:
    """Write a table; the same content gives the same bytes.

    Raises:
        StoreError: If it cannot be written.
    """
    members = {name: np.asarray(getattr(archive, name)) for name in ARRAYS}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        text = json.dumps(dict(archive.metadata), indent=1, sort_keys=True)
        packed.writestr(zipfile.ZipInfo("metadata.json"), text, zipfile.ZIP_DEFLATED)
        for name, values in members.items():
            member = io.BytesIO()
            np.save(member, values.astype(TYPES.get(name, np.uint16)), allow_pickle=False)
            packed.writestr(
                zipfile.ZipInfo(f"{name}.npy"), member.getvalue(), zipfile.ZIP_DEFLATED
            )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(buffer.getvalue())
    except OSError as error:
        raise StoreError(f"expected to write the table to {path}, but: {error}") from error


def read_archive(path: Path | Traversable) -> Archive:
    """Read a table.

    Args:
        path: A file that `write_archive` wrote.

    Raises:
        DataError: If it cannot be read, or is of another schema.
    """
    try:
        content = io.BytesIO(path.read_bytes())
        with zipfile.ZipFile(content) as packed:
            metadata = json.loads(packed.read("metadata.json"))
            if metadata.get("schema") != SCHEMA:
                raise DataError(
                    f"expected a table of schema {SCHEMA}, got {metadata.get('schema')} in "
                    f"{path}; another version of nbnas reads it"
                )
            arrays = {
                name: np.load(io.BytesIO(packed.read(f"{name}.npy")), allow_pickle=False)
                for name in ARRAYS
            }
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, zlib.error, EOFError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"expected a table of nbnas at {path}, but: {error}") from error
    for values in arrays.values():
        values.setflags(write=False)
    return Archive(metadata, **arrays)
