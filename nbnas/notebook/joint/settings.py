"""The settings that `notebooks/search.ipynb` searches, as they are written in a parameter.

Notation
    setting    name=real(low,high) or name=integer(low,high), with ",log" for a logarithmic scale,
               or name=categorical(word,word,…)
    settings   such ones with spaces between
"""

import re
from collections.abc import Mapping
from typing import Any

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.space import SearchSpace
from nbnas.graphs.spaces.joint.categorical import Categorical
from nbnas.graphs.spaces.joint.dimension import Dimension
from nbnas.graphs.spaces.joint.integer import Integer
from nbnas.graphs.spaces.joint.real import Real
from nbnas.graphs.spaces.joint.space import JointSpace
from nbnas.graphs.values import read_word
from nbnas.notebook.checks import text

Settings = tuple[tuple[str, Dimension], ...]
_SETTING = re.compile(r"([^\W\d]\w*)=(real|integer|categorical)\(([^()]*)\)(?:[\s;]+|$)")
_EXAMPLE = (
    "learning_rate=real(1e-3,1,log) batch_size=integer(16,512,log) "
    "optimizer=categorical(sgd,adamw)"
)
_NUMBERS: Mapping[str, tuple[Any, Any]] = {"real": (Real, float), "integer": (Integer, int)}
LOG = "log"


def settings(value: Any) -> Settings:  # noqa: ANN401
    """The settings of a parameter; none for an empty one.

    Raises:
        SettingError: If it is written in another way, or a range is none; the message says where.
    """
    given = text(value).strip()
    found: dict[str, Dimension] = {}
    end = 0
    while end < len(given):
        one = _SETTING.match(given, end)
        if one is None or one[1] in found:
            twice = "" if one is None else ", and none twice"
            raise SettingError(
                f"expected settings such as {_EXAMPLE}{twice}, or nothing; got "
                f"{given[end : end + 60]!r} at {end}"
            )
        found[one[1]] = _dimension(one[1], one[2], [part.strip() for part in one[3].split(",")])
        end = one.end()
    return tuple(found.items())


def with_settings(space: SearchSpace, some: Settings) -> SearchSpace:
    """A space with settings beside its architectures; itself without any."""
    return JointSpace(space, **dict(some)) if some else space


def named(some: Settings) -> list[str]:
    """What a study is called after its settings; nothing without any."""
    return ["-".join(["with", *(name for name, _ in some)])] if some else []


def _dimension(name: str, kind: str, parts: list[str]) -> Dimension:
    try:
        if kind == "categorical":
            return Categorical(*map(read_word, filter(None, parts)))
        make, number = _NUMBERS[kind]
        log = parts[-1] == LOG
        low, high = map(number, parts[: len(parts) - log])
        made: Dimension = make(low, high, log=log)
    except (ArchitectureError, ValueError) as error:
        form = "word,word" if kind == "categorical" else "low,high"
        raise SettingError(
            f"{name}: expected {kind}({form}), got {kind}({','.join(parts):.80}): {error}"
        ) from error
    return made
