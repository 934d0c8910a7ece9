"""Objects from what a study remembers of them: a flat table of dotted names and words."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from nbnas.brief import ABSENT
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.choice.space import ChoiceSpace
from nbnas.graphs.spaces.darts.space import DartsSpace
from nbnas.graphs.spaces.joint.space import JointSpace
from nbnas.search.opened.kernels import graph_kernel
from nbnas.search.opened.known import KNOWN, Unreadable, make, read
from nbnas.search.store.settings import check_same
from nbnas.surrogate.process.prior import GaussianProcess

Words = Mapping[str, str]
SETTING = "setting "


def built(name: str, words: Words) -> Any:  # noqa: ANN401
    """Make an object again.

    Args:
        name: What it is called there, such as "space" or "strategy.prior".
        words: What the study remembers.

    Returns:
        The object. What a study does not remember, such as where a length-scale starts, is as it
        is by default.

    Raises:
        Unreadable: If it or a part of it is no class of nbnas, or holds what is not written down,
            such as a user's function.
    """
    said, parts = words.get(name, ""), _parts(name, words)
    if said not in KNOWN:
        if parts or (said.isidentifier() and said not in ("None", "True", "False")):
            raise Unreadable(f"{name} = {said or 'nothing'}, which is no class of nbnas")
        return _as(name, lambda: read(said))
    return _as(name, lambda: _object(KNOWN[said], parts))


def _object(cls: type[Any], parts: Words) -> Any:  # noqa: ANN401
    own = _OWN.get(cls)
    if own is not None:
        return own(parts)
    names = {part.partition(".")[0] for part in parts}
    fields = {f.name for f in dataclasses.fields(cls) if f.init}
    unknown = names - fields
    if unknown:
        raise Unreadable(f"{sorted(unknown)[0]}, which {cls.__name__} does not have")
    before = {f.name: f.metadata[ABSENT] for f in dataclasses.fields(cls) if ABSENT in f.metadata}
    return make(cls, **(before | {name: built(name, parts) for name in sorted(names)}))


def _process(parts: Words) -> Any:  # noqa: ANN401
    """A Gaussian process: its kernel is written in a way of its own."""
    others = {name: said for name, said in parts.items() if name != "kernel"}
    names = {name.partition(".")[0] for name in others}
    kernel = graph_kernel(parts.get("kernel", ""))
    return make(GaussianProcess, kernel=kernel, **{name: built(name, others) for name in names})


def _cells(parts: Words) -> Any:  # noqa: ANN401
    _check_own(parts)
    more = {"vertices": read(parts["vertices"])} if "vertices" in parts else {}
    return make(CellSpace, **_operations(parts), **more)


def _genotypes(parts: Words) -> Any:  # noqa: ANN401
    _check_own(parts)
    return make(DartsSpace, **_operations(parts))


def _choices(parts: Words) -> Any:  # noqa: ANN401
    """A space of choices; a name may hold any letter but a comma."""
    names = parts.get("names", "").split(", ")
    return make(ChoiceSpace, **{name: read(parts.get(name, "")) for name in names})


def _joint(parts: Words) -> Any:  # noqa: ANN401
    """A space with settings: the words of the one inside stand beside its repr."""
    settings = {n.removeprefix(SETTING): s for n, s in parts.items() if n.startswith(SETTING)}
    text = parts.get("graphs", "")
    cls = KNOWN.get(text.partition("(")[0])
    inside = {n: s for n, s in parts.items() if n != "graphs" and not n.startswith(SETTING)}
    graphs = _OWN[cls](inside) if cls in _OWN else read(text)
    return make(JointSpace, graphs, **{name: read(said) for name, said in settings.items()})


_OWN: Mapping[Any, Callable[[Words], Any]] = {
    CellSpace: _cells,
    DartsSpace: _genotypes,
    ChoiceSpace: _choices,
    JointSpace: _joint,
    GaussianProcess: _process,
}


def _operations(parts: Words) -> dict[str, Any]:
    said = parts.get("operations")
    return {} if said is None else {"operations": tuple(said.split(", "))}


def _check_own(parts: Words) -> None:
    own = [name.partition(" ")[2] for name in parts if name.startswith("operation ")]
    if own:
        name = own[0].partition(" ")[0]  # of "gelu strided"
        raise Unreadable(f"the operation {name!r}, which a function of yours builds")


def _parts(name: str, words: Words) -> dict[str, str]:
    """What is remembered of the parts of an object."""
    before = f"{name}."
    return {n.removeprefix(before): said for n, said in words.items() if n.startswith(before)}


def _as(name: str, make_it: Callable[[], Any]) -> Any:  # noqa: ANN401
    """What is made; what cannot be is told with the name of what it is."""
    try:
        return make_it()
    except Unreadable as error:
        said = str(error)
        raise error if said.startswith(f"{name} ") else Unreadable(f"{name}: {said}") from error


def check_told(name: str, words: Words, told: Words, study: str) -> None:
    """Check that an object is what a study remembers.

    Args:
        name: "space", "strategy" or "goals".
        words: What the study remembers of everything.
        told: What it would remember of this object.
        study: Its name.

    Raises:
        StudyMismatchError: If it is not; the message names every difference.
    """
    mine = {n: said for n, said in words.items() if n == name or n.startswith(f"{name}.")}
    check_same(study, mine, told)
