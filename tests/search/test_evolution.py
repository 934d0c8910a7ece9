from collections import Counter

import numpy as np
import pytest

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.spaces.cell import CellSpace, operations_of
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.records import ACCURACY, Evaluation, Goals, Measure, MeasuredBy, Observations, at_most
from nbnas.records.goals.pareto import hypervolume
from nbnas.records.goals.ranking import preferred
from nbnas.search.search import Search
from nbnas.search.strategies.evolution import RegularizedEvolution, by_fronts, winner
from nbnas.search.strategies.random import RandomSearch

SPACE = CellSpace()


class Sterile(CellSpace):
    """The cell space, pretending that no edit stays inside."""

    __slots__ = ()

    def mutate(self, architecture, rng):
        raise ArchitectureError("no edit stays inside")


def observed(values):
    cells = SPACE.sample(0, len(values))
    return Observations(tuple(Evaluation(a, v) for a, v in zip(cells, values, strict=True)))


def differences(a, b):
    return sum(x != y for x, y in zip(operations_of(a), operations_of(b), strict=True))


@pytest.mark.parametrize(("living", "tournament"), [(5, 1), (5, 2), (8, 3)])
def test_the_winner_has_the_rank_that_a_tournament_gives(living, tournament, rng):
    """P(best of S draws with replacement has rank r of P) = ((P - r + 1)^S - (P - r)^S) / P^S."""
    values = np.array([9.0, *rng.permutation(living)])  # the first one is too old
    draws = 20_000
    won = Counter(winner(values, living, tournament, rng) for _ in range(draws))
    assert 0 not in won
    for place in range(1, living + 1):
        below = values[place]
        chance = ((below + 1) ** tournament - below**tournament) / living**tournament
        assert won[place] / draws == pytest.approx(chance, abs=5 * np.sqrt(chance / draws) + 1e-9)


def test_age_kills_the_best():
    values = [0.99, 0.1, 0.2, 0.3]
    strategy = RegularizedEvolution(population=3, tournament=100, initial=2)
    for seed in range(20):
        proposal = strategy.propose(SPACE, observed(values), (), 1, np.random.default_rng(seed))
        assert "A mutation of trial 3 (30.0 %), the best of 100 draws from the 3 youngest" in (
            proposal.reason
        )
        assert differences(proposal.architecture, observed(values)[3].architecture) == 1


def test_a_child_is_one_edit_from_a_young_parent(table):
    strategy = RegularizedEvolution(population=7, tournament=3, initial=4)
    search = Search(SPACE, table, strategy, seed=0)
    parents = Counter()
    for number in range(40):
        reason = search.ask().reason
        child = search.step().evaluation.architecture
        if number >= 4:
            parent = int(reason.split("trial ")[1].split()[0])
            assert number - 7 <= parent < number
            assert differences(child, search.observations[parent].architecture) == 1
            parents[parent] += 1
    assert len(parents) > 8


def test_a_greedier_tournament_has_better_parents(table):
    trials = Observations(tuple(table(a) for a in SPACE.sample(0, 30)))

    def parents(tournament):
        rng = np.random.default_rng(0)
        return [trials.values[winner(trials.values, 30, tournament, rng)] for _ in range(200)]

    assert np.mean(parents(1)) < np.mean(parents(5)) < np.mean(parents(50))


def test_draws_at_random_where_all_children_are_known():
    cells = SPACE.sample(0, 1)
    trials = Observations(tuple(Evaluation(a, 0.5) for a in (*SPACE.neighbors(cells[0]), *cells)))
    strategy = RegularizedEvolution(population=1, initial=1, allow_isomorphic=True)
    proposal = strategy.propose(SPACE, trials, (), 2, np.random.default_rng(0))
    assert len(set(proposal.architectures) - set(trials.architectures)) == 2
    assert "Drawn at random, since no new mutation" in proposal.reason


def test_draws_at_random_where_nobody_can_have_children():
    strategy = RegularizedEvolution(initial=2)
    proposal = strategy.propose(Sterile(), observed([0.1, 0.2]), (), 1, np.random.default_rng(0))
    assert "Drawn at random" in proposal.reason
    assert proposal.architecture in SPACE


def test_climbs_where_there_is_one_hill():
    """Sequences of layers, the more relus the better: 8 relus are a hundred edits from nowhere."""
    space = ChainSpace(depth=8)

    def relus(architecture, seed=0):
        return Evaluation(architecture, architecture.text.count("relu") / 8)

    assert Search(space, relus, RegularizedEvolution(), seed=0).run(150).best.value == 1.0


@pytest.mark.parametrize("name", ["population", "tournament", "initial"])
def test_refuses_to_draw_from_nothing(name):
    with pytest.raises(SettingError, match=f"expected {name} to be a whole number from 1"):
        RegularizedEvolution(**{name: 0})


