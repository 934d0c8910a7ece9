"""Whether a study is continued with the settings that it was made with."""

import re
from collections.abc import Mapping

from nbnas.errors import StudyMismatchError

Settings = Mapping[str, str]  # what each one is called, and what it is


def check_same(study: str, stored: Settings, now: Settings) -> None:
    """Compare the settings of a study with those of now.

    Raises:
        StudyMismatchError: If they differ; the message names every difference.
    """
    differences = [
        f"{name}: was {stored.get(name, 'absent')}, is now {now.get(name, 'absent')}"
        for name in sorted({*stored, *now})
        if _bare(stored.get(name)) != _bare(now.get(name))
    ]
    if differences:
        raise StudyMismatchError(
            f"study {study!r} was made with other settings ({'; '.join(differences)}); use the "
            "old settings to go on with it, or another study name to start afresh"
        )


def _bare(value: str | None) -> str | None:
    """A setting without what is none: the file that a part of nbnas lives in, and addresses."""
    if value is None:
        return None
    at_home = re.sub(r"\bnbnas\.(?:[a-z_0-9]+\.)+(?=\w)", "nbnas.", value)
    return re.sub(r" at 0x[0-9a-fA-F]+", "", at_home)
