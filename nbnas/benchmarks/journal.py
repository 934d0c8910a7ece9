"""The journal of a generation: what was trained so far, a cell a line, that survives a kill.

The first line names the settings that decide the numbers; each further one holds one cell. A line
is on disk before the next cell counts. A last line without an end, as a kill may leave it, is cut
off before anything is appended.
"""

import dataclasses
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nbnas.errors import DataError, StoreError, StudyMismatchError

Numbers = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Trained:
    """One cell, trained once for each of G seeds over E epochs.

    Attributes:
        cell: The cell's text.
        train_right: Number of right answers in training, `(G, E)`.
        train_loss: Mean training loss, `(G, E)`.
        val_right: Number of right answers on the validation part after each epoch, `(G, E)`.
        val_loss: Mean loss on it, `(G, E)`.
        test_right: Number of right answers on the test part after the last epoch, `(G,)`.
        seconds: Seconds of one core that a training took, `(G,)`.
        parameters: Number of trainable weights.
        multiply_adds: Number of multiply-adds for one image.
        proxies: Zero-cost scores of the untrained network, by name.
    """

    cell: str
    train_right: Numbers
    train_loss: Numbers
    val_right: Numbers
    val_loss: Numbers
    test_right: tuple[int, ...]
    seconds: tuple[float, ...]
    parameters: int
    multiply_adds: int
    proxies: Mapping[str, float]


class Journal:
    """A file of trained cells that grows line by line.

    Args:
        path: The file; made where it is missing.
        settings: What decides the numbers.

    Attributes:
        trained: What it holds, by the cell's text.

    Raises:
        StudyMismatchError: If it was begun with other settings.
        DataError: If it holds something else.
        StoreError: If it cannot be read or written.
    """

    def __init__(self, path: Path, settings: Mapping[str, str]) -> None:
        self.path = path
        self.trained: dict[str, Trained] = {}
        try:
            lines = _whole_lines(path)
            if lines:
                self._read(lines, dict(settings))
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._append({"settings": dict(settings)})
        except OSError as error:
            raise StoreError(
                f"expected a journal that can be written at {path}: {error}"
            ) from error

    def add(self, found: Trained) -> None:
        """Write a cell; it is on disk when this returns.

        Raises:
            StoreError: If it cannot be written, as on a full disk.
        """
        try:
            self._append(dataclasses.asdict(found))
        except OSError as error:
            raise StoreError(f"expected to append to the journal {self.path}: {error}") from error
        self.trained[found.cell] = found

    def _read(self, lines: list[str], settings: dict[str, str]) -> None:
        try:
            first, *others = (json.loads(line) for line in lines)
            found = [Trained(**fields) for fields in others]
            stored = first["settings"]
        except (ValueError, TypeError, KeyError) as error:
            raise DataError(
                f"expected a journal of trained cells at {self.path}, but: {error}; move it away"
            ) from error
        if stored != settings:
            names = [n for n in {*stored, *settings} if stored.get(n) != settings.get(n)]
            said = "; ".join(
                f"{n}: was {stored.get(n)}, is {settings.get(n)}" for n in sorted(names)
            )
            raise StudyMismatchError(
                f"the journal {self.path} was begun with other settings ({said}); use another file"
            )
        self.trained = {trained.cell: trained for trained in found}

    def _append(self, fields: Mapping[str, object]) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(fields, separators=(",", ":")) + "\n")
            file.flush()
            os.fsync(file.fileno())


def _whole_lines(path: Path) -> list[str]:
    """The lines of a file that have an end; what follows them is cut off."""
    if not path.exists():
        return []
    content = path.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if len(whole) < len(content):
        with path.open("r+b") as file:
            file.truncate(len(whole))
    return whole.decode("utf-8").splitlines()