LATENCY = Measure("latency", "ms", maximize=False, lower=0)
BOTH = Goals((ACCURACY, LATENCY))
# The first three are on the Pareto front, the next two behind them, and the last is worse yet.
POINTS = [(0.9, 3.0), (0.8, 2.0), (0.7, 1.0), (0.7, 3.0), (0.6, 1.5), (0.5, 4.0)]


def weighed(points, goals=BOTH):
    cells = SPACE.sample(0, len(points))
    trials = (
        Evaluation(a, None, "failed")
        if value is None
        else Evaluation(a, value, measured={"latency": latency})
        for a, (value, latency) in zip(cells, points, strict=True)
    )
    return Observations(tuple(trials), goals=goals)


def parents(strategy, trials, draws=50):
    """How often each trial had a child, and one reason for each."""
    counts, reasons = Counter(), {}
    for seed in range(draws):
        reason = strategy.propose(SPACE, trials, (), 1, np.random.default_rng(seed)).reason
        counts[int(reason.split("trial ")[1].split()[0])] += 1
        reasons[reason.split("trial ")[1][0]] = reason
    return counts, reasons


def test_with_several_goals_the_front_survives_whatever_its_age():
    strategy = RegularizedEvolution(population=3, initial=2)
    counts, reasons = parents(strategy, weighed(POINTS))
    assert set(counts) == {0, 1, 2}
    said = (
        "A mutation of trial 1 (80.0 %), on front 1 of 3, preferred of two draws from 3 survivors."
    )
    assert reasons["1"] == said


@pytest.mark.parametrize("population", [4, 6, 9])
def test_a_binary_tournament_prefers_as_nsga2_does(population, rng):
    """The better of two draws has the place r of P with the probability (2 (P - r) + 1) / P²."""
    gains, draws = weighed(POINTS).goal_gains, 20_000
    tournament = by_fronts(gains, population)
    won = Counter(tournament(rng)[0] for _ in range(draws))
    order = preferred(gains)[:population].tolist()
    assert set(won) == set(order)
    for place, parent in enumerate(order, 1):
        chance = (2 * (len(order) - place) + 1) / len(order) ** 2
        assert won[parent] / draws == pytest.approx(chance, abs=5 * np.sqrt(chance / draws))


def test_the_ends_of_the_front_come_first_and_failures_last(rng):
    gains = weighed([(None, 0.0), *POINTS]).goal_gains
    order = preferred(gains).tolist()
    assert (set(order[:2]), order[-1]) == ({1, 3}, 0)
    assert 0 not in {by_fronts(gains, 6)(rng)[0] for _ in range(200)}


def test_what_breaks_a_limit_has_children_only_where_nothing_else_lives():
    limited = Goals((ACCURACY, LATENCY), constraints=(at_most("latency", 1.8),))
    trials = weighed(POINTS, limited)
    counts, _ = parents(RegularizedEvolution(population=2, initial=2), trials)
    assert set(counts) == {2, 4}
    one = Goals((ACCURACY,), constraints=(at_most("latency", 1.8),))
    counts, reasons = parents(
        RegularizedEvolution(tournament=100, initial=2), weighed(POINTS, one)
    )
    assert set(counts) == {2}
    assert "the best of 100 draws from the 6 youngest trials" in reasons["2"]


def test_one_goal_is_the_evolution_of_today(table):
    strategy = RegularizedEvolution(population=5, initial=3)
    plain = Search(SPACE, table, strategy, seed=1).run(15).observations
    anything = at_most(MeasuredBy(lambda architecture: 1.0, LATENCY), 2)
    limited = Search(SPACE, table, strategy, seed=1, constraints=(anything,)).run(15)
    assert limited.goals is not None
    assert limited.observations.architectures == plain.architectures


def test_a_front_grows_faster_than_by_chance():
    """Relus against convolutions in eight layers: all fronts lie on a line that edits climb to."""
    space = ChainSpace(depth=8)
    convolutions = Measure("convolutions")

    def both(architecture, seed=0):
        relus, others = (architecture.text.count(name) for name in ("relu", "conv3x3"))
        return Evaluation(architecture, relus / 8, measured={"convolutions": others})

    def reached(strategy, seed):
        search = Search(space, both, strategy, seed=seed, goals=(ACCURACY, convolutions)).run(60)
        return hypervolume(search.observations.goal_gains, np.array([0.0, 0.0]))

    found = [reached(RegularizedEvolution(), seed) for seed in range(2)]
    drawn = [reached(RandomSearch(), seed) for seed in range(2)]
    assert min(found) > max(drawn)
