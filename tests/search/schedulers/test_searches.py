"""Searches with schedulers: resumed, replayed, shared by workers, with any strategy within."""

import dataclasses

import numpy as np
import pytest

import nbnas as nb
from nbnas.errors import ArchitectureError, SearchError, SettingError, StudyMismatchError
from nbnas.graphs.canonical import functional_form
from nbnas.records import Fidelities

SPACE = nb.CellSpace()
SMALL = nb.Subspace(SPACE, tuple(dict.fromkeys(SPACE.sample(0, 500))))
FIDELITIES = Fidelities((1, 3, 9), continued=True)
RANDOM = nb.RandomSearch()
KINDS = (nb.Asha, nb.Hyperband, nb.MedianStopping, nb.SuccessiveHalving)
WITHIN = (
    nb.BayesianOptimization(initial=4),
    nb.RegularizedEvolution(initial=4),
    nb.LocalSearch(initial=4),
    nb.Reinforce(initial=4),
    nb.Tpe(initial=4),
)
every = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


def told(search):
    return [(e.architecture, e.epochs, e.value) for e in search.observations]


@every
def test_a_search_is_resumed_and_every_round_made_again(kind, noisy, tmp_path):
    strategy, store = kind(RANDOM, FIDELITIES), tmp_path / "runs.db"
    alone = nb.Search(SPACE, noisy(), strategy).run(cost=6)
    assert alone.spent <= 6
    assert alone.observations.full.completed
    for trials in (2, 9, 10, 14):
        nb.Search(SPACE, noisy(), kind(RANDOM, FIDELITIES), store=store).run(trials)
    again = nb.Search(SPACE, noisy(), kind(RANDOM, FIDELITIES), store=store).run(cost=6)
    assert told(again) == told(alone)
    for number in range(0, len(alone.observations), 5):
        made = nb.replay(again, number).proposal
        assert made.architecture == alone.observations[number].architecture
        assert made.epochs == alone.observations[number].epochs
    with pytest.raises(StudyMismatchError):
        nb.Search(SPACE, noisy(), kind(RANDOM, FIDELITIES, 7), store=store)


@pytest.mark.parametrize("within", WITHIN, ids=lambda one: type(one).__name__)
def test_nothing_is_begun_twice_by_any_strategy(simulated, within):
    search = simulated(nb.Hyperband(within, FIDELITIES), workers=4, space=SMALL).run(45)
    begun = [made for _, made, seen, pending in search.asked
             if made.architecture not in (*seen.architectures, *pending)]  # fmt: skip
    forms = [functional_form(made.architecture) for made in begun]
    assert len(set(forms)) == len(forms) > 15
    for _, made, seen, pending in search.asked:
        assert made.architecture not in pending
        assert (made.architecture, made.epochs) not in {
            (e.architecture, e.epochs) for e in seen.evaluations
        }
    assert {made.epochs for made in begun} == {1, 3, None}


def test_a_model_is_resumed_with_the_same_numbers(noisy, tmp_path):
    def made():
        within = nb.BayesianOptimization(initial=4)
        return nb.Search(SMALL, noisy(), nb.Asha(within, FIDELITIES), store=tmp_path / "runs.db")

    alone = nb.Search(SMALL, noisy(), nb.Asha(WITHIN[0], FIDELITIES)).run(26)
    for trials in (13, 20, 26):
        search = made().run(trials)
    assert told(search) == told(alone)
    assert len(search.observations.full) < 4 <= len(search.observations.at(3))
    assert search.posterior.observations == search.observations.at(3).as_full()
    modelled = [n for n, e in enumerate(told(search)) if e[1] == 1][-1]
    said = nb.replay(search, modelled).proposal.reason
    assert said.startswith(
        "New, for 1 epoch, as none may be promoted; by values at 3 epochs; pred"
    )


def test_a_strategy_is_shown_the_highest_rung_with_enough(noisy):
    shown = []

    @dataclasses.dataclass(frozen=True)
    class Watching(nb.RegularizedEvolution):
        def propose(self, space, observations, pending, n, rng):
            shown.append((observations, pending))
            return nb.RegularizedEvolution.propose(self, space, observations, pending, n, rng)

    search = nb.Search(SPACE, noisy(), nb.Asha(Watching(initial=5), FIDELITIES)).run(60)
    counts = dict.fromkeys((1, 3, None), 0)
    known = iter(shown)
    for number, each in enumerate(search.observations):
        if each.epochs == 1:
            seen, pending = next(known)
            enough = [e for e in (None, 3) if counts[e] >= 5]
            rung = search.observations.first(number).at(enough[0] if enough else 1)
            assert seen.architectures == rung.architectures
            assert {e.epochs for e in seen} <= {None}
            assert not pending or not enough
        counts[each.epochs] += 1
    assert counts[None] >= 5


