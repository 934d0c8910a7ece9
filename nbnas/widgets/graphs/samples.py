"""Random architectures to show a record by that holds no search space, and their plane.

Notation
    D          distances `(n, n)`
"""

import functools
import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from nbnas.errors import NbnasError, SettingError
from nbnas.graphs.architecture import LINK, Architecture
from nbnas.graphs.distances.distance import Distance
from nbnas.graphs.distances.edit.distance import MAX_RENUMBERED, EditDistance
from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.distances.weisfeiler_lehman import WeisfeilerLehmanDistance
from nbnas.graphs.graph import holds_cells
from nbnas.graphs.space import SearchSpace
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.graphs.spaces.cnn.space import CnnSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.darts.graph import genotype_of
from nbnas.graphs.spaces.darts.space import DartsSpace
from nbnas.graphs.spaces.joint.space import JointSpace
from nbnas.graphs.spaces.operation import BUILT_IN, OF_DARTS, Operation
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace

SPACES: tuple[SearchSpace, ...] = (
    *(CellSpace(), DagSpace(), ChainSpace(), CnnSpace(), RecurrentSpace(), DartsSpace()),
)
NAMES = (
    *("cells", "DAG cells", "chains of layers", "free CNNs", "recurrent cells"),
    "DARTS' genotypes",
)


def space_of(architectures: Sequence[Architecture]) -> SearchSpace | None:
    """The first of nbnas' spaces, as they are by default, that holds some architectures.

    Args:
        architectures: Some architectures.

    Returns:
        The space; for cells of another size or with operations of somebody's own, those over the
        operations that are seen. `None` if none holds the first ten of the architectures.
    """
    looked_at = architectures[:10]
    for space in (*SPACES, *_like(looked_at)):
        if looked_at and all(a in space for a in looked_at):
            return space
    return None


def _like(architectures: Sequence[Architecture]) -> tuple[SearchSpace, ...]:
    """The cells of as many vertices over the operations of some, or the genotypes over them.

    There is none where they are neither.
    """
    try:
        if architectures and all(map(holds_cells, architectures)):
            found = map(genotype_of, architectures)
            read = {word for one in found for word, _ in (*one.normal, *one.reduce)}
            return (DartsSpace((*OF_DARTS, *_unbuilt_of(read - {*OF_DARTS}))),)
        words = {word for a in architectures for _, _, word in a.edges} - {LINK}
        vertices = len(architectures[0].nodes) if architectures else 0
        return (CellSpace(_unbuilt_of(words), vertices),)
    except SettingError:
        return ()


def _unbuilt_of(words: Iterable[str]) -> tuple[str | Operation, ...]:
    """Operations by their names, those of somebody's own for show only."""
    return tuple(word if word in BUILT_IN else Operation(word, _unbuilt) for word in sorted(words))


def _unbuilt(channels: int) -> None:
    raise NotImplementedError("expected a cell that is only shown; its trainer builds it")


def known_to(model: Any) -> tuple[Architecture, ...] | None:  # noqa: ANN401
    """The architectures of which all knowledge in a model's kernel tells.

    Args:
        model: A prior, a posterior, a kernel, or anything else.

    Returns:
        The architectures; `None` where the kernel needs no knowledge, and so can tell of all.
    """
    told = [part.knowledge.values for part in _parts(model) if hasattr(part, "knowledge")]
    if not told:
        return None
    return tuple(a for a in told[0] if all(a in each for each in told[1:]))


def home_of(model: Any) -> SearchSpace | None:  # noqa: ANN401
    """The space of a distance that compares the architectures of one space only.

    Args:
        model: A distance, or what has one in its kernel: a prior, a posterior, a kernel.

    Returns:
        The space; `None` where any architectures can be compared. Where the kernel sees settings,
        it has them.
    """
    distances = (model, *(getattr(part, "distance", None) for part in _parts(model)))
    spaces = (getattr(distance, "space", None) for distance in distances)
    home = next((space for space in spaces if isinstance(space, SearchSpace)), None)
    return _with_settings(home or SPACES[0], model) or home


def _with_settings(space: SearchSpace, model: Any) -> SearchSpace | None:  # noqa: ANN401
    """The space with the settings that a model's kernel sees; `None` where it sees none."""
    seen = (part.encoding.settings for part in _parts(model) if hasattr(part, "encoding"))
    settings = next(seen, None)
    return None if settings is None else JointSpace(space, **dict(settings))


def drawn_from(space: SearchSpace, n: int, seed: int = 0) -> tuple[Architecture, ...]:
    """At most `n` random architectures of a space, none twice; all of them where there are few.

    Args:
        space: The space.
        n: At most how many.
        seed: Decides which.
    """
    if isinstance(space, Iterable) and (space.size or math.inf) <= n:
        return tuple(space)
    return tuple(dict.fromkeys(space.sample(seed, n)))


def more_of(
    architectures: Sequence[Architecture],
    n: int,
    seed: int = 0,
    model: Any = None,  # noqa: ANN401
) -> tuple[Architecture, ...]:
    """Random architectures of the same space as some others, none twice.

    Args:
        architectures: At least one.
        n: At most how many.
        seed: Decides which.
        model: What will be asked of them; it has to know them.

    Returns:
        The architectures without those given; none where the space is not known.
    """
    known, seen = known_to(model), set(architectures)
    if known is not None:
        new = [a for a in known if a not in seen]
        drawn = np.random.default_rng(seed).permutation(len(new))[:n]
        return tuple(new[i] for i in drawn)
    home = home_of(model)
    if isinstance(home, JointSpace):
        graphs = space_of([a.bare for a in architectures]) or home.graphs
        home = _with_settings(graphs, model)
    space = space_of(architectures) if home is None else home
    if space is None:
        return ()
    drawn = dict.fromkeys(space.sample(seed, n)) if home is None else drawn_from(space, n, seed)
    return tuple(a for a in drawn if a not in seen)


def distance_of(model: Any, architectures: Sequence[Architecture]) -> Distance:  # noqa: ANN401
    """The distance by which to map what a model speaks of.

    Args:
        model: A prior, a posterior, a kernel, or anything else.
        architectures: What will be mapped, at least one.

    Returns:
        The distance in the model's kernel if there is one, else the first that serves: edits for
        graphs of up to 8 vertices, since those between 160 genotypes took two minutes.
    """
    own = (part.distance for part in _parts(model) if hasattr(part, "distance"))
    small = max(len(a.nodes) for a in architectures) <= MAX_RENUMBERED
    edits = (EditDistance(),) if small else ()
    for distance in (*own, *edits, WeisfeilerLehmanDistance(), HammingDistance()):
        if serves(distance, architectures):
            return distance
    return HammingDistance()


def _parts(model: Any) -> Iterable[Any]:  # noqa: ANN401
    """All kernels in the kernel of a model."""
    prior = getattr(model, "prior", model)
    kernel = getattr(prior, "kernel", prior)
    parts: Iterable[Any] = getattr(kernel, "modules", tuple)()
    return parts


@functools.lru_cache(maxsize=256)
def _serves(distance: Distance, first: Architecture, second: Architecture) -> bool:
    try:
        distance.distance(first, second)
    except (NbnasError, ValueError):
        return False
    return True


def serves(distance: Distance, architectures: Sequence[Architecture]) -> bool:
    """Whether a distance can compare some architectures, by a look at the largest two."""
    largest = sorted(architectures, key=lambda a: len(a.nodes))[-2:]
    return _serves(distance, largest[0], largest[-1])
