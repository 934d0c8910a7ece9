"""The methods on shared weights, short ones, and what they tell."""

import dataclasses

import nbnas as nb

METHODS = {
    "darts": nb.Darts(epochs=3, learning_rate=0.05),
    "second order": nb.Darts(2, 3, 0.05, remedy=nb.BetaDecay()),
    "warm-up": nb.Darts(epochs=3, learning_rate=0.05, warmup=1, remedy=nb.AuxiliarySkip()),
    "perturbation": nb.PerturbationSelection(3, warmup=1),
    "one-shot": nb.SinglePathOneShot(3, candidates=4),
}


def numbers(relaxation):
    """All that is told of it but for seconds."""
    return [dataclasses.replace(each, seconds=0.0) for each in relaxation.reports]
