"""What a study remembers of its settings, so that it is never continued with others by mistake."""

import dataclasses
from collections.abc import Iterator

from nbnas.errors import StudyMismatchError
from nbnas.graphs.space import SearchSpace
from nbnas.search.objective import Objective
from nbnas.search.strategies.strategy import Strategy
from nbnas.surrogate.kernels import Kernel
from nbnas.surrogate.table import ArchitectureTable

Fingerprint = dict[str, str]


def fingerprint(
    space: SearchSpace, objective: Objective, strategy: Strategy, seed: int
) -> Fingerprint:
    """Settings that decide the sequence of evaluations, as a flat table of words.

    Args:
        space: The search space.
        objective: The objective; its own `fingerprint()` is used where it has one.
        strategy: The strategy.
        seed: The search's seed.

    Returns:
        What each setting is called and what it is.
    """
    own = getattr(objective, "fingerprint", None)
    described = (
        {f"objective.{name}": str(value) for name, value in own().items()}
        if callable(own)
        else dict(_describe("objective", objective))
    )
    return {
        **dict(_describe("space", space)),
        "objective": type(objective).__name__,
        **described,
        **dict(_describe("strategy", strategy)),
        "seed": str(seed),
    }


def check_same(study: str, stored: Fingerprint, now: Fingerprint) -> None:
    """Compare two fingerprints.

    Raises:
        StudyMismatchError: If they differ; the message names every difference.
    """
    differences = [
        f"{name}: was {stored.get(name, 'absent')}, is now {now.get(name, 'absent')}"
        for name in sorted({*stored, *now})
        if stored.get(name) != now.get(name)
    ]
    if differences:
        raise StudyMismatchError(
            f"study {study!r} was made with other settings ({'; '.join(differences)}); use the "
            "old settings to go on with it, or another study name to start afresh"
        )


def _describe(name: str, value: object) -> Iterator[tuple[str, str]]:
    """The parts of a frozen value, each under a dotted name."""
    if isinstance(value, ArchitectureTable):
        return
    if isinstance(value, Kernel):
        yield name, _describe_kernel(value)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield name, type(value).__name__
        for part in dataclasses.fields(value):
            yield from _describe(f"{name}.{part.name}", getattr(value, part.name))
    else:
        function = getattr(value, "__qualname__", None)  # its repr would hold an address
        yield name, f"{getattr(value, '__module__', '')}.{function}" if function else repr(value)


def _describe_kernel(kernel: Kernel) -> str:
    """A kernel's structure in words that do not depend on gpytorch's own repr."""
    own = kernel.extra_repr()
    parts = [_describe_kernel(part) for part in kernel.sub_kernels()]
    return f"{type(kernel).__name__}({', '.join([*([own] if own else []), *parts])})"
