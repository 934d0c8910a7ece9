"""A folder that is written whole or not at all.

Notation
    partial   the folder beside it in which the files grow; it is renamed at the end
"""

import errno
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nbnas.errors import ExportError

MARK = "<!-- An export of nbnas"  # what a card begins with
CARD = "card.md"
FILES = (
    *("model.py", "model.safetensors", "model.onnx", "model.pt2", "classify.py"),
    *(CARD, "network.png"),
)
TEXT_FILES = tuple("write.py" if name == "classify.py" else name for name in FILES)
_LEFT_BEHIND = ("__pycache__", ".DS_Store", ".ipynb_checkpoints")
_FULL = (errno.ENOSPC, errno.EDQUOT)


def check_free(folder: Path) -> None:
    """Check that a folder may be written: it is not there, empty, or an earlier export.

    Raises:
        ExportError: If it holds anything else; the message says what.
    """
    if not os.path.lexists(folder):
        return
    if not folder.is_dir():
        raise ExportError(
            f"expected the path of a folder to export to, got the file {str(folder)!r}; "
            "choose another name"
        )
    names = {path.name for path in folder.iterdir()} - set(_LEFT_BEHIND)
    others = sorted(names - {*FILES, *TEXT_FILES})
    if not names or (not others and _is_export(folder)):
        return
    some = ", ".join(others[:5] or sorted(names)[:5]) + (" …" if len(others or names) > 5 else "")
    raise ExportError(
        f"expected a new or empty folder, or an earlier export, got {str(folder)!r} with "
        f"{some}; choose another folder, or move these files away"
    )


def _is_export(folder: Path) -> bool:
    try:
        return (folder / CARD).read_text("utf-8", errors="replace").startswith(MARK)
    except OSError:
        return False


@contextmanager
def written_whole(folder: Path) -> Iterator[Path]:
    """Write into a folder beside the one that is meant, which takes its place at the end.

    If anything fails, nothing is left of it, and an earlier export stays as it was.

    Args:
        folder: The folder; see `check_free`.

    Yields:
        The folder to write into.

    Raises:
        ExportError: If it cannot be written, such as on a full disk.
    """
    folder = folder.resolve()
    partial = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}.partial")
    try:
        with _said(folder):
            partial.mkdir(parents=True)
        yield partial
        with _said(folder):
            _put_in_place(partial, folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def write(path: Path, content: bytes) -> None:
    """Write a file.

    Raises:
        ExportError: If it cannot be written, such as on a full disk.
    """
    with _said(path.parent, len(content)):
        path.write_bytes(content)


def _put_in_place(partial: Path, folder: Path) -> None:
    """Rename, and put back what was there if that fails."""
    check_free(folder)  # somebody may have written there meanwhile
    before = partial.with_suffix(".before")
    existed = folder.exists()
    if existed:
        folder.rename(before)
    try:
        partial.rename(folder)
    except OSError:
        if existed:
            before.rename(folder)
        raise
    shutil.rmtree(before, ignore_errors=True)


@contextmanager
def _said(folder: Path, size: int = 0) -> Iterator[None]:
    """Say of a fault of the disk what to do about it."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            needed = f" of at least {size / 1e6:,.1f} MB" if size else ""
            raise ExportError(
                f"expected room{needed} to export to {str(folder.parent)!r}, but the disk is "
                "full; nothing was left there: free some, or choose a folder on another disk"
            ) from error
        raise ExportError(
            f"expected to write to {str(folder.parent)!r}, but: {error}; nothing was left there: "
            "choose a folder that you may write to"
        ) from error
