"""Views of what a training is made of: recipes, schedules, optimisers, the range test."""

from typing import Any

from nbnas.brief import cut
from nbnas.charts.graphs.notation import notation
from nbnas.charts.training.range_test import range_test as drawn_test
from nbnas.charts.training.recipe import schedule as drawn_schedule
from nbnas.charts.training.recipe import settings as drawn_settings
from nbnas.widgets.view import View

_COLUMNS = ("setting", "by default", "here", "why")
_MATRICES, _OTHERS, _ALL = "kernels and matrices", "all other weights", "all weights"
_STEPS = {
    "SGD": ((_ALL, "the gradient, with momentum"),),
    "AdamW": ((_ALL, "the mean gradient, over the root of its mean square"),),
    "Muon": (
        (_MATRICES, "the mean gradient, made orthogonal"),
        (_OTHERS, "as AdamW: biases, normalisations, embeddings, the output layer"),
    ),
}


def recipe(recipe: Any) -> View:  # noqa: ANN401
    """What a named recipe sets, beside the default, and when to use it."""
    from nbnas.recipes.named import by_default  # torch takes a second to import

    rows = [(one.name, by_default(one.name), one.said, one.why) for one in recipe.settings]
    chart = drawn_settings(
        _COLUMNS,
        rows,
        heading=f"The recipe {recipe.name!r}",
        subtitle="for pictures; all that is not told is as by default",
    )
    return View(f"{recipe.when} Called with a data set, it gives the Trainer.", chart)


def schedule(schedule: Any) -> View:  # noqa: ANN401
    """How the learning rate changes over a training."""
    said = f"{schedule!r}: the learning rate over a training, as a share of the highest."
    return View(said, drawn_schedule(schedule))


def optimizer(optimizer: Any) -> View:  # noqa: ANN401
    """What each weight's step is made of, and the learning rates that are usual."""
    rates = {text: optimizer.usual(text=text)["learning_rate"] for text in (False, True)}
    said = f"usual learning rate {rates[False]:g} for pictures, {rates[True]:g} for text"
    rows = _STEPS[type(optimizer).__name__]
    chart = drawn_settings(("weights", "step along"), rows, heading=repr(optimizer), subtitle=said)
    return View(f"{optimizer!r}: {said}.", chart)


def speed(found: Any) -> View:  # noqa: ANN401
    """What is chosen for the speed of a training, each with its reason."""
    rows = []
    for each in found.choices:
        rows.append((each.name, each.chosen, each.why))
        rows += [("", "", f"quicker: {each.quicker}")] * bool(each.quicker)
    names = ("what", "chosen", "why")
    chart = drawn_settings(
        names,
        rows,
        heading=f"A training on {found.device}: {found.steps} steps",
        subtitle=cut(notation(found.architecture), 90),
    )
    first = found.choices[0]
    more = f" It would be quicker with {first.quicker}." if first.quicker else ""
    return View(
        f"How {notation(found.architecture)} is trained on {found.device}: {first.chosen} steps, "
        f"as {first.why}.{more}",
        chart,
    )


def range_test(found: Any) -> View:  # noqa: ANN401
    """The loss by learning rate, and what is suggested."""
    said = (
        f"Range test of {notation(found.architecture)}: the loss falls most at a learning rate of "
        f"{found.suggestion:.3g}, which is suggested as the highest of a schedule; it is lowest "
        f"at {found.lowest:.3g}, beyond which a training diverges. The recipe has "
        f"{found.learning_rate:.3g}."
    )
    return View(said, drawn_test(found))
