"""What is right for arguments of goals, limits and what is known beforehand."""

import numpy as np

import nbnas as nb


def convolutions(architecture):
    return str(architecture).count("conv")


def overrides(cells):
    """What is right for an argument of one callable only, where its name means something else."""
    known = nb.MeasuredBy(convolutions, nb.PARAMETERS)
    values = {"values": np.array([0.5])}
    return {
        "Goals": {"measures": (nb.ACCURACY, nb.PARAMETERS)},
        "Constraint": {"bound": 1.0},
        "Constraint.met": values,
        "Constraint.slack": values,
        "MeasuredBy": {"function": convolutions, "measure": nb.PARAMETERS},
        "KnownKernel": {"known": known.among(cells)},
        "at_most": {"of": "parameters", "bound": 1.0},
        "at_least": {"of": "parameters", "bound": 1.0},
    }
