"""A covariance with many candidates, a few columns at a time.

A part of it stays in the processor's cache, while all of it is written to memory and read again
for each summand of the kernel.
"""

from collections.abc import Callable
from typing import TypeVar

import torch
from gpytorch.kernels import Kernel
from torch import Tensor

from nbnas.surrogate.kernels.architecture import covariance, has_products
from nbnas.surrogate.table import ArchitectureTable

T = TypeVar("T")
AT_ONCE, NARROWEST = 2**19, 256  # covariances, 4 MB of them; and columns


def by_columns(
    kernel: Kernel, table: ArchitectureTable, x1: Tensor, x2: Tensor, use: Callable[[Tensor], T]
) -> list[T]:
    """What `use` makes of a covariance by columns, in order.

    Args:
        kernel: Any kernel, bound to the table.
        table: The table.
        x1: Indices `(n, 1)`.
        x2: Indices `(m, 1)`.
        use: Takes a part of the covariance `(n, p)`, all its rows, which is not to be changed.

    Returns:
        At least one answer, also of no columns.
    """
    width = max(NARROWEST, AT_ONCE // max(len(x1), 1))
    # Of settings a table remembers what it looked up by the list that it was asked for.
    begins = range(0, max(len(x2), 1), width)
    parts = [x2] if table.graphs is not None else [x2[at : at + width] for at in begins]
    products = has_products(kernel)
    with torch.no_grad():
        return [use(covariance(kernel, x1, part, products=products)) for part in parts]
