"""Whether a study is continued with the settings that it was made with."""

import dataclasses
import re
from collections.abc import Mapping
from typing import Any, TypeVar

from nbnas.errors import StudyMismatchError

Settings = Mapping[str, str]  # what each one is called, and what it is
S = TypeVar("S")


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


def as_begun(strategy: S, stored: Settings, name: str = "strategy") -> S:
    """The strategy as a study began with it, where that was before it spread first architectures.

    Args:
        strategy: The strategy of now.
        stored: What the study remembers.
        name: What the strategy is called there.

    Returns:
        One that draws its first architectures at random, as many as by default where it had as
        many then and has its default now; the very same for any other study.
    """
    if not dataclasses.is_dataclass(strategy):
        return strategy
    own: Any = strategy
    if hasattr(own, "strategy"):  # a scheduler's
        within = as_begun(own.strategy, stored, f"{name}.strategy")
        return strategy if within is own.strategy else dataclasses.replace(own, strategy=within)
    initial = stored.get(f"{name}.initial")
    if initial is None or f"{name}.spread" in stored or not getattr(own, "spread", False):
        return strategy
    usual, begun = (dataclasses.replace(own, initial=0, spread=one) for one in (True, False))
    if own.initial != usual.initial or initial != str(begun.initial):
        begun = dataclasses.replace(own, spread=False)
    same: S = begun
    return same


def _bare(value: str | None) -> str | None:
    """A setting without what is none: the file that a part of nbnas lives in, and addresses."""
    if value is None:
        return None
    at_home = re.sub(r"\bnbnas\.(?:[a-z_0-9]+\.)+(?=\w)", "nbnas.", value)
    return re.sub(r" at 0x[0-9a-fA-F]+", "", at_home)
