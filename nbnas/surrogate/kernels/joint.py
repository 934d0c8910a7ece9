"""The kernel over graphs and settings together.

Notation
    k_G, k_S   a kernel over graphs, with a variance of 1 about, and one over settings
    w          weights, fitted, a third each at the start

    k = w_1 k_S + w_2 k_G + w_3 k_G k_S

The first two let the model learn the worth of settings from all graphs, and of a graph from all
settings; the third what suits only this one. Both kernels stand in it twice, with the same
parameters: ten observations tell no more.

References:
    Duvenaud, Nickisch and Rasmussen, Additive Gaussian processes, NeurIPS 2011 (sums of products).
    Ru, Alvi, Nguyen, Osborne and Roberts, Bayesian optimisation over multiple continuous and
    categorical inputs, ICML 2020, section 4 (the sum and the product of two such kernels).
"""

from collections.abc import Sequence

from gpytorch.kernels import AdditiveKernel, Kernel, ProductKernel

from nbnas.checks import Rule, instance
from nbnas.errors import ObservationError
from nbnas.graphs.architecture import Architecture
from nbnas.surrogate.kernels.architecture import KERNEL, weighted, with_weight
from nbnas.surrogate.kernels.settings import SettingsKernel
from nbnas.undisturbed import undisturbed

_SETTINGS: Rule[SettingsKernel] = instance(
    SettingsKernel, 'SettingsKernel({"learning_rate": nbnas.Real(1e-3, 1, log=True)})'
)


@undisturbed()
def joint_kernel(graphs: Kernel, settings: SettingsKernel) -> Kernel:
    """w_1 k_S + w_2 k_G + w_3 k_G k_S.

    Args:
        graphs: k_G; every summand gets a weight of its own.
        settings: k_S.

    Returns:
        The sum, for a `GaussianProcess`.

    Raises:
        SettingError: If one of them is no kernel.
    """
    graphs, settings = KERNEL("graphs", graphs), _SETTINGS("settings", settings)
    if isinstance(graphs, AdditiveKernel):
        graphs = weighted(graphs)
    parts = (settings, graphs, ProductKernel(graphs, settings))
    return AdditiveKernel(*(with_weight(part, 1 / 3) for part in parts))


def sees_settings(kernel: Kernel) -> bool:
    """Whether a part of a kernel compares settings."""
    return any(isinstance(part, SettingsKernel) for part in kernel.modules())


def check_seen(kernel: Kernel, architectures: Sequence[Architecture]) -> None:
    """Check that a kernel sees the settings that architectures have.

    Raises:
        ObservationError: If there are some and it does not: they would all be taken for one.
    """
    if any(a.settings for a in architectures) and not sees_settings(kernel):
        first = next(a for a in architectures if a.settings)
        raise ObservationError(
            f"expected a kernel that sees settings such as those of {first}; take "
            "prior.over(space) of their JointSpace, or joint_kernel(kernel, SettingsKernel(…))"
        )
