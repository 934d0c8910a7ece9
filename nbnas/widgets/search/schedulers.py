"""The view of a scheduler: how many are trained how far, who goes on, and what that costs."""

from nbnas import charts
from nbnas.charts.search.brackets import costs
from nbnas.search.strategies.schedulers.asha import Asha
from nbnas.search.strategies.schedulers.hyperband import Hyperband
from nbnas.search.strategies.schedulers.median import MedianStopping
from nbnas.search.strategies.schedulers.successive_halving import SuccessiveHalving
from nbnas.widgets.view import View


def halving(found: SuccessiveHalving) -> View:
    """One bracket, which begins again and again."""
    plan = found.bracket
    sizes = ", ".join(f"{size:,}" for size in plan.sizes)
    said = (
        f"Successive halving, new ones by {_inner(found.strategy)}: {sizes} are trained for "
        f"{_lengths(found)}, then another bracket begins."
    )
    return View(said, charts.brackets(found.fidelities, (plan,)))


def hyperband(found: Hyperband) -> View:
    """All brackets of a cycle."""
    plans = found.brackets
    spent = sorted(sum(costs(found.fidelities, plan)) for plan in plans)
    said = (
        f"Hyperband, new ones by {_inner(found.strategy)}: {len(plans)} brackets of successive "
        f"halving, which cost {spent[0]:.3g} to {spent[-1]:.3g} full trainings each and begin "
        f"further and further up; then again."
    )
    return View(said, charts.brackets(found.fidelities, plans))


def asha(found: Asha) -> View:
    """What comes of as many new ones as one full training takes."""
    plan = found.bracket
    said = (
        f"Asynchronous successive halving, new ones by {_inner(found.strategy)}: whoever is free "
        f"promotes what is among the best 1/{found.eta} of its rung, or begins anew. Of "
        f"{plan.begins:,} new ones about one is trained for {found.fidelities.full} epochs."
    )
    return View(said, charts.brackets(found.fidelities, (plan,)))


def median(found: MedianStopping) -> View:
    """The rule in words, above what each length costs."""
    warmup = f" and {found.warmup} epochs" if found.warmup else ""
    said = (
        f"Median stopping, new ones by {_inner(found.strategy)}: each one is trained on for "
        f"{_lengths(found)} until it is worse than half of those that went through; none is "
        f"stopped before {found.startup} full trainings{warmup}."
    )
    return View(said, charts.fidelities(found.fidelities))


def _inner(strategy: object) -> str:
    return type(strategy).__name__


def _lengths(found: SuccessiveHalving | MedianStopping) -> str:
    return f"{', '.join(map(str, found.fidelities.epochs))} epochs"
