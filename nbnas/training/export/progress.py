"""How far an export is: one bar, step by step."""

from types import TracebackType
from typing import Any, Self


class Steps:
    """A bar of so many steps.

    Args:
        steps: Their number.
    """

    def __init__(self, steps: int) -> None:
        from tqdm.auto import tqdm  # it looks for notebooks, which takes time

        self._bar: Any = tqdm(total=steps, desc="export", unit="step", leave=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.close()

    def done(self, what: str) -> None:
        """One step is done."""
        self._bar.set_postfix_str(what, refresh=False)
        self._bar.update()
