"""The kernel that a prior has by default."""

from gpytorch.kernels import AdditiveKernel, Kernel

from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.surrogate.kernels.distance import DistanceKernel
from nbnas.surrogate.kernels.weisfeiler_lehman import WeisfeilerLehmanKernel
from nbnas.undisturbed import undisturbed


@undisturbed()
def default_kernel() -> Kernel:
    """Weisfeiler-Lehman of the depths 0, 1 and 2, plus Hamming, each with a weight of its own.

    What operations there are tells most when little is known, their surroundings tell more later
    on, and Hamming tells all architectures apart.
    """
    depths = [WeisfeilerLehmanKernel(depth) for depth in (0, 1, 2)]
    return AdditiveKernel(*depths, DistanceKernel(HammingDistance()))
