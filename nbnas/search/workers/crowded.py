"""Trials that found too little memory on a device which workers share: they are made once more."""

import re

from nbnas.records import Evaluation

# As PyTorch says it: torch.OutOfMemoryError, "CUDA error: out of memory", "MPS backend out of …".
_TOO_LITTLE = re.compile(r"OutOfMemoryError|\b(CUDA|HIP|MPS|XPU)\b.*out of memory", re.IGNORECASE)


def crowded_out(made: Evaluation | BaseException | None) -> bool:
    """Whether a trial has failed since its device had too little memory left.

    Example:
        >>> from nbnas.graphs.spaces.cell import CellSpace
        >>> cell = CellSpace().sample(0, 1)[0]
        >>> crowded_out(Evaluation(cell, None, "failed", error="CUDA error: out of memory"))
        True
        >>> crowded_out(Evaluation(cell, None, "failed", error="its process ended"))
        False
    """
    if not isinstance(made, Evaluation) or made.status != "failed":
        return False
    return _TOO_LITTLE.search(str(made.error)) is not None
