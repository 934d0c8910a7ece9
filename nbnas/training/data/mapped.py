"""Images that lie in a file of the cache, mapped into memory: another process may map it, too."""

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.weak import WeakTensorKeyDictionary

from nbnas.errors import DataError


@dataclass(frozen=True, slots=True)
class Mapped:
    """Where the bytes of a tensor are.

    Attributes:
        path: The file, whose name says what is in it; it is never written to again.
        size: Bytes of the whole file.
        offset: Where those of the tensor begin.
        shape: The tensor's shape.
        dtype: Its type, as numpy writes it.
    """

    path: str
    size: int
    offset: int
    shape: tuple[int, ...]
    dtype: str

    @property
    def is_there(self) -> bool:
        """Whether the file is there, on this machine."""
        try:
            return os.path.getsize(self.path) == self.size
        except OSError:
            return False

    def open(self) -> Tensor:
        """The tensor, mapped from the file.

        Raises:
            DataError: If the file is not there.
        """
        if not self.is_there:
            raise DataError(
                f"expected pictures in {self.path!r}, but the file is no longer there; was "
                "nbnas.clear_cache() called meanwhile? begin again"
            )
        array = np.memmap(self.path, self.dtype, "c", self.offset, self.shape)
        return remembered(torch.from_numpy(np.asarray(array)), array)


_KNOWN: Any = WeakTensorKeyDictionary()


def remembered(tensor: Tensor, array: NDArray[Any]) -> Tensor:
    """A tensor of an array, of which it is known from now on if it lies in a file."""
    root = array
    while isinstance(root.base, np.ndarray):
        root = root.base
    path = getattr(root, "filename", None)
    if isinstance(root, np.memmap) and path is not None and tensor.nbytes:
        offset = root.offset + tensor.data_ptr() - root.__array_interface__["data"][0]
        if 0 <= offset - root.offset <= root.nbytes - tensor.nbytes:  # and no copy elsewhere
            size, shape = os.path.getsize(path), tuple(tensor.shape)
            _KNOWN[tensor] = Mapped(os.fspath(path), size, offset, shape, array.dtype.str)
    return tensor


def mapped(tensor: Tensor) -> Mapped | None:
    """Where a tensor's bytes are, if they are in a file that is still there."""
    found: Mapped | None = _KNOWN.get(tensor)
    return found if found is not None and found.is_there else None
