"""The frozen facts of a run: what was measured, what was chosen, and why.

Conventions: a value is in the unit of its measure, a fraction in [0, 1] by default; losses are in
nats; times in seconds; parameters and multiply-adds are plain counts; `n` observations, `m`
candidates.
"""

from nbnas.records.claim import Claim, Origin
from nbnas.records.comparison import Comparison, Standing
from nbnas.records.estimate import TimeEstimate
from nbnas.records.evaluation import Evaluation, Status
from nbnas.records.fidelities import Fidelities
from nbnas.records.goals.constraint import Constraint, at_least, at_most
from nbnas.records.goals.goals import Goals
from nbnas.records.goals.known import MeasuredBy
from nbnas.records.measure import ACCURACY, MULTIPLY_ADDS, PARAMETERS, Measure
from nbnas.records.observations import Observations
from nbnas.records.profile import StepProfile
from nbnas.records.proposal import Candidate, Proposal, Step
from nbnas.records.relaxation import CellWeights, RelaxationReport
from nbnas.records.report import EpochReport

__all__ = [
    "ACCURACY",
    "MULTIPLY_ADDS",
    "PARAMETERS",
    "Candidate",
    "CellWeights",
    "Claim",
    "Comparison",
    "Constraint",
    "EpochReport",
    "Evaluation",
    "Fidelities",
    "Goals",
    "Measure",
    "MeasuredBy",
    "Observations",
    "Origin",
    "Proposal",
    "RelaxationReport",
    "Standing",
    "Status",
    "Step",
    "StepProfile",
    "TimeEstimate",
    "at_least",
    "at_most",
]
