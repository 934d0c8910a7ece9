"""What a person asks by the lab's menus: what if this had been another one?"""

from collections.abc import Mapping
from typing import Any

from nbnas.search.replay import Round
from nbnas.widgets.lab.asked.choices import STEPS, Choices, distance_of


class Questions:
    """Reads the menus as objects. The same menu entry is the same object, so that fits are kept.

    Args:
        choices: What the menus offer.
    """

    def __init__(self, choices: Choices) -> None:
        self._choices = choices
        self._kernels: dict[int, Any] = {}

    def read(self, shown: Round, asked: Mapping[str, int]) -> tuple[dict[str, Any], str]:
        """The objects that the menus mean, and what they are called.

        Args:
            shown: The round that is asked about; its length-scale is what a multiple is of.
            asked: Numbers of the entries of `acquisition` and `kernel`, where 0 is as it was, and
                of the `lengthscale` slider's steps.

        Returns:
            The arguments of `nbnas.search.replay.what_if`, none where nothing is asked, and words.
        """
        given: dict[str, Any] = {}
        words = []
        if at := asked.get("acquisition", 0):
            word, make = self._choices.acquisitions[at - 1]
            given["acquisition"] = make()
            words.append(word)
        if at := asked.get("kernel", 0):
            given["kernel"] = self._kernel(at - 1)
            words.append(f"the kernel {self._choices.kernels[at - 1][0]}")
        fitted = lengthscale(shown)
        if (steps := asked.get("lengthscale", 0)) and fitted is not None:
            value = fitted * 2 ** (steps / STEPS)
            given["lengthscale"] = float(f"{value:.3g}")
            words.append(f"length-scale {value:.3g} instead of {fitted:.3g}")
        return given, " and ".join(words)

    def _kernel(self, at: int) -> Any:  # noqa: ANN401
        if at not in self._kernels:
            self._kernels[at] = self._choices.kernels[at][1]()
        return self._kernels[at]


def lengthscale(shown: Round) -> float | None:
    """The fitted length-scale of a round's first distance kernel, if its model has one."""
    kernel = getattr(getattr(shown.posterior, "prior", None), "kernel", None)
    if kernel is None or distance_of(kernel) is None:
        return None
    parts = (p for p in kernel.modules() if getattr(p, "has_lengthscale", False))
    return next((p.lengthscale.item() for p in parts if hasattr(p, "distance")), None)
