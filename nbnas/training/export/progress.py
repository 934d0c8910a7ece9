"""How far an export is: one bar, step by step."""

from types import TracebackType
from typing import Self

from nbnas.waiting import WaitingBar


class Steps:
    """A bar of so many steps.

    Args:
        steps: Their number.
    """

    def __init__(self, steps: int) -> None:
        self._bar = WaitingBar(total=steps, desc="export", unit="step")

    def __enter__(self) -> Self:
        self._bar.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.__exit__(kind, error, trace)

    def done(self, what: str) -> None:
        """One step is done."""
        self._bar.say(what)
        self._bar.update()
