"""Layers: what stands at the vertices of a whole network, and how it is written.

A label is "kind", "kind:units" or "kind:units:s2": the kind of layer, the number of its units
(channels, or features of a dense layer), and its stride where that is not 1. Examples: "pool",
"dense:128", "conv3x3:64", "conv3x3:64:s2", "pool::s2".
"""

import functools
import re
from dataclasses import dataclass

from nbnas.checks import TEXT, settle, whole
from nbnas.errors import ArchitectureError

_LABEL = re.compile(r"([a-z][a-z0-9_-]*)(?::([1-9][0-9]{0,5})?)?(?::s([1-9][0-9]?))?")
_WRITTEN = TEXT.raising(ArchitectureError)
_UNITS = whole(1, 999_999).optional
_STRIDE = whole(1, 99)


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of a network.

    Attributes:
        kind: The kind, such as "conv3x3"; lower-case letters, digits, "-" and "_".
        units: Number of channels or features that it gives; `None` where it keeps what comes in.
        stride: Its stride, in pixels.

    Raises:
        SettingError: If the kind is no text, or the units or the stride are no whole number from
            1 that a label can hold.

    Example:
        >>> str(Layer("conv3x3", 64, 2)), Layer.parse("pool::s2")
        ('conv3x3:64:s2', Layer(kind='pool', units=None, stride=2))
    """

    kind: str
    units: int | None = None
    stride: int = 1

    def __post_init__(self) -> None:
        settle(self, kind=TEXT, units=_UNITS, stride=_STRIDE)

    def __str__(self) -> str:
        """The label."""
        units = "" if self.units is None else str(self.units)
        if self.stride != 1:
            return f"{self.kind}:{units}:s{self.stride}"
        return f"{self.kind}:{units}" if units else self.kind

    @classmethod
    def parse(cls, label: str) -> "Layer":
        """Read a label, so that `Layer.parse(str(layer)) == layer`.

        Raises:
            ArchitectureError: If it is none.
        """
        return _parse(_WRITTEN("label", label))


@functools.lru_cache(maxsize=10_000)
def _parse(label: str) -> Layer:
    found = _LABEL.fullmatch(label)
    if found is None:
        raise ArchitectureError(
            f"expected a layer 'kind', 'kind:units' or 'kind:units:s2', got {label!r:.80}"
        )
    kind, units, stride = found.groups()
    layer = Layer(kind, None if units is None else int(units), int(stride or 1))
    if str(layer) != label:
        raise ArchitectureError(f"expected layer {str(layer)!r}, got {label!r:.80}")
    return layer