def test_what_is_to_be_tried_first_is(simulated, noisy):
    first = SPACE.sample(5, 7)
    within = nb.RegularizedEvolution(initial=4, first=first)
    search = simulated(nb.SuccessiveHalving(within, FIDELITIES), workers=3).run(30)
    assert [made.architecture for _, made, _, _ in search.asked[:7]] == [*first]
    assert "Number 3 of the 7" not in search.asked[2][1].reason
    assert "number 3 of the 7 to be tried first" in search.asked[2][1].reason
    begun = {made.architecture for _, made, _, _ in search.asked if made.epochs == 1}
    assert len(begun) == sum(made.epochs == 1 for _, made, _, _ in search.asked)
    outside = nb.CnnSpace().sample(0, 1)
    with pytest.raises(ArchitectureError, match="to try first"):
        nb.Search(SPACE, noisy(), nb.Asha(nb.RandomSearch(first=outside), FIDELITIES))


@every
def test_a_space_that_is_used_up_is_trained_to_the_end(kind, noisy):
    small = nb.Subspace(SPACE, SPACE.sample(3, 12))
    within = nb.RandomSearch(allow_isomorphic=True)
    search = nb.Search(small, noisy(), kind(within, FIDELITIES))
    with pytest.raises(SearchError, match="nothing is left"):
        search.run(1000)
    assert len(search.observations.full) == 12
    assert len(set(told(search))) == len(search.observations)
    assert nb.replay(search, len(search.observations) - 1).proposal.reason.endswith(
        "and nothing new is left."
    )


@every
def test_failed_ones_never_go_on(kind, noisy):
    search = nb.Search(SPACE, noisy(broken=3), kind(RANDOM, FIDELITIES)).run(70)
    failed = {e.architecture for e in search.observations if e.value is None}
    for each in failed:
        rungs = [e.value for e in search.observations if e.architecture == each]
        assert None not in rungs[:-1]
    stands = {s.architecture: s for s in nb.standings(search.strategy, search.observations)}
    assert {stands[each].state for each in failed} == {"failed"}


@pytest.mark.slow
@every
def test_two_workers_share_a_search(kind, noisy, tmp_path):
    store = tmp_path / "runs.db"
    search = nb.Search(SPACE, noisy(), kind(RANDOM, FIDELITIES), store=store)
    search.run(cost=4, workers=2)
    assert search.spent <= 4 + 1e-9
    again = nb.Search(SPACE, noisy(), kind(RANDOM, FIDELITIES), store=store)
    for number in range(len(again.observations)):
        origin = next(e for e in again.observations if e.origin.number == number)
        made = nb.replay(again, number).proposal
        assert (made.architecture, made.epochs) == (origin.architecture, origin.epochs)


def test_several_are_proposed_at_once(noisy, rng):
    search = nb.Search(SPACE, noisy(), nb.SuccessiveHalving(RANDOM, FIDELITIES)).run(7)
    coming = search.strategy.propose(SPACE, search.observations, (), 5, rng)
    assert (len(coming.architectures), coming.epochs) == (2, 1)  # the bracket has room for two
    search.run(9)
    coming = search.strategy.propose(SPACE, search.observations, (), 5, rng)
    assert (len(set(coming.architectures)), coming.epochs) == (3, 3)


def test_lower_is_better_where_the_measure_says_so(noisy):
    loss = nb.Measure("loss", maximize=False, lower=0)
    search = nb.Search(SPACE, noisy(), nb.SuccessiveHalving(RANDOM, FIDELITIES), measure=loss)
    search.run(13)
    looks = search.observations.at(1).completed
    best = sorted(looks, key=lambda e: e.value)[:3]
    promoted = search.observations.at(3).architectures
    assert {*promoted} == {e.architecture for e in best}
    fractions = nb.BayesianOptimization(nb.GaussianProcess(warp=nb.NegativeLogError()))
    with pytest.raises(SettingError, match="expected a fraction"):
        nb.Search(SPACE, noisy(), nb.Asha(fractions, FIDELITIES), measure=loss)


def test_what_is_prepared_changes_nothing(noisy, rng):
    def strategy():
        return nb.Asha(nb.BayesianOptimization(initial=4), FIDELITIES)

    search = nb.Search(SMALL, noisy(), strategy()).run(11)
    prepared = strategy()
    prepared.prepare(SMALL, search.observations)
    asked = (SMALL, search.observations, search.observations.architectures[:3], 1)
    made = [s.propose(*asked, np.random.default_rng(3)) for s in (strategy(), prepared)]
    assert made[0] == made[1]
    nb.Asha(RANDOM, FIDELITIES).prepare(SMALL, search.observations)
    assert nb.Asha(RANDOM, FIDELITIES).posterior(search.observations) is None
