"""Views of what looks told: all of it, and what one look has changed."""

from nbnas import charts
from nbnas.charts.graphs.notation import notation
from nbnas.charts.search.looks.rungs import told as went
from nbnas.charts.search.looks.spent import told as spent
from nbnas.records import ACCURACY
from nbnas.search.fidelities.told import Belief, Looks
from nbnas.widgets.view import View


def looks(found: Looks) -> View:
    """How far trainings went, what was spent, and what looks have changed."""
    return View(" ".join([f"{went(found)[0]}.", *spent(found)]), charts.looks(found))


def belief(found: Belief) -> View:
    """The predicted full result before and after a look."""
    measure, look = found.look.measure or ACCURACY, found.look
    was, is_ = (
        f"{measure.text(each.mean, digits=1)} ± {measure.text(each.stddev, digits=1)}"
        for each in (found.before, found.after)
    )
    value = "nothing" if look.value is None else measure.text(look.value, digits=1)
    said = f"The look of {look.epochs} epochs, {value}, moved the predicted full {measure.noun}"
    end = f" from {was} to {is_}: {notation(look.architecture)}."
    if found.full is not None and found.full.value is not None:
        end += f" It came out at {measure.text(found.full.value, digits=1)}."
    return View(said + end, charts.beliefs((found,), measure))
