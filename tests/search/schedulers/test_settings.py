"""What schedulers are made of, and what is refused."""

import pytest

import nbnas as nb
from nbnas.errors import SettingError
from nbnas.records import Evaluation, Fidelities, Observations
from nbnas.search.fingerprint import fingerprint

SPACE = nb.CellSpace()
FIDELITIES = Fidelities((1, 3, 9), continued=True)
RANDOM = nb.RandomSearch()
KINDS = (nb.Asha, nb.Hyperband, nb.MedianStopping, nb.SuccessiveHalving)
every = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


@every
def test_wrong_parts_are_refused(kind):
    with pytest.raises(SettingError, match=f"no scheduler itself in {kind.__name__}, got Asha"):
        kind(nb.Asha(RANDOM, FIDELITIES), FIDELITIES)
    looking = nb.BayesianOptimization(fidelities=Fidelities((1, 9)))
    with pytest.raises(SettingError, match="without fidelities of its own"):
        kind(looking, FIDELITIES)
    for strategy, fidelities in (
        (nb.RandomSearch, FIDELITIES),
        (RANDOM, (1, 3, 9)),
        (RANDOM, None),
    ):
        with pytest.raises(SettingError):
            kind(strategy, fidelities)
    for wrong in (1, 0, -3, 2.5, "3", None, True)[kind is nb.MedianStopping :]:
        with pytest.raises(SettingError, match=r"eta|startup"):
            kind(RANDOM, FIDELITIES, wrong)


def test_a_bracket_must_train_one_to_the_end():
    with pytest.raises(SettingError, match=r"size to be at least 9, eta=3 .* 2 promotions"):
        nb.SuccessiveHalving(RANDOM, FIDELITIES, size=8)
    with pytest.raises(SettingError, match="warmup"):
        nb.MedianStopping(RANDOM, FIDELITIES, warmup=-1)


def test_the_objective_must_have_the_fidelities(noisy):
    with pytest.raises(SettingError, match="the strategy's fidelities"):
        nb.Search(SPACE, noisy(Fidelities((1, 2))), nb.Asha(RANDOM, FIDELITIES))


def test_studies_remember_all_settings(noisy):
    within = nb.RegularizedEvolution(initial=4)
    made = fingerprint(SPACE, noisy(), nb.MedianStopping(within, FIDELITIES, 4, 2), 0)
    assert made["strategy"] == "MedianStopping"
    assert made["strategy.strategy"] == "RegularizedEvolution"
    assert made["strategy.strategy.initial"] == "4"
    assert made["strategy.fidelities.epochs"] == "(1, 3, 9)"
    assert (made["strategy.startup"], made["strategy.warmup"]) == ("4", "2")


def test_what_went_another_way_is_passed_over(rng):
    cells = SPACE.sample(0, 4)
    seen = Observations(tuple(Evaluation(a, 0.5, epochs=5) for a in cells))
    asha = nb.Asha(RANDOM, FIDELITIES, 2)
    assert nb.standings(asha, seen) == ()
    made = asha.propose(SPACE, seen, (), 1, rng)
    assert made.architecture not in cells
    assert made.epochs == 1


def test_only_schedulers_tell_standings():
    assert nb.standings(RANDOM, Observations()) == ()
    with pytest.raises(nb.NbnasError):
        nb.standings(nb.Asha(RANDOM, FIDELITIES), None)
