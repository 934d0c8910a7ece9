"""What a recipe itself has for the settings of a space."""

from collections.abc import Iterator
from typing import Any

from nbnas.errors import SettingError
from nbnas.graphs.settings import Settings
from nbnas.graphs.spaces.joint.parts import joint_space
from nbnas.graphs.values import Value
from nbnas.training.following.follow import names_of
from nbnas.training.following.words import NONE, WORDS, object_of
from nbnas.training.recipe import Recipe
from nbnas.training.usual import RATES


def own_settings(recipe: Recipe, space: Any) -> Settings:  # noqa: ANN401
    """The values that a recipe has by itself, of those settings of a space that may have them.

    Args:
        recipe: The recipe.
        space: Any search space.

    Returns:
        Pairs of name and value; none for a space without settings. Rates are among them only with
        the optimiser that they are for.
    """
    joint = joint_space(space)
    found = {} if joint is None else dict(_values(recipe, joint.box))
    if joint is not None and "optimizer" in joint.names and "optimizer" not in found:
        found = {name: value for name, value in found.items() if name not in RATES}
    return tuple(found.items())


def _values(recipe: Recipe, box: Any) -> Iterator[tuple[str, Value]]:  # noqa: ANN401
    names = names_of(recipe)
    for name, dimension in box.items():
        for value in _candidates(recipe, name) if name in names else ():
            try:
                yield name, dimension.check(value)
            except SettingError:  # it can be something else only
                continue
            break


def _candidates(recipe: Recipe, name: str) -> Iterator[Any]:
    """What a setting may be called that the recipe has: its value, or words for an object."""
    own = getattr(recipe.skeleton if hasattr(recipe.skeleton, name) else recipe, name)
    if name not in WORDS:
        yield own
    elif own is None:
        yield NONE
    elif name != "mix":  # of which none is like another
        yield from (word for word in WORDS[name] if object_of(recipe, name, word) == own)
