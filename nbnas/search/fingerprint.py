"""What a study remembers of its settings, so that it is never continued with others by mistake."""

import dataclasses
from collections.abc import Iterator

from nbnas.brief import in_full, told
from nbnas.graphs.space import SearchSpace
from nbnas.kept import Kept
from nbnas.records import Goals
from nbnas.search.objective import Objective
from nbnas.search.strategies.asked import Asked
from nbnas.search.strategies.strategy import Strategy
from nbnas.surrogate.kernels.architecture import Kernel
from nbnas.surrogate.table import ArchitectureTable

Fingerprint = dict[str, str]


def fingerprint(
    space: SearchSpace,
    objective: Objective,
    strategy: Strategy,
    seed: int,
    goals: Goals | None = None,
) -> Fingerprint:
    """Settings that decide the sequence of evaluations, as a flat table of words.

    Args:
        space: The search space.
        objective: The objective.
        strategy: The strategy. Where one of these, or a part of it, has a `fingerprint()` of its
            own, that is used.
        seed: The search's seed.
        goals: What is wanted beyond a good value.

    Returns:
        What each setting is called and what it is.
    """
    with in_full():  # what is remembered does not change with what a person reads
        return {
            **dict(_describe("space", space)),
            "objective": type(objective).__name__,
            **dict(_describe("objective", objective)),
            **dict(_describe("strategy", strategy)),
            "seed": str(seed),
            **({} if goals is None else dict(_describe("goals", goals))),
        }


def _describe(name: str, value: object) -> Iterator[tuple[str, str]]:
    """The parts of a frozen value, each under a dotted name."""
    own = getattr(value, "fingerprint", None)
    if isinstance(value, ArchitectureTable | Kept | Asked):
        return
    if callable(own):
        yield name, type(value).__name__
        yield from ((f"{name}.{part}", str(said)) for part, said in own().items())
    elif isinstance(value, Kernel):
        yield name, _describe_kernel(value)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield name, type(value).__name__
        for part in told(value):
            yield from _describe(f"{name}.{part.name}", getattr(value, part.name))
    else:
        function = getattr(value, "__qualname__", None)  # its repr would hold an address
        yield name, f"{getattr(value, '__module__', '')}.{function}" if function else repr(value)


def _describe_kernel(kernel: Kernel) -> str:
    """A kernel's structure in words that do not depend on gpytorch's own repr."""
    known: dict[str, str] = getattr(getattr(kernel, "knowledge", None), "fingerprint", dict)()
    own = [*filter(None, (kernel.extra_repr(), known.get("digest")))]
    parts = [_describe_kernel(part) for part in kernel.sub_kernels()]
    return f"{type(kernel).__name__}({', '.join([*own, *parts])})"
