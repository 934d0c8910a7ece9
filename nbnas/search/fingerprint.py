"""What a study remembers of its settings, so that it is never continued with others by mistake."""

import dataclasses
import re
from collections.abc import Iterator

from nbnas.errors import StudyMismatchError
from nbnas.graphs.space import SearchSpace
from nbnas.search.objective import Objective
from nbnas.search.strategies.strategy import Strategy
from nbnas.surrogate.kernels.architecture import Kernel
from nbnas.surrogate.table import ArchitectureTable

Fingerprint = dict[str, str]


def fingerprint(
    space: SearchSpace, objective: Objective, strategy: Strategy, seed: int
) -> Fingerprint:
    """Settings that decide the sequence of evaluations, as a flat table of words.

    Args:
        space: The search space.
        objective: The objective.
        strategy: The strategy. Where one of these, or a part of it, has a `fingerprint()` of its
            own, that is used.
        seed: The search's seed.

    Returns:
        What each setting is called and what it is.
    """
    return {
        **dict(_describe("space", space)),
        "objective": type(objective).__name__,
        **dict(_describe("objective", objective)),
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
        if _comparable(stored.get(name)) != _comparable(now.get(name))
    ]
    if differences:
        raise StudyMismatchError(
            f"study {study!r} was made with other settings ({'; '.join(differences)}); use the "
            "old settings to go on with it, or another study name to start afresh"
        )


def _comparable(value: str | None) -> str | None:
    """A setting without what is none: the file that a part of nbnas lives in, an address."""
    if value is None:
        return None
    return re.sub(
        r" at 0x[0-9a-fA-F]+", "", re.sub(r"\bnbnas\.(?:[a-z_0-9]+\.)+(?=\w)", "nbnas.", value)
    )


def _describe(name: str, value: object) -> Iterator[tuple[str, str]]:
    """The parts of a frozen value, each under a dotted name."""
    own = getattr(value, "fingerprint", None)
    if isinstance(value, ArchitectureTable):
        return
    if callable(own):
        yield name, type(value).__name__
        yield from ((f"{name}.{part}", str(said)) for part, said in own().items())
    elif isinstance(value, Kernel):
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
    known: dict[str, str] = getattr(getattr(kernel, "knowledge", None), "fingerprint", dict)()
    own = [*filter(None, (kernel.extra_repr(), known.get("digest")))]
    parts = [_describe_kernel(part) for part in kernel.sub_kernels()]
    return f"{type(kernel).__name__}({', '.join([*own, *parts])})"
