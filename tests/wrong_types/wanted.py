"""What is right for arguments of goals, limits, what is known beforehand, and of tables."""

import numpy as np

import nbnas as nb
from nbnas.installed.fact import Fact
from nbnas.surrogate.process.diagnosis import diagnose
from nbnas.training.speed.explanation import SpeedChoice

CHOICE = SpeedChoice("steps", "eager", "there is no GPU")


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
        **tables(cells),
    }


def tables(cells):
    """What has rows: none, where that is right."""
    trials = tuple(nb.Evaluation(a, 0.5 + i / 50) for i, a in enumerate(cells[:12]))
    diagnosis = diagnose(nb.HammingDistance(), nb.Subspace(nb.CellSpace(), cells), trials)
    nothing = {"strategies": (), "differences": ()}
    return {
        "BenchmarkCurves": {"curves": {}, "strategies": (), "seeds": {}},
        "Diagnoses": {"diagnoses": (diagnosis,)},
        "Embedding": {"positions": np.zeros((len(cells), 2))},
        "PairedDifferences": nothing,
        "SpeedExplanation": {"device": "cpu", "choices": (CHOICE,)},
        "Why": {"neighbors": (), "differences": ()},
    }
