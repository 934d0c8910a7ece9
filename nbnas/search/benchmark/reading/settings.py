"""What the results in a file were made with: they are gone on with under the same settings."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nbnas.errors import StudyMismatchError

Settings = Mapping[str, str]


def agree(
    path: Path,
    stored: Mapping[str, Any],
    settings: Settings,
    strategies: Mapping[str, Settings],
) -> dict[str, object]:
    """The settings of old and new strategies together, if they do not contradict each other.

    Args:
        path: The file.
        stored: What stands beside it.
        settings: What decides the numbers of all runs.
        strategies: What decides those of each strategy.

    Raises:
        StudyMismatchError: If they do; all differences are named.
    """
    old: Mapping[str, Settings] = stored.get("strategies", {})
    differences = list(_differences("", stored.get("settings", settings), settings))
    for word, now in strategies.items():
        differences += _differences(f"{word}: ", old.get(word, now), now)
    if differences:
        raise StudyMismatchError(
            f"{path} was made with other settings ({'; '.join(differences)}); use the old "
            "settings to go on with it, or give another output"
        )
    return {"settings": dict(settings), "strategies": {**old, **strategies}}


def beside(path: Path) -> Path:
    """The file beside a file of results that tells what these were made with."""
    return path.with_name(path.name + ".json")


def stored_strategies(path: Path) -> dict[str, Settings]:
    """What stands of strategies beside a file; nothing where that cannot be read."""
    try:
        told: Any = json.loads(beside(path).read_text())
        return {str(name): dict(each) for name, each in told["strategies"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # whoever opens it tells
        return {}


def _differences(where: str, old: Settings, new: Settings) -> Iterator[str]:
    for name in sorted({*old, *new}):
        was, now = old.get(name, "absent"), new.get(name, "absent")
        if was != now:
            yield f"{where}{name}: was {was}, is now {now}"
