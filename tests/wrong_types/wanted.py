"""What is right for arguments of goals, limits, what is known beforehand, and what is here."""

import numpy as np

import nbnas as nb
from nbnas.installed.fact import Fact


def convolutions(architecture):
    return str(architecture).count("conv")


def overrides(cells):
    """What is right for an argument of one callable only, where its name means something else."""
    known = nb.MeasuredBy(convolutions, nb.PARAMETERS)
    values = {"values": np.array([0.5])}
    return {
        "About": {"facts": (Fact("versions", "nbnas", "1.0"),)},
        "Goals": {"measures": (nb.ACCURACY, nb.PARAMETERS)},
        "Constraint": {"bound": 1.0},
        "Constraint.met": values,
        "Constraint.slack": values,
        "MeasuredBy": {"function": convolutions, "measure": nb.PARAMETERS},
        "KnownKernel": {"known": known.among(cells)},
        "at_most": {"of": "parameters", "bound": 1.0},
        "at_least": {"of": "parameters", "bound": 1.0},
    }
