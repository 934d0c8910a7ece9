"""Kernels over architectures, the prior, the posterior, and acquisition functions."""

import warnings

# gpytorch's linear_operator still calls torch.jit.script, which newer versions of torch deprecate
# at import; whoever opens a notebook can do nothing about it.
with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message=".*torch.jit.*")
    import gpytorch  # noqa: F401
