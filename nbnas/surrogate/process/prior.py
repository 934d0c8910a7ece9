"""The Gaussian-process prior over the measure of architectures.

Notation
    X          the n evaluated architectures; X* the m candidates
    z          warped values `(n,)`, z = w(y)
    c, s²      constant mean and noise variance, in warped units
    K          k(X, X) `(n, n)`;  L  the Cholesky factor of K + s² I
    θ          the free parameters: weights and length-scales of the kernel, and s²

References:
    Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, chapters 2 and 5.
"""

import copy
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from gpytorch.kernels import Kernel
from numpy.typing import NDArray

from nbnas.brief import ADDED, brief
from nbnas.checks import real, settle, whole
from nbnas.errors import ObservationError
from nbnas.graphs.architecture import Architecture, check_architectures
from nbnas.graphs.space import COUNT, SPACE, Randomness, SearchSpace, generator
from nbnas.graphs.spaces.joint.space import JointSpace
from nbnas.records.observations import OBSERVATIONS, Observations
from nbnas.surrogate.half_ranks import HalfRanks
from nbnas.surrogate.kernels.architecture import KERNEL, bind, covariance, weighted
from nbnas.surrogate.kernels.covariance import no_covariance, root
from nbnas.surrogate.kernels.default import default_kernel as default_kernel
from nbnas.surrogate.kernels.joint import check_seen, joint_kernel, sees_settings
from nbnas.surrogate.kernels.parts import formula
from nbnas.surrogate.kernels.settings import SettingsKernel
from nbnas.surrogate.normal_scores import NormalScores
from nbnas.surrogate.process.believed import base_of, believe, solved_for
from nbnas.surrogate.process.fit import NOISE, fit_own, log_likelihood
from nbnas.surrogate.process.posterior import Posterior, cholesky
from nbnas.surrogate.table import TABLE, ArchitectureTable
from nbnas.surrogate.warp import WARP, Warp, fit_warp
from nbnas.undisturbed import undisturbed

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class GaussianProcess:
    """A Gaussian-process prior on the warped measure of architectures; `fit` gives a new one.

    Args:
        kernel: A sum or product of kernels over architectures; every summand gets a weight of its
            own that is fitted. The process works on a copy.
        warp: How the measure is warped before it is modelled.
        noise: Noise variance, in warped units (where the values have variance 1, about); the fit
            starts there.
        mean: Constant mean, in warped units; it is not fitted.
        expected_noise: Noise variance that is expected before there are data: the fit has a
            log-normal prior around it.

    Raises:
        SettingError: If a noise is not finite and positive, the mean is not finite, or the
            kernel or the warp is something else.

    Example:
        >>> from nbnas.graphs.spaces.cell import CellSpace
        >>> prior = GaussianProcess()
        >>> prior.sample(CellSpace().sample(0, 5), rng=0, k=3).shape
        (3, 5)
    """

    kernel: Kernel = field(default_factory=default_kernel)
    warp: Warp = field(default_factory=NormalScores)
    noise: float = 0.02
    mean: float = 0.0
    table: ArchitectureTable = field(default_factory=ArchitectureTable, repr=False)
    expected_noise: float = field(default=NOISE, metadata=ADDED)

    @undisturbed()
    def __post_init__(self) -> None:
        settle(self, kernel=KERNEL, warp=WARP, noise=real(above=0), mean=real(), table=TABLE)
        settle(self, expected_noise=real(above=0))
        kernel = weighted(copy.deepcopy(self.kernel)).double()
        bind(kernel, self.table)
        object.__setattr__(self, "kernel", kernel)

    @brief
    def __repr__(self) -> str:
        mean = f", mean={self.mean:.3g}" if self.mean else ""
        return f"noise={self.noise:.3g}{mean}, {self.warp!r}, {formula(self.kernel)}"

    def over(self, space: SearchSpace) -> "GaussianProcess":
        """The prior over a space, which decides whether its kernel has to see settings.

        Strategies ask for it themselves.

        Returns:
            For a `JointSpace` one with `joint_kernel` of this kernel and a `SettingsKernel`, if it
            sees no settings yet, and `HalfRanks` in the place of `NormalScores`; else the same.
        """
        SPACE("space", space)
        if not isinstance(space, JointSpace) or sees_settings(self.kernel):
            return self
        kernel = joint_kernel(self.kernel, SettingsKernel(dict(space.box.items())))
        warp = HalfRanks() if self.warp == NormalScores() else self.warp
        return dataclasses.replace(self, kernel=kernel, warp=warp, table=ArchitectureTable())

    @undisturbed()
    def covariance(self, a: Sequence[Architecture], b: Sequence[Architecture]) -> Array:
        """Prior covariance `(n, m)` of the warped measure."""
        # Both are numbered before the kernel looks, so that the table does not grow midway.
        first, second = self.table.indices(a), self.table.indices(b)
        with torch.no_grad():
            return np.asarray(covariance(self.kernel, first, second).numpy())

    @undisturbed()
    def variance(self, architectures: Sequence[Architecture]) -> Array:
        """Prior variance `(m,)` of the warped measure."""
        with torch.no_grad():
            return np.asarray(self.kernel(self.table.indices(architectures), diag=True).numpy())

    @undisturbed()
    def sample(self, architectures: Sequence[Architecture], rng: Randomness, k: int) -> Array:
        """Draw functions from the prior.

        Args:
            architectures: Where to draw, `m` of them.
            rng: A generator, or a seed.
            k: Number of functions.

        Returns:
            Draws `(k, m)` in warped units.

        Raises:
            NotPositiveDefiniteError: If the kernel is no covariance on these architectures.
        """
        rng, k = generator(rng), COUNT("k", k)
        roots = root(self.covariance(architectures, architectures))
        return self.mean + rng.standard_normal((k, len(roots))) @ roots.T

    @undisturbed()
    def log_marginal_likelihood(self, observations: Observations) -> float:
        """log p(z | X, θ), in nats.

        Raises:
            ObservationError: If there are no observations.
            NotPositiveDefiniteError: If the kernel is no covariance on these architectures.
        """
        OBSERVATIONS("observations", observations)
        z = torch.from_numpy(fit_warp(self.warp, observations)[1] - self.mean)
        covariance = self.covariance(observations.architectures, observations.architectures)
        noise = torch.tensor(self.noise, dtype=torch.float64)
        likelihood = log_likelihood(torch.from_numpy(covariance), z, noise)
        if likelihood is None:
            raise no_covariance(covariance, self.noise)
        return float(likelihood)

    @undisturbed()
    def fit(self, observations: Observations) -> "GaussianProcess":
        """Maximise the marginal likelihood times the hyper-priors, from these parameters on.

        The parameters are found by L-BFGS; a call on the result of an earlier fit is warm.

        Args:
            observations: At least two trials.

        Returns:
            A new prior with fitted weights, length-scales and noise.

        Raises:
            ObservationError: If there are fewer than two trials.
        """
        if len(OBSERVATIONS("observations", observations)) < 2:
            raise ObservationError(
                f"expected at least 2 trials to fit to, got {len(observations)}"
            )
        check_seen(self.kernel, observations.architectures)
        _, z = fit_warp(self.warp, observations)
        indices = self.table.indices(observations.architectures)
        fitted = dataclasses.replace(self)  # with a copy of the kernel
        noise = fit_own(
            fitted.kernel, self.mean, self.noise, indices, z, expected=self.expected_noise
        )
        object.__setattr__(fitted, "noise", noise)
        return fitted

    @undisturbed()
    def condition(self, observations: Observations) -> Posterior:
        """The posterior given observations, with the parameters as they are.

        Args:
            observations: At least one trial; failed ones count as the worst seen value.

        Returns:
            The posterior.

        Raises:
            ObservationError: If there are no observations.
            NotPositiveDefiniteError: If the kernel is no covariance on these architectures.
        """
        warp, z = fit_warp(self.warp, OBSERVATIONS("observations", observations))
        architectures = observations.architectures
        check_seen(self.kernel, architectures)
        covariance = torch.from_numpy(self.covariance(architectures, architectures))
        factor = cholesky(covariance, self.noise)
        return Posterior(self, observations, warp, z, factor)

    @undisturbed()
    def believe(
        self,
        observations: Observations,
        pending: Sequence[Architecture],
        size: int | None = None,
        candidates: tuple[Architecture, ...] | None = None,
    ) -> Posterior:
        """The posterior if every pending evaluation came out at its mean, one after the other.

        Args:
            observations: At least one trial; failed ones count as the worst seen value.
            pending: What is being evaluated.
            size: How many of the observations stay the first ones for a while, such as those that
                the parameters were fitted to: what is solved for them is kept, so that the next
                posterior that begins with them is quick on many candidates. All by default.
            candidates: The many that will be asked for, if they are known, the very tuple.

        Returns:
            The posterior; its observations are these and the imagined ones.

        Raises:
            ObservationError: If there are no observations.
            NotPositiveDefiniteError: If the kernel is no covariance on these architectures.
        """
        check_architectures(pending=pending)
        if candidates is not None:
            self.table.indices(candidates)  # which checks them, once
        count = len(OBSERVATIONS("observations", observations))
        size = count if size is None else whole(0, count)("size", size)
        if not len(pending) and size == count:
            return self.condition(observations)
        return believe(self, observations, pending, size, candidates)

    @undisturbed()
    def solve_ahead(
        self, first: tuple[Architecture, ...], candidates: tuple[Architecture, ...]
    ) -> None:
        """Solve and keep what believed posteriors need that begin with these evaluations.

        Args:
            first: What was evaluated, as far as the `size` of `believe`.
            candidates: Those that will be scored, the very tuple.

        Raises:
            ArchitectureError: If something else is among them.
            NotPositiveDefiniteError: If the kernel is no covariance on these architectures.
        """
        check_architectures(first=first)
        self.table.indices(candidates)  # which checks them, once
        solved_for(self, base_of(self, tuple(first)), tuple(candidates))
