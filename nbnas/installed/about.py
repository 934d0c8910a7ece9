"""What a report of a fault wants to know, and what a person wants to see at a glance."""

from dataclasses import dataclass
from os import PathLike

import pandas as pd

from nbnas.brief import brief
from nbnas.checks import each, instance, settle
from nbnas.errors import SettingError, shown
from nbnas.installed import extras, machine, places, stores, versions
from nbnas.installed.fact import Fact

_FACTS = each(instance(Fact, "those that about() gives"), least=1)
COLUMNS = ("topic", "name", "value", "advice")
_WIDTH = 14  # letters of the names in a text


@dataclass(frozen=True, slots=True, repr=False)
class About:
    """What is installed, on which machine, and which stores there are; `about` gives it.

    `print(nb.about())` writes all of it as lines, for a report of a fault. The home folder is
    written as "~"; nothing else is hidden, so look through it before you send it.

    Attributes:
        facts: Each with its topic, name and value, and what to do where something is missing.

    Raises:
        SettingError: If `facts` are others.
    """

    facts: tuple[Fact, ...]

    def __post_init__(self) -> None:
        settle(self, facts=_FACTS)

    @brief
    def __repr__(self) -> str:
        told = {fact.name: fact.value for fact in self.facts}
        words = [f"{name} {told[name]}" for name in ("nbnas", "Python", "torch") if name in told]
        return ", ".join([*words, told.get("devices", "")]).rstrip(", ")

    def __str__(self) -> str:
        lines: list[str] = []
        for topic in dict.fromkeys(fact.topic for fact in self.facts):
            lines += ["", topic] if lines else [topic]
            lines += [fact.line(_WIDTH) for fact in self.facts if fact.topic == topic]
        return "\n".join(lines)

    def __getitem__(self, name: str) -> str:
        """The value of the fact of a name, such as "torch".

        Args:
            name: Its name.

        Raises:
            SettingError: If there is none of this name; the message lists them.
        """
        known = {fact.name: fact.value for fact in self.facts}
        if not isinstance(name, str) or name not in known:
            raise SettingError(f"expected one of {', '.join(known)}; got {shown(name)}")
        return known[name]

    def to_frame(self) -> pd.DataFrame:
        """All facts as a table with the columns topic, name, value and advice."""
        rows = [(f.topic, f.name, f.value, f.advice) for f in self.facts]
        return pd.DataFrame(rows, columns=list(COLUMNS))


def about(store: str | PathLike[str] | None = None) -> About:
    """What is installed here, on which machine, and which stores there are.

    Nothing is changed, and nothing is sent.

    Args:
        store: A path of an SQLite file, or an SQLAlchemy URL; by default all files `runs/*.db`
            here or in the parent folder.

    Returns:
        Versions, devices, threads, memory, folders, stores, and the extras with the line that
        installs what is missing.

    Raises:
        StoreError: If `store` is no location.

    Example:
        >>> print(about()["Python"].split(".")[0])
        3
    """
    held = stores.facts(store)  # first, as it may be refused
    here = (*versions.facts(), *machine.facts(), *places.facts())
    return About((*here, *held, *extras.facts()))
