"""A recipe with a name: settings of a `Trainer` for any pictures, and when to use them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import Any

from nbnas.brief import brief
from nbnas.checks import TEXT, Rule, each, instance, settle
from nbnas.errors import SettingError, shown
from nbnas.training.data.image_data import IMAGE_DATA, ImageData
from nbnas.training.measure import PICTURE_MEASURES
from nbnas.training.trainer import Trainer
from nbnas.training.usual import NEVER, OF_PICTURES

NAMES = tuple(field.name for field in fields(Trainer) if field.name != "data")
_NAME: Rule[str] = Rule(
    f"a setting of a Trainer, one of {', '.join(NAMES)}", lambda name: name in NAMES, str
)
_FUNCTION: Rule[Any] = Rule("a function of the data", callable, lambda function: function)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a recipe.

    Attributes:
        name: Of the setting, as `Trainer` has it.
        value: What it is set to; where the data decide, that in words.
        why: What it is good for, for a person.
        of: Gives the value for a data set, where the data decide.

    Raises:
        SettingError: If there is no such setting, or a field has another type.
    """

    name: str
    value: Any
    why: str
    of: Callable[[ImageData], Any] | None = None

    def __post_init__(self) -> None:
        settle(self, name=_NAME, why=TEXT, of=_FUNCTION.optional)

    def on(self, data: ImageData) -> Any:  # noqa: ANN401
        """The value for a data set."""
        return self.value if self.of is None else self.of(data)

    @property
    def said(self) -> str:
        """The value in words."""
        return str(self.value) if self.of is not None else in_words(self.value)


_SETTING = instance(Setting, 'Setting("epochs", 4, "quick")')


@dataclass(frozen=True, slots=True)
class NamedRecipe:
    """Settings that go together; called with pictures, it gives the `Trainer` that has them.

    Attributes:
        name: What it is called.
        when: A sentence on when to use it.
        settings: The settings that are not as they are by default.

    Raises:
        SettingError: If a field has another type, or a setting stands in it twice.

    Example:
        >>> from nbnas.recipes.known import quick
        >>> from nbnas.training.data.images import digits
        >>> quick(digits(), channels=3).channels
        3
    """

    name: str
    when: str
    settings: tuple[Setting, ...]

    def __post_init__(self) -> None:
        settle(self, name=TEXT, when=TEXT, settings=each(_SETTING, of="a Setting"))
        names = [setting.name for setting in self.settings]
        if len({*names}) != len(names):
            raise SettingError(f"expected every setting once, got {', '.join(names)}")

    @brief
    def __repr__(self) -> str:
        said = (f"{setting.name}={setting.said}" for setting in self.settings)
        return ", ".join([repr(self.name), *said])

    def __call__(self, data: ImageData, **changes: Any) -> Trainer:  # noqa: ANN401
        """The trainer for some pictures.

        Args:
            data: The pictures.
            **changes: Settings of a `Trainer` that shall be others.

        Returns:
            A trainer with these settings; all others are as they are by default.

        Raises:
            SettingError: If the data are no pictures, or there is no such setting.
        """
        data = IMAGE_DATA.raising(SettingError, "on text, use a Trainer itself")("data", data)
        for name in changes:
            if name not in NAMES:
                near = " or ".join(get_close_matches(name, NAMES)) or ", ".join(NAMES)
                raise SettingError(f"expected settings of a Trainer, got {name}; use {near}")
        return Trainer(data, **{each.name: each.on(data) for each in self.settings} | changes)


NAMED_RECIPE = instance(NamedRecipe, "nbnas.recipes.strong")


def by_default(name: str) -> str:
    """What a setting is by default where the data are pictures, in words."""
    rates = OF_PICTURES["optimizer"].usual(text=False)
    usual: Mapping[str, Any] = {**OF_PICTURES, **rates, "measure": PICTURE_MEASURES[0]}
    if name in usual:
        return in_words(usual[name])
    given = next(field.default for field in fields(Trainer) if field.name == name)
    return in_words(NEVER.get(name) if given is None else given)


def in_words(value: object) -> str:
    """A value for a table."""
    if value is None or value is False:
        return "no"
    return "yes" if value is True else shown(value, 60)
