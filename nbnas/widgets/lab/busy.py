"""Whether the kernel runs a cell, and so cannot hear what the page says."""

import sys
from typing import Any


class Busy:
    """Follows the shell's events.

    Args:
        shell: The interactive shell; `None` where there is none, and nothing is ever busy.
    """

    def __init__(self, shell: Any) -> None:  # noqa: ANN401
        self._busy = shell is not None  # whoever makes this is within a cell
        if shell is not None:
            shell.events.register("pre_execute", self._begin)
            shell.events.register("post_execute", self._end)

    def __call__(self) -> bool:
        """Whether a cell runs now."""
        return self._busy

    def _begin(self) -> None:
        self._busy = True

    def _end(self) -> None:
        self._busy = False


_KNOWN: dict[int, Busy] = {}


def busy() -> Busy:
    """The one that follows this process's shell."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    if id(shell) not in _KNOWN:
        _KNOWN[id(shell)] = Busy(shell)
    return _KNOWN[id(shell)]
