"""What the looks of a search told: predicted full results, and what each look has changed."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from nbnas.checks import offering, whole
from nbnas.errors import SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.records import Observations
from nbnas.search.fidelities.costs import costs, fidelities_of
from nbnas.search.fidelities.told import Belief, Looks, Prediction
from nbnas.search.strategies.schedulers.standing import Standings, standings
from nbnas.surrogate.model import ModelPosterior
from nbnas.undisturbed import undisturbed

Model = Callable[[Observations], ModelPosterior | None]
_COUNT = whole(0, 1000)


@undisturbed()
def looks(search: Any, *, predictions: int = 8, beliefs: int = 6) -> Looks:  # noqa: ANN401
    """What the looks of a search told so far; the search stays as it is, and may run meanwhile.

    Args:
        search: A search whose objective has fidelities.
        predictions: Of how many architectures that were looked at, and not trained fully, to tell
            the predicted full result: those of the best means.
        beliefs: Of how many looks, the last ones, to tell what they have changed. Each takes two
            fits of the model.

    Returns:
        The looks, as a record that draws itself.

    Raises:
        SettingError: If the objective has no fidelities, or a number is below 0.

    Example:
        >>> import dataclasses
        >>> from nbnas.benchmarks.shipped import digits
        >>> from nbnas.graphs.spaces.cell import CellSpace
        >>> from nbnas.records import Fidelities
        >>> from nbnas.search.search import Search
        >>> from nbnas.search.strategies.bayesian import BayesianOptimization
        >>> table = dataclasses.replace(digits(), fidelities=Fidelities((6, 12), continued=True))
        >>> strategy = BayesianOptimization(initial=4, fidelities=table.fidelities)
        >>> looks(Search(CellSpace(), table, strategy).run(5))
        Looks(5 looks, 0 full, cost 2.5)
    """
    check = offering("a search", "Search(space, objective, strategy)", "ask", "tell")
    found, seen = fidelities_of(check("search", search).objective), search.observations
    if found is None:
        raise SettingError(
            "expected a search whose trainings may go less far than all, but "
            f"{type(search.objective).__name__} has no fidelities; give it some, such as "
            "fidelities=nbnas.Fidelities((3, 12))"
        )
    many, last = _COUNT("predictions", predictions), _COUNT("beliefs", beliefs)
    numbers = looked(seen)[-last:] if last else []
    return Looks(
        seen,
        found,
        costs(search.objective, seen),
        predicted(search.strategy, seen, many),
        believed(search.strategy, seen, numbers),
        standings(search.strategy, seen, tuple(claim.architecture for claim in search.under_way)),
    )


def predicted(strategy: object, observations: Observations, most: int) -> tuple[Prediction, ...]:
    """What is believed of what was looked at and not trained fully: the best means, best first.

    Args:
        strategy: The strategy; without a model of full results it tells nothing.
        observations: All trials so far.
        most: How many.
    """
    posterior = _posterior(strategy, observations)
    trained = set(observations.full.architectures)
    only = dict.fromkeys(
        e.architecture for e in observations.completed if e.architecture not in trained
    )
    if posterior is None or not only or not most:
        return ()
    found = _predictions(posterior, tuple(only))
    gain = observations.measure.gain
    return tuple(sorted(found, key=lambda each: -gain(each.mean))[:most])


def believed(
    strategy: object, observations: Observations, numbers: Iterable[int]
) -> tuple[Belief, ...]:
    """What some looks have changed, by the models of just before and just after each of them.

    Args:
        strategy: The strategy; without a model of full results it tells nothing.
        observations: All trials so far.
        numbers: Which of them, from 0; full trainings and failed ones are left out.
    """
    found = (_believed(strategy, observations, number) for number in numbers)
    return tuple(each for each in found if each is not None)


def looked(observations: Observations) -> list[int]:
    """The numbers of the looks that gave a value, from 0."""
    return [n for n, e in enumerate(observations) if e.epochs is not None and e.value is not None]


def _believed(strategy: object, observations: Observations, number: int) -> Belief | None:
    look = observations[number]
    if look.epochs is None or look.value is None:
        return None
    models = [_posterior(strategy, observations.first(n)) for n in (number, number + 1)]
    before, after = (
        None if model is None else _predictions(model, (look.architecture,))[0] for model in models
    )
    if before is None or after is None:  # there was no model yet
        return None
    later = (e for e in observations.evaluations[number + 1 :] if e.value is not None)
    full = (e for e in later if e.epochs is None and e.architecture == look.architecture)
    return Belief(number, look, before, after, next(full, None))


def _posterior(strategy: object, observations: Observations) -> ModelPosterior | None:
    """The model of full results by these trials; `None` where there is none, or not yet."""
    model: Model | None = getattr(strategy, "posterior", None)
    if model is None or getattr(strategy, "fidelities", None) is None:
        return None
    if isinstance(strategy, Standings):  # a scheduler's model is of one length, not of full ones
        return None
    return model(observations)


def _predictions(
    posterior: ModelPosterior, architectures: Sequence[Architecture]
) -> list[Prediction]:
    mean, stddev = posterior.predict(architectures)
    found = zip(architectures, mean.tolist(), stddev.tolist(), strict=True)
    return [Prediction(architecture, m, s) for architecture, m, s in found]
