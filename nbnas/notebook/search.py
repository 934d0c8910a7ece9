"""The parameters of `notebooks/search.ipynb`: their rules, and what is chosen for empty ones."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from nbnas.errors import SettingError
from nbnas.notebook.budget import Budget
from nbnas.notebook.checks import (
    check_parameters,
    cost,
    flag,
    minutes,
    new_file,
    new_folder,
    share,
    text,
    whole,
    whole_or_none,
    word,
)
from nbnas.notebook.chosen import SearchParameters
from nbnas.notebook.combinations import ACQUISITIONS, check_combinations
from nbnas.notebook.data import source
from nbnas.notebook.goals.words import MEASURES, Aims, goals_of_words, limits_of_words
from nbnas.notebook.joint.settings import settings
from nbnas.notebook.lengths import Lengths, lengths
from nbnas.notebook.own import is_own
from nbnas.notebook.recipes import EPOCHS_OF_NAMED, OPTIMIZERS, SKELETONS, initial_of
from nbnas.notebook.schedulers import SCHEDULERS
from nbnas.notebook.spaces import KERNELS, SPACES, USUAL
from nbnas.notebook.strategies import STRATEGIES
from nbnas.search.store.location import file_of, url_of
from nbnas.search.store.store import Store
from nbnas.search.strategies.initial import RANDOM
from nbnas.training.device import choose_device

TOGETHER = ("fidelities", "scheduler", "cost", "goals", "limits")  # which one object holds


def read_parameters(namespace: Mapping[str, Any]) -> SearchParameters:
    """Check the parameters that a notebook was started with; no data are read or trained on yet.

    Args:
        namespace: The notebook's `globals()`, after its parameters cell.

    Returns:
        The parameters with their types, and with what is chosen where they are empty. Paths are
        looked for in the parent folder as well, so that a notebook opened in `notebooks/` and one
        run from the project's folder use the same `runs/`.

    Raises:
        SettingError: If a name is unknown or missing, a value has a wrong type or range, or values
            do not go together; the message says what is allowed.
    """
    values = check_parameters(namespace, _RULES, {"dataset": "data"})
    check_combinations(values)
    chosen = SearchParameters(**_completed(values))
    return chosen if values["initial"] or chosen.study else _as_begun(chosen)


def _as_begun(chosen: SearchParameters) -> SearchParameters:
    """The same with as many first architectures as were usual when the store's study began.

    Its name says how many; a new study has as many as are usual now. Only a file is looked into:
    parameters are read without a connection to a database.
    """
    before = dataclasses.replace(chosen, initial=RANDOM)
    file = file_of(url_of(chosen.store))
    if before.study_name == chosen.study_name or file is None or not file.exists():
        return chosen
    return before if Store(chosen.store).settings(before.study_name) else chosen


def _completed(values: dict[str, Any]) -> dict[str, Any]:
    """The parameters with what is chosen for those that are empty."""
    data, trains = values["data"], not values["objective"]
    space = values["space"] or USUAL[data.kind]
    usual = SPACES[space].kernels[0] if space in SPACES else ""
    named = trains and data.path is None
    others = {name: values[name] for name in values if name not in TOGETHER}
    looks = values["fidelities"]
    full = looks[-1] if looks and trains else 0
    alone = not (looks or values["goals"] or values["settings"])
    begins = values["strategy"] if alone else "random"
    return others | {
        "space": space,
        "kernel": values["kernel"] or usual,
        "acquisition": values["acquisition"] or "logei",
        "workers": values["workers"] or None,
        "budget": Budget(values["budget"], values["compare"]),
        "initial": values["initial"] or initial_of(data if trains else None, begins),
        "epochs": full or values["epochs"] or (EPOCHS_OF_NAMED if named else 0),
        "lengths": Lengths(looks, values["scheduler"], values["cost"], values["trials"]),
        "aims": Aims(values["goals"], values["limits"]),
    }


def _device(value: Any) -> str:  # noqa: ANN401
    choose_device(text(value))
    return str(value)


def _store(value: Any) -> str:  # noqa: ANN401
    location = text(value)
    if not location:
        raise SettingError("expected a path or an SQLAlchemy URL; got an empty text")
    return location if "://" in location else new_file(location)


def _word_or_own(words: Mapping[str, object]) -> Callable[[Any], str]:
    """A word, a Python file and a name in it, or nothing."""

    def check(value: Any) -> str:  # noqa: ANN401
        if not text(value) or is_own(value) or value in words:
            return str(value)
        raise SettingError(
            f"expected one of {', '.join(words)}, a Python file and a name in it, such as "
            f"my_space.py:space, or nothing to choose it; got {value!r}"
        )

    return check


def _own(value: Any) -> str:  # noqa: ANN401
    """A Python file and a name in it, or nothing."""
    if text(value) and not is_own(value):
        raise SettingError(
            f"expected a Python file and a name in it, such as my_file.py:name, or nothing; got "
            f"{value!r}"
        )
    return str(value)


def _or_none(rule: Callable[[Any], str]) -> Callable[[Any], str]:
    """As the rule says, or nothing to choose it."""

    def check(value: Any) -> str:  # noqa: ANN401
        try:
            return "" if isinstance(value, str) and not value else rule(value)
        except SettingError as error:
            raise SettingError(f"{error}; empty to choose it") from error

    return check


_RULES: Mapping[str, Callable[[Any], Any]] = {
    "data": source,
    "space": _word_or_own(SPACES),
    "settings": settings,
    "objective": _own,
    "network": _own,
    "skeleton": _or_none(word(SKELETONS)),
    "optimizer": _or_none(word(OPTIMIZERS)),
    "strategy": word(STRATEGIES),
    "kernel": _or_none(word(KERNELS)),
    "acquisition": _or_none(word(ACQUISITIONS)),
    "measure": _or_none(word(MEASURES)),
    "size": whole_or_none(4),
    "validation": share,
    "trials": whole(1),
    "budget": minutes,
    "initial": whole_or_none(2),
    "warm_start": flag,
    "epochs": whole_or_none(1),
    "fidelities": lengths,
    "scheduler": _or_none(word(SCHEDULERS)),
    "cost": cost,
    "goals": goals_of_words,
    "limits": limits_of_words,
    "seed": whole(0),
    "device": _device,
    "workers": whole_or_none(1),
    "store": _store,
    "study": text,
    "compare": flag,
    "export": new_folder,
}
