"""What is right for arguments: whole spaces, an objective, and what schedulers are made of."""

import nbnas as nb

SCHEDULED = {"strategy": nb.RandomSearch(), "fidelities": nb.Fidelities((1, 2))}
SPACES = {
    "CellSpace": nb.CellSpace(),
    "ChainSpace": nb.ChainSpace(3),
    "ChoiceSpace": nb.ChoiceSpace(width=(16, 32), activation=("relu", "gelu")),
    "CnnSpace": nb.CnnSpace(),
    "DagSpace": nb.DagSpace(4),
    "DartsSpace": nb.DartsSpace(),
    "JointSpace": nb.JointSpace(
        nb.CellSpace(), rate=nb.Real(1e-3, 1, log=True), kind=nb.Categorical("a", 2)
    ),
    "RecurrentSpace": nb.RecurrentSpace((2, 5)),
    "Subspace": nb.Subspace(nb.CellSpace(), nb.CellSpace().sample(0, 20)),
}


def count(architecture, seed=0):
    return nb.Evaluation(architecture, str(architecture).count("conv") / 6)
