"""What is chosen for the speed of a training, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nbnas.brief import brief, cut
from nbnas.checks import TEXT, each, instance, settle
from nbnas.errors import SettingError, shown
from nbnas.graphs.architecture import ARCHITECTURE, Architecture
from nbnas.graphs.framed import Framed


@dataclass(frozen=True, slots=True, repr=False)
class SpeedChoice:
    """One thing that is chosen.

    Attributes:
        name: What is chosen, such as "steps".
        chosen: What it is.
        why: The reason, in words.
        quicker: What it would take for a quicker one; empty where none is known.

    Raises:
        SettingError: If one of them is no text.
    """

    name: str
    chosen: str
    why: str
    quicker: str = ""

    def __post_init__(self) -> None:
        settle(self, name=TEXT, chosen=TEXT, why=TEXT, quicker=TEXT)

    @brief
    def __repr__(self) -> str:
        return f"{self.name}: {self.chosen}"


_CHOICES = each(instance(SpeedChoice, "those that explain_speed gives"), least=1)


@dataclass(frozen=True, slots=True, repr=False)
class SpeedExplanation(Framed):
    """How a training would be computed, and why; `Trainer.explain_speed` gives it.

    Attributes:
        architecture: What would be trained.
        device: Where, such as "cpu" or "cuda:0".
        choices: What is chosen: how steps are computed first.

    Raises:
        SettingError: If they are of other types.
    """

    architecture: Architecture
    device: str
    choices: tuple[SpeedChoice, ...]

    def __post_init__(self) -> None:
        settle(self, architecture=ARCHITECTURE, device=TEXT, choices=_CHOICES)

    def _rows(self) -> Iterator[dict[str, Any]]:
        """A row for each choice."""
        for one in self.choices:
            yield {"name": one.name, "chosen": one.chosen, "why": one.why, "quicker": one.quicker}

    @brief
    def __repr__(self) -> str:
        chosen = ", ".join(f"{each.name}: {each.chosen}" for each in self.choices)
        return f"{self.device}, {cut(chosen, 120)}, {cut(self.architecture, 40)}"

    @property
    def steps(self) -> str:
        """How steps are computed: "eager", "CUDA graph" or "compiled"."""
        return self.choices[0].chosen

    def __getitem__(self, name: str) -> SpeedChoice:
        """One of the choices.

        Args:
            name: Its name.

        Raises:
            SettingError: If there is none of this name; the message lists them.
        """
        known = {each.name: each for each in self.choices}
        if name not in known:
            raise SettingError(f"expected one of {', '.join(known)}; got {shown(name)}")
        return known[name]
