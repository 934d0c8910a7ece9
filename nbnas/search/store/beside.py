"""Where the trainings of a store keep their checkpoints: beside its file, by study and number.

A store that is no file, such as one on a server, has them in the user's cache folder, or where the
variable `NBNAS_CACHE` says; whoever takes a trial up elsewhere finds them if that is on a disk
that machines share. One in memory has none, as nothing of it outlives its process.

Where longer trainings go on from shorter ones, all trials of an architecture and a seed have one
place, whatever their numbers.
"""

import contextlib
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy.engine import URL

from nbnas.records import Claim, Evaluation
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
        """The place of a trial by its number; an empty text for none."""
        return self._at(f"{number:06d}")

    def of_all(self, trial: Claim | Evaluation) -> str:
        """The one place of all trials of an architecture and a seed; an empty text for none."""
        return self._at(_short(f"{trial.seed} {trial.architecture.to_json()}"))

    def remove(self, ended: Iterable[str]) -> None:
        """Remove the checkpoints at places of trials that have ended, and what is not whole.

        Args:
            ended: The places; they are asked for where there are any checkpoints only.
        """
        if self._folder is None or not self._folder.is_dir():
            return
        found = self._folder.glob(f"{self._name}-*{CHECKPOINT}")
        kept = {str(file).removesuffix(CHECKPOINT) for file in found}
        for place in kept.intersection(ended) if kept else ():
            remove_checkpoint(place)
        remove_abandoned(self._folder)
        with contextlib.suppress(OSError):  # it holds others
            self._folder.rmdir()

    def _at(self, name: str) -> str:
        return "" if self._folder is None else str(self._folder / f"{self._name}-{name}")


def of_final(place: str) -> str:
    """The place of a trial's training on training and validation part together, if it has one."""
    return f"{place}-final" if place else ""


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:12]
