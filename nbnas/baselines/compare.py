"""Training known networks by the recipe of a search, beside what it found."""

import dataclasses
from collections.abc import Iterator, Sequence

from nbnas.baselines.baseline import BASELINE, RATES, TRAINER, Baseline
from nbnas.baselines.known import known
from nbnas.baselines.lineup import FOUND, Lineup
from nbnas.checks import SEED, each
from nbnas.records import Evaluation
from nbnas.records.evaluation import EVALUATION
from nbnas.training.trainer import Trainer

_BASELINES = each(BASELINE, least=1, of="a Baseline, as in (nbnas.baselines.lenet5,)")


def compare(
    found: Evaluation,
    trainer: Trainer,
    baselines: Sequence[Baseline] | None = None,
    seed: int = 0,
    *,
    rates: Sequence[float] = RATES,
) -> Lineup:
    """Train known networks as a search trains its trials, and put them beside what it found.

    Where the measure on the test part is known of what was found, as after a search's `finish`,
    it is measured of the others, too, and compared: by the validation part something was chosen.

    Args:
        found: What the search found, such as `search.best` or `search.finish()`.
        trainer: The recipe of the search.
        baselines: The known networks; `None` for all that read the trainer's data.
        seed: Seed of their trainings.
        rates: Factors of the recipe's learning rate that each of them may have, see
            `Baseline.train`; `(1.0,)` for the very recipe, in half the time.

    Returns:
        The lineup; a network that cannot be trained on this data is in it as failed.

    Example:
        >>> from nbnas.baselines.known import plain
        >>> from nbnas.graphs.spaces.cell import CellSpace
        >>> from nbnas.training.data.images import digits
        >>> trainer = Trainer(digits(), epochs=1)
        >>> found = trainer(CellSpace().sample(0, 1)[0])
        >>> compare(found, trainer, (plain,)).names
        ('found', 'plain')
    """
    lineup = None
    for lineup in compared(found, trainer, baselines, seed, rates=rates):  # noqa: B007
        pass
    assert lineup is not None  # the first one is what was found
    return lineup


def compared(
    found: Evaluation,
    trainer: Trainer,
    baselines: Sequence[Baseline] | None = None,
    seed: int = 0,
    *,
    rates: Sequence[float] = RATES,
) -> Iterator[Lineup]:
    """The lineup as it grows: first what was found alone, then with each one that is trained.

    Args:
        found: As for `compare`.
        trainer: As for `compare`.
        baselines: As for `compare`.
        seed: As for `compare`.
        rates: As for `compare`.

    Yields:
        What is known so far.
    """
    found, trainer = EVALUATION("found", found), TRAINER("trainer", trainer)
    seed, chosen = SEED("seed", seed), known(trainer.data) if baselines is None else baselines
    names: tuple[str, ...] = (FOUND,)
    evaluations: tuple[Evaluation, ...] = (found,)
    yield Lineup(names, evaluations)
    for baseline in _BASELINES("baselines", chosen):
        trained = baseline.train(trainer, seed, rates=rates, test=found.test is not None)
        trained = dataclasses.replace(trained, measure=found.measure)
        names, evaluations = (*names, baseline.name), (*evaluations, trained)
        yield Lineup(names, evaluations)
