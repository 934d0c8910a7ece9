"""nbnas: Bayesian optimisation over neural architectures that you can see and touch in a notebook.

Names resolve on first use (PEP 562), so that importing the package is quick and loads neither
torch nor altair; `nbnas/__init__.pyi` lists them (SPEC 1). Where an IPython shell runs, objects
left as the last line of a cell draw themselves; `%load_ext nbnas` asks for that explicitly.

Example:
    >>> import nbnas as nb
    >>> nb.CellSpace().size
    15625
"""

from lazy_loader import attach_stub

from nbnas.display import hook
from nbnas.display import register as load_ipython_extension  # noqa: F401  # %load_ext nbnas
from nbnas.loading import loading

_resolve, _, _NAMES = attach_stub(__name__, __file__)
_LOADED: set[str] = set()


def __getattr__(name: str) -> object:
    if name in _LOADED:
        return _resolve(name)
    if name in _NAMES:
        with loading():
            found = _resolve(name)
        _LOADED.add(name)
        return found
    if name != "__version__":
        raise AttributeError(_unknown(name), name=name)
    from importlib.metadata import version

    return globals().setdefault(name, version("nbnas"))


def __dir__() -> list[str]:
    return sorted({*_NAMES, "__version__", "load_ipython_extension", "__doc__"})


def _unknown(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, __dir__(), n=3)
    hint = f"; did you mean {' or '.join(near)}?" if near else ", see dir(nbnas)"
    return f"module 'nbnas' has no attribute {name!r}{hint}"


hook()
