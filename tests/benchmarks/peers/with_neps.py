"""NePS, by ask and tell, with what it picks by itself: Bayesian optimisation, or Hyperband.

Its own grammar of architectures is searched at random by default, so choices are categories here,
too. In Hyperband halving divides by a whole number, for the lengths of the table.

References:
    Mallik et al., PriorBand, NeurIPS 2023 (of the same authors); Li et al., Hyperband, JMLR 2018.
"""

import math


def full(course, seed):
    """A Gaussian process over all choices and numbers."""
    import neps

    _search(course, neps.algorithms.bayesian_optimization(_space(course)), seed)


def fidelities(course, seed):
    """Hyperband."""
    import neps

    eta = math.floor(course.ratio + 1e-9)
    _search(course, neps.algorithms.hyperband(_space(course), eta=eta), seed)


def _search(course, optimizer, seed):
    import random

    import neps
    import numpy as np
    import torch

    random.seed(seed)  # it draws from all three
    np.random.seed(seed)  # noqa: NPY002
    torch.manual_seed(seed)
    asked = neps.AskAndTell(optimizer=optimizer)
    while True:
        trial = asked.ask()
        row = [int(trial.config[f"choice_{i}"]) for i in range(len(course.choices))]
        numbers = [float(trial.config[f"x_{i}"]) for i in range(course.numbers)]
        epochs = course.nearest(trial.config.get("epochs", course.full))
        asked.tell(trial, -course.number(row, epochs, numbers))


def _space(course):
    import neps

    named = {}
    for i, options in enumerate(course.choices):
        # Words would be put into the order of a set, which differs between processes.
        named[f"choice_{i}"] = neps.Categorical(tuple(range(options)))
    named |= {f"x_{i}": neps.Float(0.0, 1.0) for i in range(course.numbers)}
    if len(course.epochs) > 1:
        named["epochs"] = neps.IntegerFidelity(course.epochs[0], course.full)
    return type("Space", (neps.PipelineSpace,), named)()
