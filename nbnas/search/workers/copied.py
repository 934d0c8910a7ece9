"""An objective as bytes for other processes: a notebook's code by value, pictures by file."""

import io
from dataclasses import dataclass
from typing import Any

import cloudpickle
from torch import Tensor

from nbnas.errors import SettingError
from nbnas.search.objective import Objective
from nbnas.training.data.mapped import Mapped, mapped


@dataclass(frozen=True, slots=True)
class Copied:
    """An objective for other processes.

    Attributes:
        content: Its bytes, which `pickle` reads.
        files: The files that must be there where it is read.
    """

    content: bytes
    files: tuple[Mapped, ...] = ()


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]
    """Lets pictures that lie in a file of the cache stay there."""

    def __init__(self, file: io.BytesIO, *, by_file: bool) -> None:
        super().__init__(file)
        self._by_file, self.files = by_file, list[Mapped]()

    def reducer_override(self, one: Any) -> Any:  # noqa: ANN401
        """How one object travels."""
        where = mapped(one) if self._by_file and isinstance(one, Tensor) else None
        if where is None:
            return super().reducer_override(one)
        self.files.append(where)
        return Mapped.open, (where,)


def copied(objective: Objective, *, by_file: bool = True) -> Copied:
    """An objective for other processes.

    Args:
        objective: What is copied.
        by_file: Whether pictures that lie in a file of the cache are read from there.

    Raises:
        SettingError: If it cannot be copied.
    """
    file = io.BytesIO()
    pickler = _Pickler(file, by_file=by_file)
    try:
        pickler.dump(objective)
    except Exception as error:  # of whatever it holds
        raise SettingError(
            "expected an objective that can be copied to worker processes, got "
            f"{type(objective).__name__}: {type(error).__name__}: {error!s:.300}; let it open "
            "files and connections when it is called, or search without workers"
        ) from error
    return Copied(file.getvalue(), tuple(pickler.files))
