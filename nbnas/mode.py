"""How things are displayed here: live, static, or off."""

import os
import sys
import warnings
from typing import Literal, get_args

from nbnas.errors import SettingError

Mode = Literal["live", "static", "off"]
VARIABLE = "NBNAS_DISPLAY"
_FRONT_ENDS = ("JPY_SESSION_NAME", "VSCODE_PID", "VSCODE_CWD", "COLAB_RELEASE_TAG")


def display_mode() -> Mode:
    """How things are displayed: the word in `NBNAS_DISPLAY`, else a guess.

    Returns:
        "live" for widgets that follow their object: in JupyterLab, VS Code and Colab; "static" for
        pictures: under papermill and nbconvert, which set none of these front ends' variables;
        "off" for text: in a terminal, where nothing else can be seen.

    Raises:
        SettingError: If `NBNAS_DISPLAY` is another word.
    """
    word = os.environ.get(VARIABLE, "")
    if not word:
        return _guess()
    for mode in get_args(Mode):
        if word == mode:
            return mode  # type: ignore[no-any-return]
    raise SettingError(
        f"expected {VARIABLE} to be one of {', '.join(get_args(Mode))}, got {word!r}; "
        "unset it to let nbnas guess"
    )


def safe_display_mode() -> Mode:
    """As `display_mode`, but a wrong word is a warning and means "static": a repr never fails."""
    try:
        return display_mode()
    except SettingError as error:
        warnings.warn(str(error), stacklevel=2)
        return "static"


def in_kernel() -> bool:
    """Whether this is the kernel of a notebook."""
    return hasattr(_shell(), "kernel")


def unwatched() -> bool:
    """Whether this is a kernel that nobody looks at while it works, as under papermill."""
    return in_kernel() and safe_display_mode() != "live"


def _shell() -> object:
    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()


def _guess() -> Mode:
    shell = _shell()
    if shell is not None and not hasattr(shell, "kernel"):
        return "off"
    return "live" if any(os.environ.get(name) for name in _FRONT_ENDS) else "static"
