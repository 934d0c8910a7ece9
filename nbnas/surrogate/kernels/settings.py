"""The kernel over settings: Matérn-5/2 with a length-scale for each of them.

Notation
    d, D       number of settings, and of coordinates that they are encoded in
    x          encoded settings `(n, D)` in the unit cube: a number is one coordinate, a category
               has one for each of its values, 1 for its own
    ℓ_i        length-scale of setting i, shared by all of its coordinates
    r²         Σ_i |x_i - x'_i|² / ℓ_i²

Inputs are indices into a table `(n, 1)` like those of every kernel over architectures, or *points*
`(n, 1 + D)`: the number of a graph in the table's `graphs`, and the encoded settings themselves,
by which a covariance can be differentiated.

References:
    Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, sections 4.2 and 5.1
    (Matérn, automatic relevance). Hvarfner, Hellsten and Nardi, Vanilla Bayesian optimization
    performs great in high dimensions, ICML 2024 (a hyper-prior that grows with the dimension).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import torch
from gpytorch.constraints import Positive
from gpytorch.priors import LogNormalPrior
from torch import Tensor

from nbnas.checks import MAPPING
from nbnas.errors import ObservationError, SettingError, shown
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.spaces.joint.dimension import DIMENSION, Dimension
from nbnas.surrogate.kernels.architecture import LENGTHSCALE, ArchitectureKernel
from nbnas.surrogate.table import ArchitectureTable
from nbnas.undisturbed import undisturbed

_LOCATION, _SPREAD = math.sqrt(2), math.sqrt(3)  # of log ℓ, beside log √d (Hvarfner et al.)
_TINY = 1e-30  # below which r² has no root that can be differentiated


class SettingsKernel(ArchitectureKernel):
    """(1 + √5 r + 5/3 r²) exp(-√5 r), Matérn-5/2 of the settings of architectures.

    It does not see their graphs; multiply it with a kernel that does, as `joint_kernel` does. The
    length-scales are fitted, with a log-normal prior that expects longer ones where there are more
    settings, so that a fit to ten observations takes the function for smooth until told otherwise.

    Args:
        settings: What each setting may be by its name: a `Real`, an `Integer` or a `Categorical`.
        lengthscale: Where the fit starts, in units of the unit cube; by default the mode of its
            prior, 0.2 √d.

    Raises:
        SettingError: If there is no setting, one is no dimension, or the length-scale is not
            finite and above 0.
    """

    has_lengthscale = True
    lengthscale: Any

    @undisturbed()
    def __init__(
        self, settings: Mapping[str, Dimension], lengthscale: float | None = None
    ) -> None:
        encoding = SettingsEncoding(_checked(settings))
        count = len(encoding.settings)
        location = _LOCATION + math.log(count) / 2
        start = LENGTHSCALE.optional("lengthscale", lengthscale)
        super().__init__(
            ard_num_dims=count,
            lengthscale_prior=LogNormalPrior(location, _SPREAD),
            lengthscale_constraint=Positive(transform=torch.exp, inv_transform=torch.log),
        )
        self.ard_num_dims = None  # the inputs are indices, which gpytorch would count
        self.encoding, self.owners = encoding, encoding.owners
        self.double()
        self.lengthscale = math.exp(location - _SPREAD**2) if start is None else start

    def extra_repr(self) -> str:
        """The names and what they may be, for a fingerprint."""
        return ", ".join(f"{name}={each!r}" for name, each in self.encoding.settings)

    def said(self) -> str:
        """The names with their length-scales, for people."""
        return ", ".join(f"{name} {scale:.2g}" for name, scale in self.lengthscales.items())

    @property
    def lengthscales(self) -> dict[str, float]:
        """The length-scale of each setting by its name, in units of the unit cube."""
        names = (name for name, _ in self.encoding.settings)
        return dict(zip(names, self.lengthscale.reshape(-1).tolist(), strict=True))

    def similarity(self, x1: Tensor, x2: Tensor) -> Tensor:
        """Matérn-5/2 `(n, m)`."""
        first, second = self.coordinates(x1), self.coordinates(x2)
        if not torch.is_grad_enabled() and len(second) > 1 and bool((second == second[0]).all()):
            return self._matern(first, second[:1]).expand(-1, len(second))
        return self._matern(first, second)

    def _matern(self, first: Tensor, second: Tensor) -> Tensor:
        scale = self.lengthscale.reshape(-1)[self.owners]
        return matern((first / scale)[:, None, :] - (second / scale)[None, :, :])

    def coordinates(self, inputs: Tensor) -> Tensor:
        """The encoded settings `(n, D)` of indices `(n, 1)` or points `(n, 1 + D)`.

        Raises:
            ObservationError: If the kernel is in no prior, or an architecture lacks a setting.
        """
        if not isinstance(inputs, Tensor) or inputs.ndim != 2:
            raise ObservationError(
                f"expected indices (n, 1) or points (n, 1 + D), got {shown(inputs)}"
            )
        if inputs.shape[1] > 1:
            return inputs[:, 1:]
        rows = self.encoding.rows(self.known_table())
        return rows[inputs.detach().reshape(-1).long()]


def matern(differences: Tensor) -> Tensor:
    """Matérn-5/2 `(n, m)` of scaled differences `(n, m, D)`, with gradients at 0, too."""
    squared = (differences**2).sum(dim=-1)
    root = math.sqrt(5) * squared.clamp_min(_TINY).sqrt()
    value: Tensor = (1 + root + (5 / 3) * squared) * torch.exp(-root)
    return value


@dataclass(frozen=True, slots=True)
class SettingsEncoding:
    """How settings become coordinates."""

    settings: tuple[tuple[str, Dimension], ...]

    @property
    def owners(self) -> Tensor:
        """The number of the setting that each coordinate belongs to `(D,)`."""
        return torch.tensor([i for i, width in enumerate(self.widths) for _ in range(width)])

    @property
    def widths(self) -> tuple[int, ...]:
        """How many coordinates each setting has."""
        return tuple(len(each.encode(each.from_unit(0.0))) for _, each in self.settings)

    def row(self, architecture: Architecture) -> tuple[float, ...]:
        """The coordinates of an architecture.

        Raises:
            ObservationError: If it lacks a setting.
        """
        own = dict(architecture.settings)
        missing = [name for name, _ in self.settings if name not in own]
        if missing:
            raise ObservationError(
                f"expected an architecture with the settings {', '.join(missing)}, got "
                f"{architecture}; take one of a JointSpace that has them"
            )
        return tuple(x for name, each in self.settings for x in each.encode(own[name]))

    def rows(self, table: ArchitectureTable) -> Tensor:
        """The coordinates of all that a table holds, which are kept as it grows."""
        known = cast(Tensor | None, table.memo.get(self))
        have = 0 if known is None else len(known)
        if known is not None and have == len(table):
            return known
        new = torch.tensor([self.row(a) for a in table.architectures[have:]], dtype=torch.float64)
        rows = new if known is None else torch.cat([known, new])
        table.memo[self] = rows
        return rows


def _checked(settings: object) -> tuple[tuple[str, Dimension], ...]:
    """The dimensions, sorted by name."""
    named = MAPPING("settings", settings)
    if not named or not all(isinstance(name, str) for name in named):
        raise SettingError(
            'expected at least one setting under its name, such as {"learning_rate": '
            f"nbnas.Real(1e-3, 1, log=True)}}, got {shown(settings)}"
        )
    return tuple((name, DIMENSION(name, each)) for name, each in sorted(named.items()))
