"""The hook of displays: a shell learns which objects of nbnas draw themselves, and how.

It loads nothing that draws; the first object that is displayed does.
"""

import contextlib
import sys
import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

from nbnas.drawing import DRAWERS
from nbnas.loading import LISTENERS, loading
from nbnas.subjects import COMPOSED, LIVE, SUBJECTS
from nbnas.waiting import TELLERS, WATCHERS
from nbnas.waiting.imports import importing
from nbnas.waiting.pulse import follow

Draw = TypeVar("Draw", bound=Callable[[Any], Any])
OWN: list[type] = []  # classes of the user's, which have a view


def register(shell: Any) -> None:  # noqa: ANN401
    """Let a shell draw the objects of nbnas; importing nbnas in a notebook does this too.

    Args:
        shell: The interactive shell, as `%load_ext nbnas` passes it.
    """
    formatter = shell.display_formatter
    for path in SUBJECTS:
        module, _, name = path.rpartition(".")
        if path in LIVE:
            formatter.ipython_display_formatter.for_type_by_name(module, name, _show)
        else:
            draw = _bundle_if_ours if path in COMPOSED else _bundle
            formatter.mimebundle_formatter.for_type_by_name(module, name, draw)
    for cls in OWN:
        formatter.mimebundle_formatter.for_type(cls, _bundle)
    if _watch not in WATCHERS:
        WATCHERS.append(_watch)
    if _tell not in TELLERS:
        TELLERS.append(_tell)
        follow(shell)
    if importing not in LISTENERS:
        LISTENERS.append(importing)


def register_view(cls: type) -> Callable[[Draw], Draw]:
    """Let the objects of a class of your own draw themselves, live and as still pictures.

    Args:
        cls: The class; those that inherit from it draw themselves alike.

    Returns:
        A decorator for the function that takes an object and gives its `nbnas.View`.

    Raises:
        SettingError: If it is no class.

    Example:
        >>> import nbnas as nb
        >>> class Budget:
        ...     hours = 3
        >>> @nb.register_view(Budget)
        ... def budget(thing):
        ...     return nb.View(f"{thing.hours} hours")
        >>> nb.widgets.view(Budget()).summary
        '3 hours'
    """
    from nbnas.checks import instance

    instance(type, "MyClass")("cls", cls)

    def registered(draw: Draw) -> Draw:
        with loading():
            from nbnas.widgets.view import view
        view.register(cls, draw)
        OWN.append(cls)
        shell = _shell()
        if shell is not None:
            shell.display_formatter.mimebundle_formatter.for_type(cls, _bundle)
        return draw

    return registered


def _bundle(thing: object, **_: object) -> object:
    """Draw a frozen object; without the packages for that, its text must do."""
    try:
        with loading():
            from nbnas.widgets.bundle import bundle
    except ImportError as error:
        warnings.warn(_no_widgets(error), stacklevel=2)
        return None
    return bundle(thing)


def _bundle_if_ours(kernel: object, **_: object) -> object:
    """Draw a kernel that gpytorch made of ours; it prints all others itself."""
    from nbnas.surrogate.kernels.parts import over_architectures

    return _bundle(kernel) if over_architectures(kernel) else None


def _show(thing: object) -> None:
    """Display a live object; without the packages for that, its text must do."""
    try:
        with loading():
            from nbnas.widgets.show import show
    except ImportError as error:
        from IPython.display import display

        warnings.warn(_no_widgets(error), stacklevel=2)
        display({"text/plain": repr(thing)}, raw=True)  # type: ignore[no-untyped-call]
        return
    show(thing)


def _watch(thing: object) -> AbstractContextManager[object]:
    """Tell below a cell that waits how far a search is; without the packages for that, nothing."""
    try:
        with loading():
            from nbnas.widgets.search.progress import progress
    except ImportError:
        return nullcontext()
    return progress(thing)


def _tell(said: str) -> None:
    """Write a line into the log of papermill; without the packages for that, nothing."""
    with contextlib.suppress(ImportError), loading():
        from nbnas.widgets.search.log import log

        log(said)


def _draw(thing: object) -> bytes | None:
    """A picture of an architecture for a file; without the packages for that, none."""
    from nbnas.graphs.architecture import Architecture

    try:
        with loading():
            from nbnas.charts.graphs.architecture import architecture
            from nbnas.charts.render import to_png
    except ImportError as error:
        warnings.warn(_no_widgets(error), stacklevel=2)
        return None
    return to_png(architecture(thing)) if isinstance(thing, Architecture) else None


def _no_widgets(error: ImportError) -> str:
    wanted = "altair, vl-convert-python, ipywidgets and anywidget"
    return f"nbnas cannot draw here: {error}; install {wanted}"


def hook() -> None:
    """Register what draws for files, and the views if a shell exists."""
    if _draw not in DRAWERS:
        DRAWERS.append(_draw)
    shell = _shell()
    if shell is not None:
        register(shell)


def _shell() -> Any:  # noqa: ANN401
    """The shell that runs here, if one does."""
    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()
