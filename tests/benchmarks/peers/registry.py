"""Which peers there are: by which name, in which environment, by which function of which file.

A setting that is not its package's default is said beside the function.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Peer:
    """A search of somebody else's.

    Attributes:
        environment: Of `environments.ENVIRONMENTS`; the peer's packages are in it.
        module: The file of this folder that asks them.
        function: The function in it, of a course and a seed.
    """

    environment: str
    module: str
    function: str


# Every training goes all the way: on tables with one length, and, where they take numbers, on
# functions of choices and numbers.
FULL = {
    "Optuna TPE": Peer("optuna", "with_optuna", "tpe"),
    "Optuna GP": Peer("optuna", "with_optuna", "gp"),
    "Vizier": Peer("vizier", "with_vizier", "ucb_pe"),
    "Ax": Peer("ax", "with_ax", "ax"),
    "SMAC": Peer("smac", "with_smac", "full"),
    "NePS": Peer("neps", "with_neps", "full"),
    "Syne Tune BORE": Peer("syne-tune", "with_syne_tune", "bore"),
}
# Some trainings stop early: on tables with several lengths.
FIDELITIES = {
    "Optuna ASHA, random": Peer("optuna", "with_optuna", "asha_random"),
    "Optuna ASHA, TPE": Peer("optuna", "with_optuna", "asha_tpe"),
    "Optuna Hyperband, random": Peer("optuna", "with_optuna", "hyperband_random"),
    "Optuna Hyperband, TPE": Peer("optuna", "with_optuna", "hyperband_tpe"),
    "DEHB": Peer("dehb", "with_dehb", "dehb"),
    "SMAC": Peer("smac", "with_smac", "fidelities"),
    "NePS": Peer("neps", "with_neps", "fidelities"),
    "Syne Tune ASHA": Peer("syne-tune", "with_syne_tune", "asha"),
    "Syne Tune ASHA, BORE": Peer("syne-tune", "with_syne_tune", "asha_bore"),
}
