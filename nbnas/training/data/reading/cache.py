"""Files that took long to make, kept for the next time: each in a folder of its own by its key.

A key says all that decides the content. A folder is made under another name and renamed when it is
whole, so that nobody ever sees half of it, whoever is killed and however many make it at once.
"""

import os
import shutil
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import platformdirs

from nbnas.errors import DataError

VARIABLE = "NBNAS_CACHE"
_PARTIAL = ".partial"
_ABANDONED = 24 * 3600  # seconds after which what is not whole was left by a process that is gone


def cache_folder(kind: str = "pictures") -> Path:
    """Where files of a kind are: what the variable `NBNAS_CACHE` says, else the usual place."""
    given = os.environ.get(VARIABLE)
    base = Path(given).expanduser() if given else platformdirs.user_cache_path("nbnas")
    return base / kind


def clear_cache() -> int:
    """Remove all that was kept of pictures; it is made anew when it is needed.

    Data sets that are in use go on: their files vanish with the last process that reads them.

    Returns:
        Number of bytes that were freed.
    """
    folder = cache_folder()
    freed = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    shutil.rmtree(folder, ignore_errors=True)
    kept = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return freed - kept  # on Windows what is in use stays


def kept(key: str, make: Callable[[Path], None]) -> Path:
    """The folder of a key; made now, if it is not there.

    Args:
        key: What decides the content, as a name of a folder.
        make: Fills an empty folder; nothing is kept if it raises.

    Returns:
        The folder, whole.

    Raises:
        DataError: If the files cannot be written.
    """
    whole = cache_folder() / key
    if whole.is_dir():
        return whole
    partial = whole.with_name(f"{key}-{uuid.uuid4().hex}{_PARTIAL}")
    try:
        partial.mkdir(parents=True)
        _remove_abandoned(whole.parent)
        make(partial)
        _rename(partial, whole)
    except OSError as error:
        raise DataError(
            f"expected to keep the pixels of pictures in {str(whole.parent)!r}, but: {error}; "
            f"make room (nbnas.clear_cache()), or let the environment variable {VARIABLE} name a "
            "folder with room that can be written to"
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return whole


def forget(key: str) -> None:
    """Remove the folder of a key, such as one whose files are damaged."""
    shutil.rmtree(cache_folder() / key, ignore_errors=True)


def _rename(partial: Path, whole: Path) -> None:
    """Give a folder its name, unless another process was quicker: what it made is the same."""
    try:
        partial.rename(whole)
    except OSError:
        if not whole.is_dir():
            raise


def _remove_abandoned(folder: Path) -> None:
    for partial in folder.glob(f"*{_PARTIAL}"):
        try:
            abandoned = time.time() - partial.stat().st_mtime > _ABANDONED
        except OSError:  # its process has just finished
            continue
        if abandoned:
            shutil.rmtree(partial, ignore_errors=True)
