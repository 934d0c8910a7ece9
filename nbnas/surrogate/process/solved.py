"""What is solved once for many believed posteriors that begin alike; notation as in `believed`."""

import threading
from collections.abc import Callable, Hashable, Sequence
from typing import Protocol

import numpy as np
import torch
from gpytorch.kernels import Kernel
from torch import Tensor

from nbnas.graphs.architecture import Architecture
from nbnas.kept import Kept
from nbnas.surrogate.process.posterior import Prior, cholesky, inverse
from nbnas.surrogate.warp import Warp

MET = 300  # architectures that are kept of E: more than there can be workers
ROWS = 32  # covariances with candidates, which are asked for twice in one proposal
AT_ONCE = 16  # rows of covariances, so that another thread gets at the table in between
Row = Callable[[int, Tensor], Tensor]  # number i and the rows above it to row i


class Believing(Prior, Protocol):
    """What is asked of a prior beyond what a posterior asks for: a `GaussianProcess`."""

    @property
    def noise(self) -> float:
        """s²."""

    @property
    def warp(self) -> Warp:
        """The warp before it is fitted."""

    @property
    def kernel(self) -> Kernel:
        """k, which no other prior has."""


class Rows:
    """Rows, one an architecture, each of which follows from those above it.

    They are kept as far as the next list of architectures begins alike, as finished trials do.
    """

    def __init__(self) -> None:
        self._of: list[Hashable] = []
        self._values = torch.empty(0, 0, dtype=torch.float64)
        self._lock = threading.Lock()

    def upto(self, architectures: Sequence[Architecture], width: int, row: Row) -> Tensor:
        """The rows `(n, width)` of `n` architectures; `row` makes those that are missing.

        What was given before stays as it is, as another thread may look at it.
        """
        if not architectures:
            return torch.empty(0, width, dtype=torch.float64)
        with self._lock:
            same = 0
            while same < min(len(self._of), len(architectures)) and (
                self._of[same] == architectures[same]
            ):
                same += 1
            if same < len(architectures):
                self._make_room(same, len(architectures), width)
            for i in range(same, len(architectures)):
                made = row(i, self._values[:i])
                self._values[i, : len(made)] = made
                self._of.append(architectures[i])
            return self._values[: len(architectures), :width]

    def _make_room(self, same: int, height: int, width: int) -> None:
        """Room for rows below the first `same`; elsewhere, where others stand there."""
        old = self._values
        if same == len(self._of) and height <= old.shape[0] and width <= old.shape[1]:
            return
        room = max(2 * height, 16), max(width, old.shape[1])
        self._values = torch.zeros(room, dtype=torch.float64)
        self._values[:same, : old.shape[1]] = old[:same]
        del self._of[same:]


class Base:
    """What is kept of X0, and of each architecture that has been in E.

    Args:
        prior: The prior with its parameters.
        architectures: X0, `k` of them.

    Attributes:
        architectures: X0.
        factor: L0 `(k, k)`.
        finished: The rows of (B, M) of those in E that were evaluated.
    """

    def __init__(self, prior: Believing, architectures: tuple[Architecture, ...]) -> None:
        self.architectures, self.finished = architectures, Rows()
        self.factor = cholesky(covariance(prior, architectures, architectures), prior.noise)
        self._lock = threading.Lock()
        self._forget()

    def _forget(self) -> None:
        self._met: dict[Architecture, int] = {}
        self._below = torch.empty(0, len(self.architectures), dtype=torch.float64)
        self._between = torch.empty(0, 0, dtype=torch.float64)

    def meet(
        self, prior: Prior, later: Sequence[Architecture], solved: "Solved | None"
    ) -> tuple[Tensor, Tensor]:
        """B `(e, k)` and k(E, E) `(e, e)`; from what is kept of candidates, if all are some."""
        with self._lock:
            if len(self._met) > MET:
                self._forget()
            new = tuple(a for a in dict.fromkeys(later) if a not in self._met)
            if new:
                self._add(prior, new, solved)
            places = [self._met[a] for a in later]
            return self._below[places], self._between[places][:, places]

    def _add(self, prior: Prior, new: tuple[Architecture, ...], solved: "Solved | None") -> None:
        k, known = len(self.architectures), len(self._met)
        everybody = (*self.architectures, *self._met, *new)
        prior.table.keep(everybody)  # for the base that comes next
        places = None if solved is None else solved.places(everybody)
        if solved is None or places is None:
            rows = covariance(prior, new, everybody)
        else:
            rows = torch.stack([solved.row(prior, a)[places] for a in new])
        # Each by itself: a row has the same digits whoever else is new.
        below = [
            torch.linalg.solve_triangular(self.factor, row[:k, None], upper=False)[:, 0]
            for row in rows
        ]
        self._below = torch.cat([self._below, torch.stack(below)])
        between = torch.empty(known + len(new), known + len(new), dtype=torch.float64)
        between[:known, :known] = self._between
        between[known:], between[:known, known:] = rows[:, k:], rows[:, k : k + known].T
        self._between = between
        self._met |= {a: known + at for at, a in enumerate(new)}


class Solved:
    """What is kept of candidates.

    Args:
        prior: The prior with its parameters.
        base: What is kept of X0.
        candidates: X*, `m` of them.

    Attributes:
        candidates: X*.
        white: W0 `(k, m)`.
        prior: k(x, x) of each candidate x `(m,)`.
        variance: That of the posterior given X0 alone `(m,)`.
        finished: The rows of M⁻¹ U of those in E that were evaluated.
        variances: Those of the posterior given X0 and them, one after the other.
    """

    def __init__(self, prior: Prior, base: Base, candidates: tuple[Architecture, ...]) -> None:
        self.candidates = candidates
        self.white = inverse(base.factor) @ torch.cat(
            [
                covariance(prior, base.architectures[at : at + AT_ONCE], candidates)
                for at in range(0, max(len(base.architectures), 1), AT_ONCE)
            ]
        )
        self.prior = torch.from_numpy(prior.variance(candidates))
        self.variance = self.prior - torch.linalg.vecdot(self.white, self.white, dim=0)
        self.finished, self.variances = Rows(), Rows()
        self._left, self._rows = Kept(MET), Kept(ROWS)
        self._places: dict[Architecture, int] = {}

    def left(self, prior: Prior, architecture: Architecture, below: Tensor) -> Tensor:
        """Its row of U, with its row of B: the covariances `(m,)` given X0 alone."""
        return self._left.get(
            architecture, lambda: self.row(prior, architecture) - below @ self.white
        )

    def row(self, prior: Prior, architecture: Architecture) -> Tensor:
        """k(a, X*) `(m,)`."""
        return self._rows.get(
            architecture, lambda: covariance(prior, (architecture,), self.candidates)[0]
        )

    def places(self, architectures: Sequence[Architecture]) -> list[int] | None:
        """The numbers of some of the candidates; `None` if there are others among them."""
        if not self._places:
            self._places = {a: at for at, a in enumerate(self.candidates)}
        found = [self._places.get(a, -1) for a in architectures]
        return None if -1 in found else found


def covariance(prior: Prior, a: Sequence[Architecture], b: Sequence[Architecture]) -> Tensor:
    """k(a, b) `(n, m)`, which lies in memory row by row, however it was looked up."""
    return torch.from_numpy(np.ascontiguousarray(prior.covariance(a, b)))
