"""Why a candidate was chosen for several goals or within limits, in words."""

from nbnas.records import Candidate, Goals
from nbnas.records.proposal import Prediction

SURE = 0.995  # a probability from which on a limit is as good as met


def reason_of_goals(winner: Candidate, goals: Goals, aim: str) -> str:
    """Why a candidate was chosen, in one or two sentences.

    Args:
        winner: The candidate.
        goals: What is wanted.
        aim: What was expected most of it; empty for the value alone.
    """
    value = Prediction(goals.value, winner.mean, winner.stddev)
    known = [k.measure.name for k in goals.known]
    told = [
        f"{p.measure.name} {p.words}{' (known)' * (p.measure.name in known)}"
        for p in winner.further
    ]
    gain = goals.value.expected(winner.expected_improvement)
    if aim:
        gain = f"most is expected of it by {aim}"
    elif len(goals.measures) > 1:
        gain = f"{gain}, which alone counts in each third trial"
    said = f"Predicted {', '.join([value.words, *told])}; {gain}"
    if winner.feasible >= SURE or not goals.believed:
        return f"{said}."
    limits = " and ".join(limit.words for limit in goals.believed)
    return f"{said}. It meets the limit {limits} with a probability of {winner.feasible:.0%}."
