"""The recipe by which an architecture with settings is trained.

Notation
    followed    the settings of an architecture that are settings of the recipe, by name
"""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

from nbnas.errors import SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.spaces.joint.categorical import Categorical
from nbnas.graphs.spaces.joint.dimension import Dimension
from nbnas.graphs.spaces.joint.parts import joint_space
from nbnas.graphs.values import Value
from nbnas.training.data.text import TextData
from nbnas.training.following.words import WORDS, object_of
from nbnas.training.recipe import Recipe
from nbnas.training.usual import NOT_OF_TEXT, OF_TEXT_ONLY, RATES

R = TypeVar("R", bound=Recipe)
NAMES = (
    *("epochs", "batch_size", "learning_rate", "schedule", "momentum", "weight_decay"),
    *("label_smoothing", "channels", "cells", "augment", "sequence", "dropout", "clip"),
    *("optimizer", "decay_all", "ema", "patience", "mix"),
)
"""What can be a setting: all of a recipe that decides how much is learnt, and how quickly."""
PLACES = (0.0, 0.25, 0.5, 0.75, 1.0)  # of the unit interval, where values are tried


def names_of(recipe: Recipe) -> tuple[str, ...]:
    """The settings that a recipe follows: of its own, and of its skeleton where it has one."""
    text = isinstance(recipe.data, TextData)
    others = NOT_OF_TEXT if text else OF_TEXT_ONLY
    own = tuple(name for name in NAMES if name not in others)
    if recipe.fidelities is not None:
        own = tuple(name for name in own if name != "epochs")
    if recipe.skeleton is None:
        return own
    return tuple(dict.fromkeys((*own, *(each.name for each in fields(recipe.skeleton)))))


def following(recipe: R, architecture: Architecture) -> R:
    """The recipe with the settings of an architecture in place of its own.

    An optimiser that is a setting brings its usual learning rate and weight decay with it, where
    the recipe has those that are usual with its own, and they are no settings themselves.

    Args:
        recipe: The recipe.
        architecture: What is to be trained. What the recipe has no setting for, a network of
            the user's own may read.

    Returns:
        The recipe itself where there are no settings.

    Raises:
        SettingError: If the recipe has no such setting, or it cannot have this value.
    """
    return _changed(recipe, dict(architecture.settings)) if architecture.settings else recipe


def check_followed(
    recipe: R,
    space: Any,  # noqa: ANN401
    check: Callable[[R], object] = lambda recipe: None,
) -> None:
    """Check that a recipe can follow all settings of a space, before anything is trained.

    Args:
        recipe: The recipe.
        space: Any search space; one without settings is right.
        check: What else is asked of each recipe.

    Raises:
        SettingError: If the recipe has no such setting, or it cannot have one of the values; the
            message says which settings there are, and which is nearest.
    """
    joint = joint_space(space)
    for name, dimension in () if joint is None else joint.box.items():
        for value in _tried(dimension):
            try:
                check(_changed(recipe, {name: value}))
            except SettingError as error:
                raise SettingError(f"setting {name}={dimension!r}: {error}") from error


def _tried(dimension: Dimension) -> tuple[Value, ...]:
    if isinstance(dimension, Categorical):
        return dimension.options
    return tuple(dict.fromkeys(map(dimension.from_unit, PLACES)))


def _changed(recipe: R, settings: Mapping[str, Value]) -> R:
    own = names_of(recipe)
    if recipe.network is None:
        for name in settings:
            if name not in own:
                raise _unknown(recipe, name, own)
    given = {name: value for name, value in settings.items() if name in own}
    if not given:
        return recipe
    skeleton = recipe.skeleton
    if skeleton is not None:
        inner = {each.name for each in fields(skeleton)}.intersection(given)
        parts: dict[str, Any] = {name: given.pop(name) for name in inner}
        skeleton = replace(skeleton, **parts)
    made = {
        name: object_of(recipe, name, value) if name in WORDS else value
        for name, value in given.items()
    }
    changes: dict[str, Any] = {"skeleton": skeleton, **_usual_with(recipe, made), **made}
    return replace(recipe, **changes)


def _usual_with(recipe: Recipe, made: Mapping[str, Any]) -> dict[str, None]:
    """The rates that another optimiser brings with it; `None` is for what is usual."""
    if made.get("optimizer", recipe.optimizer) == recipe.optimizer:
        return {}
    return {name: None for name in RATES if getattr(recipe, name) == recipe.usual[name]}


def _unknown(recipe: Recipe, name: str, own: tuple[str, ...]) -> SettingError:
    near = difflib.get_close_matches(name, own, 1, cutoff=0.5)
    hint = f"; did you mean {near[0]}?" if near else ""
    if name in NAMES:
        data = "text" if isinstance(recipe.data, TextData) else "pictures"
        looks = "with fidelities, which are its epochs"
        reason = looks if name == "epochs" else f"on {data}, which have no use for it"
        hint = f"; a Trainer {reason}"
    return SettingError(
        f"expected settings that the Trainer has, {', '.join(own)}, got {name}{hint}"
    )
