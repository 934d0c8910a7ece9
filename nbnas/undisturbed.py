"""What whole processes share, as it is at their start: so nbnas computes the same after anything.

An objective may leave behind what every later computation feels: floating-point errors that are
raised, warnings as errors, gradients switched off, another default type or device. Within
`undisturbed` nothing of it counts, and afterwards it is as the user had it. Seeds are not among
it: all randomness has its own generators.
"""

import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

AT_START: Any = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}
_WITHIN: ContextVar[bool] = ContextVar("within", default=False)


@contextmanager
def undisturbed(*, dtype: bool = True) -> Iterator[None]:
    """A context, or a decorator, in which nbnas computes; inside another one it does nothing.

    All of it belongs to this thread alone but for torch's default type, which torch keeps once for
    a process: where the user has another one, other threads see float32 meanwhile.

    Args:
        dtype: Whether torch's default type counts. What may take minutes says its types itself.
    """
    if _WITHIN.get():
        yield
        return
    token = _WITHIN.set(True)
    try:
        with ExitStack() as stack:
            stack.enter_context(np.errstate(**AT_START))
            stack.enter_context(_WARNED)
            for context in _of_torch(dtype=dtype):
                stack.enter_context(context)
            yield
    finally:
        _WITHIN.reset(token)


class _Counted:
    """A context that is entered once, by the first of several threads, and left by the last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0

    @property
    def entered(self) -> bool:
        """Whether a thread is inside."""
        return self._inside > 0

    def __enter__(self) -> None:
        with self._lock:
            self._begin(first=not self._inside)
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._end()

    def _begin(self, *, first: bool) -> None:
        raise NotImplementedError(f"expected {type(self).__name__} to define _begin")

    def _end(self) -> None:
        raise NotImplementedError(f"expected {type(self).__name__} to define _end")


class _Warned(_Counted):
    """Warnings are no errors within `undisturbed`; the user's own filters stay where they are.

    `warnings.catch_warnings` would put back the filters of another thread's time. Here one filter
    stands before all others and matches in those threads only that are within.
    """

    def __init__(self) -> None:
        super().__init__()
        self._filter: Any = ("default", self, Warning, None, 0)

    def match(self, _: str) -> bool:
        """What the module `warnings` asks of a filter: whether this warning is one of its own."""
        return _WITHIN.get()

    def _begin(self, *, first: bool) -> None:
        if first or warnings.filters[0] is not self._filter:
            warnings.filters.insert(0, self._filter)  # type: ignore[attr-defined]

    def _end(self) -> None:
        others = [each for each in warnings.filters if each is not self._filter]
        warnings.filters[:] = others  # type: ignore[index]


class _Float32(_Counted):
    """Torch's default type is float32; then what it was, unless somebody set it meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self._before: Any = None

    def _begin(self, *, first: bool) -> None:
        torch: Any = sys.modules["torch"]
        if first:
            self._before = torch.get_default_dtype()
        torch.set_default_dtype(torch.float32)

    def _end(self) -> None:
        torch: Any = sys.modules["torch"]
        if torch.get_default_dtype() is torch.float32:
            torch.set_default_dtype(self._before)


_WARNED, _FLOAT32 = _Warned(), _Float32()


def _of_torch(*, dtype: bool) -> Iterator[AbstractContextManager[Any]]:
    """The contexts that undo what the user has set; most often none, as they cost time."""
    torch = _loaded_torch()
    if torch is None:
        return
    if torch.is_inference_mode_enabled():
        yield torch.inference_mode(mode=False)
    if not torch.is_grad_enabled():
        yield torch.enable_grad()
    if torch.get_default_device().type != "cpu":
        yield torch.device("cpu")
    for kind in ("cpu", "cuda"):
        if torch.is_autocast_enabled(kind):
            yield torch.autocast(kind, enabled=False)
    if dtype and (_FLOAT32.entered or torch.get_default_dtype() is not torch.float32):
        yield _FLOAT32


def _loaded_torch() -> Any:  # noqa: ANN401
    """Torch, where somebody has imported it; until then nobody can have set anything of it."""
    torch = sys.modules.get("torch")
    if torch is None or getattr(torch.__spec__, "_initializing", False):
        return None
    return torch


@contextmanager
def float32() -> Iterator[None]:
    """A context in which torch's default type is float32, for networks while they are built."""
    torch = _loaded_torch()
    if torch is None or (not _FLOAT32.entered and torch.get_default_dtype() is torch.float32):
        yield
        return
    with _FLOAT32:
        yield
