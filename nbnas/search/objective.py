"""What is maximised or minimised: the protocol of an objective."""

import dataclasses
import inspect
from collections.abc import Generator
from typing import Any, Protocol, cast, runtime_checkable

from nbnas.errors import SearchError, SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.records import ACCURACY, Evaluation, Measure
from nbnas.records.evaluation import as_number
from nbnas.training.checkpoints.keeper import remove_checkpoint
from nbnas.training.trainer import Trainer

Result = Evaluation | float | Generator[Any, None, Any]


@runtime_checkable
class Objective(Protocol):
    """Evaluates architectures: any callable with this signature is one, a plain function too.

    It returns the value as a number, or an `Evaluation` that knows more; or it is a generator that
    yields a number or an `EpochReport` after each epoch, the last of which is the value. A
    generator is live: it is shown while it runs, and can be paused and stopped between two epochs.

    It may offer more: `measure` (what its values are; `nbnas.ACCURACY` if it does not say),
    `epochs` (how many a generator will yield), `fingerprint() -> dict[str, str]` (what a study
    remembers of it), `test(architecture, seed) -> float` (the measure on held-out data) and
    `estimate(space, trials, seed) -> nbnas.TimeEstimate` (how long trials will take),
    `for_space(space)` (the objective as it is for a space, such as one that knows its operations),
    `own_settings(space)` (pairs of name and value: by what it trains an architecture that has no
    settings, as far as a `JointSpace` may have these; Bayesian optimisation tries them first),
    `fidelities` (the `nbnas.Fidelities` of its trainings; it is then also called with `epochs=…`
    for one that goes less far; where they are continued, a longer one is a further call, with the
    seed of the first and more `epochs`, or none for all, and gives what the whole training gives:
    it may go on from files of its own), `cost(architecture, epochs)` (what a training costs, in
    full ones, where that is not in proportion to its epochs) and
    `start(architecture, seed)` (a live `Training` with a `run()`; one that can be iterated over
    its epochs, with `stop()` and `evaluation`, lets a search pause and stop between two of them).
    """

    def __call__(self, architecture: Architecture, seed: int = 0) -> Result:
        """Evaluate one architecture; an exception makes the trial a failed one."""


def check_objective(objective: object) -> None:
    """Check that an objective can be called as `(architecture, seed=…)`.

    Raises:
        SettingError: If it cannot: that would be thirty failed trials later on.
    """
    name = getattr(objective, "__qualname__", type(objective).__name__)
    if isinstance(objective, type):
        raise SettingError(f"expected an objective, got the class {name}; make one: {name}(…)")
    if not callable(objective):
        raise SettingError(
            "expected an objective, such as a Trainer or a function (architecture, seed), got "
            f"{type(objective).__name__}, which cannot be called"
        )
    called = objective if inspect.isroutine(objective) else type(objective).__call__
    if inspect.iscoroutinefunction(called) or inspect.isasyncgenfunction(called):
        raise SettingError(f"expected a function without async as objective, got {name}")
    try:
        signature = inspect.signature(objective)
    except (TypeError, ValueError):  # some compiled functions do not tell theirs
        return
    try:
        signature.bind(None, seed=0)
    except TypeError as error:
        raise SettingError(
            f"expected an objective that can be called as (architecture, seed=0), got "
            f"{name}{signature}: {error}; let it be def {name.rpartition('.')[2]}"
            "(architecture, seed=0)"
        ) from error


def suited(objective: Any, space: SearchSpace) -> Any:  # noqa: ANN401
    """The objective as it is for a space; the objective itself, where it does not ask for one.

    Raises:
        SettingError: If it is none, or the space's operations cannot be built.
    """
    check_objective(objective)
    fitted = getattr(type(objective), "for_space", None)
    return objective if fitted is None else objective.for_space(space)


def planned(objective: object) -> int | None:
    """How many epochs an objective says that it takes, if it says so."""
    epochs = getattr(objective, "epochs", None)
    return epochs if isinstance(epochs, int) and epochs > 0 else None


def measure_of(objective: object, given: Measure | None = None) -> Measure:
    """What an objective's values are.

    Args:
        objective: The objective.
        given: What the caller says of it, where it does not say so itself.

    Returns:
        The measure; validation accuracy where nobody says anything.

    Raises:
        SettingError: If it is no measure, or the objective says another one.
    """
    own = getattr(objective, "measure", None)
    for measure in (own, given):
        if measure is not None and not isinstance(measure, Measure):
            raise SettingError(
                'expected a measure such as nbnas.Measure("loss", maximize=False), got '
                f"{measure!r:.100}"
            )
    if own is not None and given is not None and own != given:
        raise SettingError(f"expected the measure of the objective, {own}, got {given}")
    return given or own or ACCURACY


def on_test_data(
    objective: object, measure: Measure, best: Evaluation, place: str = ""
) -> Evaluation:
    """The evaluation with the measure on held-out test data.

    Args:
        objective: What tells it.
        measure: What it is.
        best: The evaluation.
        place: Where a training for it keeps checkpoints; empty for nowhere.

    Raises:
        SearchError: If the objective knows no test data.
        ObservationError: If what it says is no number, or outside the bounds of the measure.
    """
    test = getattr(objective, "test", None)
    if test is None:
        raise SearchError(
            f"{type(objective).__name__} has no held-out test data: give it a method "
            "test(architecture, seed) -> number"
        )
    if place and getattr(type(objective), "test", None) is Trainer.test:
        made: object = _tested(cast(Trainer, objective), best, place)
    else:
        made = test(best.architecture, seed=best.seed)
    return dataclasses.replace(best, test=measure.check(as_number(made)))


def _tested(trainer: Trainer, best: Evaluation, place: str) -> float | None:
    """As `Trainer.test`; where it was ended before, it goes on from its checkpoint."""
    recipe = dataclasses.replace(trainer, keep_weights=False)  # those of the trial are kept
    value = recipe.start(best.architecture, best.seed, final=True).keep(place).run().value
    remove_checkpoint(place)
    return value
