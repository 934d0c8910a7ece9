"""The view of fidelities: how far trainings may go, and what that costs."""

from nbnas import charts
from nbnas.records import Fidelities
from nbnas.widgets.view import View


def fidelities(found: Fidelities) -> View:
    """The lengths in words, and their costs."""
    lower = ", ".join(map(str, found.lower))
    spared = ", which a longer training goes on from" if found.continued else ""
    said = f"Looks of {lower} epochs{spared}; a full training has {found.full}."
    return View(said, charts.fidelities(found))
