"""Where the trainings of a store keep their checkpoints: beside its file, by study and number.

A store that is no file, such as one on a server, has them in the user's cache folder, or where the
variable `NBNAS_CACHE` says; whoever takes a trial up elsewhere finds them if that is on a disk
that machines share. One in memory has none, as nothing of it outlives its process.
"""

import contextlib
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy.engine import URL

from nbnas.search.store.location import file_of, is_memory, shown
from nbnas.training.checkpoints.file import remove_abandoned
from nbnas.training.checkpoints.keeper import CHECKPOINT, remove_checkpoint
from nbnas.training.data.reading.cache import cache_folder

ENDING = ".checkpoints"  # of the folder, after the name of the store's file


def folder_of(url: URL) -> Path | None:
    """The folder of a store's checkpoints; `None` for one in memory."""
    file = file_of(url)
    if file is not None:
        whole = file.absolute()
        return whole.with_name(whole.name + ENDING)
    if is_memory(url):
        return None
    kept = cache_folder("checkpoints").absolute()
    with contextlib.suppress(OSError):  # whoever writes there says so
        kept.mkdir(parents=True, exist_ok=True)
    return kept / _short(shown(url))


class Places:
    """The places of the trials of a study, as `Training.keep` takes them.

    Args:
        folder: Where they are; `None` for nowhere.
        study: The name of the study.
    """

    def __init__(self, folder: Path | None, study: str) -> None:
        plain = re.sub(r"[^A-Za-z0-9]+", "-", study)[:40].strip("-")
        self._folder, self._name = folder, f"{plain}-{_short(study)}"

    def of(self, number: int) -> str:
        """The place of a trial; an empty text for none."""
        return "" if self._folder is None else str(self._folder / f"{self._name}-{number:06d}")

    def remove(self, numbers: Iterable[int]) -> None:
        """Remove the checkpoints of trials that have ended, and what nobody wrote to its end."""
        if self._folder is None or not self._folder.is_dir():
            return
        ended = {self.of(number) for number in numbers}
        for file in self._folder.glob(f"{self._name}-*{CHECKPOINT}"):
            place = str(file).removesuffix(CHECKPOINT)
            if place in ended:
                remove_checkpoint(place)
        remove_abandoned(self._folder)
        with contextlib.suppress(OSError):  # it holds others
            self._folder.rmdir()


def of_final(place: str) -> str:
    """The place of a trial's training on training and validation part together, if it has one."""
    return f"{place}-final" if place else ""


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:12]
