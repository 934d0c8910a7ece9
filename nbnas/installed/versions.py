"""Which versions are installed."""

import importlib.metadata
import platform
import sys

from nbnas.installed.fact import Fact

TOPIC = "versions"
SHOWN = (
    *("torch", "torchvision", "gpytorch", "numpy", "scipy", "pandas", "sqlalchemy"),
    *("altair", "ipywidgets", "anywidget", "jupyterlab", "papermill"),
)
"""Packages whose versions explain most faults."""


def facts() -> tuple[Fact, ...]:
    """The versions of nbnas, of Python, and of what nbnas stands on."""
    own = Fact(TOPIC, "nbnas", version("nbnas"))
    python = Fact(TOPIC, "Python", f"{platform.python_version()}, {sys.platform}")
    return (own, python, *(_package(name) for name in SHOWN))


def version(package: str) -> str:
    """The version of a package that is installed; "missing" if it is not."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "missing"


def _package(name: str) -> Fact:
    found = version(name)
    advice = f'pip install "{name}"' if found == "missing" else ""
    return Fact(TOPIC, name, found, advice)
