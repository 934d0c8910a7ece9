"""The file of a checkpoint: written whole or not at all, and read only if it is what was written.

Notation
    content    what `torch.save` makes of plain values and tensors; read with `weights_only=True`
    trailer    what follows it: a mark, the attempt that wrote it, and the SHA-256 of both
"""

import contextlib
import glob
import hashlib
import mmap
import os
import struct
import time
import uuid
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import torch

MARK = b"nbnas 1\n"
NUMBER = struct.Struct("<q")
TRAILER = len(MARK) + NUMBER.size + hashlib.sha256().digest_size
PARTIAL = ".partial"
ABANDONED = 24 * 3600  # seconds after which what is not whole was left by a process that is gone


class _Writing:
    """A file that `torch.save` writes to: it counts the digest, and keeps an error to itself.

    An error that is raised through torch's writer ends the process in some versions, since the
    writer tries to finish its file while it is taken apart.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()
        self.error: OSError | None = None

    def write(self, piece: Any) -> int:  # noqa: ANN401
        """Write a piece of the content."""
        view = memoryview(piece)
        if self.error is None:
            try:
                self._file.write(view)
                self.digest.update(view)
            except OSError as error:
                self.error = error
        return view.nbytes

    def flush(self) -> None:
        """Nothing: all is flushed at the end."""


def write_file(path: Path, content: Mapping[str, Any], attempt: int) -> None:
    """Write a checkpoint in the place of the one before; whoever looks sees one of the two, whole.

    Args:
        path: Its file; the folder is made, in one that exists.
        content: Plain values and tensors.
        attempt: Which try of the trial has come so far.

    Raises:
        OSError: If it cannot be written; the one before then stays.
    """
    path.parent.mkdir(exist_ok=True)
    partial = path.with_name(f"{path.name}.{uuid.uuid4().hex}{PARTIAL}")
    try:
        with partial.open("wb") as file:
            writing = _Writing(file)
            torch.save(dict(content), writing)  # type: ignore[arg-type]
            if writing.error is not None:
                raise writing.error
            told = MARK + NUMBER.pack(attempt)
            writing.digest.update(told)
            file.write(told + writing.digest.digest())
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:  # a stop from the keyboard, too, leaves no half file
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def read_file(path: Path) -> dict[str, Any] | None:
    """The content of a checkpoint, on the CPU; `None`, with a warning, if it is damaged.

    Args:
        path: Its file; `None` without a warning if there is none.
    """
    try:
        with path.open("rb") as file:
            return _content(file)
    except FileNotFoundError:
        return None
    except Exception as error:  # whatever torch raises of what is none of its files
        warn_of(path, error)
        return None


def warn_of(path: Path, error: Exception) -> None:
    """Say that a checkpoint cannot be used."""
    why = " ".join(str(error).split())  # torch says some things in many lines
    warnings.warn(
        f"the checkpoint {str(path)!r} cannot be used ({type(error).__name__}: {why:.200}); "
        "it is ignored, and the training begins anew",
        stacklevel=3,
    )


def attempt_of(path: Path) -> int:
    """Which try of its trial has written a checkpoint; 0 if there is none, or it is cut off."""
    try:
        with path.open("rb") as file:
            file.seek(-TRAILER, os.SEEK_END)
            mark, number = file.read(len(MARK)), file.read(NUMBER.size)
    except OSError:
        return 0
    return int(NUMBER.unpack(number)[0]) if mark == MARK else 0


def remove_files(path: Path) -> None:
    """Remove a checkpoint, and what was left where its writing was cut off."""
    for each in (path, *path.parent.glob(f"{glob.escape(path.name)}.*{PARTIAL}")):
        with contextlib.suppress(OSError):
            each.unlink(missing_ok=True)


def remove_abandoned(folder: Path) -> None:
    """Remove what processes that are gone have not written to its end."""
    for partial in folder.glob(f"*{PARTIAL}"):
        with contextlib.suppress(OSError):  # its process has just finished
            if time.time() - partial.stat().st_mtime > ABANDONED:
                partial.unlink()


def _content(file: BinaryIO) -> dict[str, Any]:
    size = os.fstat(file.fileno()).st_size - TRAILER
    if size <= 0:
        raise ValueError("it is cut off")
    file.seek(size)
    told, digest = file.read(len(MARK) + NUMBER.size), file.read()
    with mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) as content:
        found = hashlib.sha256(content)
        found.update(told)
        if not told.startswith(MARK) or found.digest() != digest:
            raise ValueError("it is not as it was written")
        read = torch.load(content, "cpu", weights_only=True)  # type: ignore[arg-type]
    if not isinstance(read, dict):
        raise ValueError(f"expected a dictionary, got {type(read).__name__}")
    return read


def _sync_folder(folder: Path) -> None:
    """Let the new name be on disk, too, where a system knows how."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
