"""How much the best of some lines gains where they meet a standard normal variable.

Notation
    k, n       number of cases, and of lines in each
    a, b       the lines a + b Z `(k, n)`, Z standard normal
    c          where one line of the upper envelope is succeeded by the next
    h(u)       φ(u) + u Φ(u)

    E[max(a + b Z)] - max a = Σ (b' - b) h(-|c|)

over the places c of the envelope, at which the slope b is succeeded by b'.

References:
    Frazier, Powell and Dayanik, The knowledge-gradient policy for correlated normal beliefs,
    INFORMS J. Comput. 21, 2009, algorithm 1 and equation 14.
"""

import torch
from torch import Tensor

from nbnas.surrogate.acquisition.improvement import log_h


def log_gain_of_best(a: Tensor, b: Tensor) -> Tensor:
    """log(E[max(a + b Z)] - max a) `(k,)`, exactly; -inf where no line overtakes another.

    The envelopes of all cases are walked at once, from Z = -∞ on: the line that meets the present
    one first is the next.

    Args:
        a: Values at Z = 0 `(n,)` or `(k, n)`.
        b: Slopes `(k, n)`.
    """
    a = a.expand_as(b)
    lowest = b == b.min(dim=1, keepdim=True).values
    here = torch.where(lowest, a, -torch.inf).argmax(dim=1, keepdim=True)
    total = torch.full((len(b),), -torch.inf, dtype=torch.float64)
    rows = torch.arange(len(b))  # whose walk goes on
    while len(rows):
        rise = b[rows] - b[rows].gather(1, here)
        meets = (a[rows].gather(1, here) - a[rows]) / rise
        c, following = torch.where(rise > 0, meets, torch.inf).min(dim=1, keepdim=True)
        on = torch.isfinite(c[:, 0])
        more = rise.gather(1, following).log()[:, 0] + log_h(-c.abs())[:, 0]
        rows, here = rows[on], following[on]
        total[rows] = torch.logaddexp(total[rows], more[on])
    return total
