"""The combinations of parameters that a sweep runs, and how a person writes them.

Notation
    grid    for each parameter the values that it takes; each run has one value of each
"""

import hashlib
import itertools
import math
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence

from nbnas.checks import FLAG, MAPPING, TEXT, each, either, real
from nbnas.errors import SettingError

Value = bool | int | float | str
LONGEST = 100  # characters of a run's name
MOST = 10_000  # runs of a sweep
EXAMPLE = "{'seed': range(5), 'strategy': ['bayes', 'random']}"
WRITTEN = '"seed=0,1,2 strategy=bayes,random"'
VALUE = either(FLAG, either(real(), TEXT))


def combinations(grid: object) -> tuple[dict[str, Value], ...]:
    """All combinations of the values of a grid; the last parameter changes fastest.

    Raises:
        SettingError: If it is no grid, a parameter has no value or one twice, or there are more
            than 10,000 combinations.

    Example:
        >>> combinations({"seed": range(2), "strategy": ["bayes"]})
        ({'seed': 0, 'strategy': 'bayes'}, {'seed': 1, 'strategy': 'bayes'})
    """
    given = MAPPING("grid", grid)
    if not given or not all(isinstance(name, str) and name.isidentifier() for name in given):
        raise SettingError(
            f"expected the values of each parameter by its name, such as {EXAMPLE}, as grid, got "
            f"{given!r:.200}"
        )
    values = {name: _values(name, some) for name, some in given.items()}
    number = math.prod(map(len, values.values()))
    if number > MOST:
        raise SettingError(f"expected a grid of at most {MOST:,} runs, got {number:,}")
    return tuple(
        dict(zip(values, chosen, strict=True)) for chosen in itertools.product(*values.values())
    )


def _values(name: str, some: object) -> tuple[Value, ...]:
    found: tuple[Value, ...] = each(VALUE, least=1, of="a number, a text, True or False")(
        f"grid[{name!r}]", some
    )
    if len(set(map(repr, found))) < len(found):
        raise SettingError(f"expected each value of {name} once in the grid, got {found!r:.200}")
    return found


def parameters(given: Mapping[str, object]) -> dict[str, Value]:
    """The parameters that all runs share, as plain values.

    Raises:
        SettingError: If one is neither a number nor a text nor a flag.
    """
    return {name: VALUE(name, value) for name, value in given.items()}


def read_grid(text: str) -> dict[str, tuple[Value, ...]]:
    """A grid as it is written in a command: names, and their values with commas between.

    Args:
        text: Such as "seed=0,1,2 strategy=bayes,random". What holds a space stands in quotes:
            `"data='my pets'"`.

    Raises:
        SettingError: If it is written in another way.

    Example:
        >>> read_grid("seed=0,1 budget=1.5 compare=true data='my pets'")
        {'seed': (0, 1), 'budget': (1.5,), 'compare': (True,), 'data': ('my pets',)}
    """
    words = _words(TEXT("grid", text))
    pairs = [word.partition("=") for word in words]
    names = [name for name, _, _ in pairs]
    if len(set(names)) < len(names) or not all(map(_is_parameter, pairs)):
        raise SettingError(
            f"expected a grid such as {WRITTEN}, each parameter once, got {text!r:.200}"
        )
    return {name: tuple(map(read_value, values.split(","))) for name, _, values in pairs}


def read_values(text: str) -> dict[str, Value]:
    """Parameters with one value each, written as a grid is.

    Raises:
        SettingError: If they are written in another way, or one has several values.

    Example:
        >>> read_values("trials=12 compare=false")
        {'trials': 12, 'compare': False}
    """
    found = read_grid(text)
    for name, values in found.items():
        if len(values) > 1:
            raise SettingError(f"expected one value of {name} for all runs, got {values!r:.200}")
    return {name: value for name, (value,) in found.items()}


def _is_parameter(pair: tuple[str, str, str]) -> bool:
    name, _, values = pair
    return name.isidentifier() and values != ""


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:  # a quote that does not end
        raise SettingError(
            f"expected a grid such as {WRITTEN}, got {text!r:.200}: {error}"
        ) from error


def read_value(word: str) -> Value:
    """A value as papermill reads those of its command line."""
    if word.lower() in ("true", "false"):
        return word.lower() == "true"
    for kind in (int, float):
        try:
            return kind(word)
        except ValueError:
            continue
    return word


def names(chosen: Sequence[Mapping[str, Value]]) -> tuple[str, ...]:
    """A name for each run that says its parameters, and that every file system takes.

    Example:
        >>> names([{"seed": 0, "data": "my pets/cats"}])
        ('seed=0,data=my_pets_cats',)
    """
    plain = [_name(each) for each in chosen]
    doubled = {name for name in plain if plain.count(name) > 1}
    return tuple(
        f"{name[: LONGEST - 9]}-{_digest(each)}"
        if name in doubled or len(name) > LONGEST
        else name
        for name, each in zip(plain, chosen, strict=True)
    )


def _name(chosen: Mapping[str, Value]) -> str:
    return ",".join(re.sub(r"[^\w.+=-]+", "_", f"{k}={said(v)}") for k, v in chosen.items())


def _digest(chosen: Mapping[str, Value]) -> str:
    return hashlib.blake2s(repr(sorted(chosen.items())).encode(), digest_size=4).hexdigest()


def said(value: Value) -> str:
    """A value as a person writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def label(chosen: Mapping[str, Value], among: Iterable[str]) -> str:
    """What tells a run from others, without the names of what it is alone.

    Example:
        >>> label({"seed": 0, "strategy": "bayes", "size": 8}, ["strategy", "size"])
        'bayes, size 8'
    """
    words = [(name, chosen[name]) for name in among]
    return ", ".join(
        value if isinstance(value, str) and value else f"{name} {said(value)}"
        for name, value in words
    )
