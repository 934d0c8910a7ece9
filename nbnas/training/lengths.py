"""How far trainings of a recipe may go: all the way, or only as far as a look does.

Notation
    E          epochs of a full training: the recipe's own
    e          epochs of a look
    separate   a look is a training of its own, by the recipe of e epochs with a schedule for these
    continued  a look is the first e epochs of the full training, with the schedule of all E; a
               longer training goes on from there
"""

from dataclasses import replace
from typing import Any, TypeVar

from nbnas.errors import SettingError
from nbnas.records.fidelities import EPOCHS, FIDELITIES

R = TypeVar("R")  # a recipe


def settle_lengths(recipe: Any) -> None:  # noqa: ANN401
    """Check the fidelities of a recipe that is being made; it takes its epochs from them.

    Args:
        recipe: What has `fidelities`, and `epochs` that are `None` where nobody gave any.

    Raises:
        SettingError: If they are none, or the last of them is no full training.
    """
    found = FIDELITIES.optional("fidelities", recipe.fidelities)
    if found is None:
        return
    if recipe.epochs is None:
        object.__setattr__(recipe, "epochs", found.full)
    elif recipe.epochs != found.full:
        raise SettingError(
            f"expected fidelities whose last length is that of a full training, got {found!r} and "
            f"epochs={recipe.epochs!r:.50}; give the one or the other, or let them agree"
        )


def of_length(recipe: R, epochs: int | None) -> tuple[R, int | None]:
    """By which recipe a training of a length is computed, and whether it is a look.

    Args:
        recipe: The recipe of full trainings.
        epochs: How far the training goes; `None` for a full one.

    Returns:
        The recipe; and the epochs of the look, `None` for a full training.

    Raises:
        SettingError: If the recipe has no such length.
    """
    full: Any = recipe
    if epochs is None or EPOCHS("epochs", epochs) == full.epochs:
        return recipe, None
    if full.fidelities is None:
        look = f"fidelities=nbnas.Fidelities(({epochs}, {full.epochs})) to look, or "
        raise SettingError(
            f"expected epochs={full.epochs} or None for a full training, as there are full "
            f"trainings only, got epochs={epochs}; give the Trainer "
            f"{look if epochs < full.epochs else ''}epochs={epochs}"
        )
    full.fidelities.check(epochs)
    return (recipe if full.fidelities.continued else alone(full, epochs)), epochs


def alone(recipe: R, epochs: int) -> R:
    """The recipe of trainings of so many epochs, and no others."""
    made: Any = recipe
    return replace(made, epochs=epochs, fidelities=None)  # type: ignore[no-any-return]


def continues(recipe: Any) -> bool:  # noqa: ANN401
    """Whether longer trainings of a recipe go on from shorter ones."""
    return recipe.fidelities is not None and bool(recipe.fidelities.continued)
