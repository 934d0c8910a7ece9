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
from nbnas.records.measure import ACCURACY, Measure
from nbnas.records.observations import Observations
from nbnas.records.profile import StepProfile
from nbnas.records.proposal import Candidate, Proposal, Step
from nbnas.records.report import EpochReport

__all__ = [
    "ACCURACY",
    "Candidate",
    "Claim",
    "Comparison",
    "EpochReport",
    "Evaluation",
    "Fidelities",
    "Measure",
    "Observations",
    "Origin",
    "Proposal",
    "Standing",
    "Status",
    "Step",
    "StepProfile",
    "TimeEstimate",
]
