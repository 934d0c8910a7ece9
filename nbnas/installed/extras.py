"""The extras of nbnas: what they are for, which are installed, and what installs the others."""

import importlib.metadata
from collections.abc import Mapping

from packaging.requirements import InvalidRequirement, Requirement

from nbnas.installed.fact import Fact

TOPIC = "extras"
PURPOSE: Mapping[str, str] = {
    "tpe": "the strategy nb.Tpe, by Optuna",
    "vizier": "the strategy nb.Vizier, by Google Vizier",
    "export": "search.export: the network as files",
    "distributed": "workers of dask, on one machine or a cluster",
    "course": "assignments graded by nbgrader",
    "docs": "building the manual",
    "test": "the tests of nbnas",
}
"""What each extra is for."""


def facts() -> tuple[Fact, ...]:
    """Each extra: whether it is installed, or what of it is missing and which line installs it."""
    return tuple(_fact(extra, missing) for extra, missing in lacking().items())


def lacking() -> dict[str, tuple[str, ...]]:
    """For each extra of nbnas the requirements that are not met here."""
    try:
        told = importlib.metadata.metadata("nbnas")
        required = importlib.metadata.requires("nbnas") or []
    except importlib.metadata.PackageNotFoundError:  # a checkout on the path, not installed
        return {}
    extras = told.get_all("Provides-Extra") or []
    wanted = list(filter(None, map(_read, required)))
    return {extra: _missing(extra, wanted) for extra in extras}


def _missing(extra: str, wanted: list[Requirement]) -> tuple[str, ...]:
    own = (each for each in wanted if each.marker and each.marker.evaluate({"extra": extra}))
    return tuple(each.name for each in own if not _is_met(each))


def _is_met(wanted: Requirement) -> bool:
    try:
        found = importlib.metadata.version(wanted.name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return wanted.specifier.contains(found, prereleases=True)


def _read(text: str) -> Requirement | None:
    try:
        return Requirement(text)
    except InvalidRequirement:  # of a newer notation
        return None


def _fact(extra: str, missing: tuple[str, ...]) -> Fact:
    purpose = f" ({PURPOSE[extra]})" if extra in PURPOSE else ""
    if not missing:
        return Fact(TOPIC, extra, f"installed{purpose}")
    more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
    lacks = f"without {', '.join(missing[:3])}{more}{purpose}"
    return Fact(TOPIC, extra, lacks, f'pip install "nbnas[{extra}]"')
