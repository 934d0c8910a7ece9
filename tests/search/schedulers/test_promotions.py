"""Who is promoted, beside the papers' pseudo-code and Optuna's pruners."""

import warnings
from dataclasses import replace

import numpy as np
import optuna
import pytest

import nbnas as nb
from nbnas.records import Evaluation, Fidelities, Observations
from nbnas.search.strategies.schedulers.asha import Asha
from nbnas.search.strategies.schedulers.brackets import hyperband
from nbnas.search.strategies.schedulers.hyperband import Hyperband
from nbnas.search.strategies.schedulers.median import MedianStopping
from nbnas.search.strategies.schedulers.standing import standings
from nbnas.search.strategies.schedulers.successive_halving import SuccessiveHalving

FIDELITIES = Fidelities((1, 3, 9), continued=True)
RANDOM = nb.RandomSearch()
RUNGS = {1: 0, 3: 1, None: 2}


class Algorithm2:
    """`get_job` of Li et al. 2020, with lists that remember."""

    def __init__(self, eta, rungs):
        self.eta, self.results, self.promoted = eta, [{} for _ in range(rungs)], set()

    def report(self, config, rung, loss):
        self.results[rung][config] = loss

    def get_job(self):
        for k in reversed(range(len(self.results) - 1)):
            rung = self.results[k]
            candidates = sorted(rung, key=rung.get)[: len(rung) // self.eta]
            promotable = [c for c in candidates if (c, k) not in self.promoted]
            promotable = [c for c in promotable if rung[c] < np.inf]
            if promotable:
                self.promoted.add((promotable[0], k))
                return promotable[0], k + 1
        return None, 0


@pytest.mark.parametrize(
    ("workers", "eta", "broken"), [(1, 3, 0), (4, 2, 0), (9, 3, 5), (3, 4, 2)]
)
def test_asha_is_algorithm_2(simulated, noisy, workers, eta, broken):
    search = simulated(Asha(RANDOM, FIDELITIES, eta), workers, 1, noisy(broken=broken)).run(150)
    expected, known = Algorithm2(eta, 3), 0
    for _, made, seen, _ in search.asked:
        for each in seen.evaluations[known:]:
            loss = np.inf if each.value is None else -each.value
            expected.report(each.architecture, RUNGS[each.epochs], loss)
        known = len(seen)
        config, rung = expected.get_job()
        assert RUNGS[made.epochs] == rung
        assert config is None or made.architecture == config
        new = made.architecture not in (*seen.architectures,)
        assert new == (config is None)
    assert {RUNGS[made.epochs] for _, made, _, _ in search.asked} == {0, 1, 2}


def halved(values, sizes):
    """Successive halving in one line a rung: who is evaluated on each, by their values there."""
    rungs = [list(range(len(values)))]
    for rung, size in enumerate(sizes[1:]):
        able = [i for i in rungs[-1] if np.isfinite(values[i][rung])]
        rungs.append(sorted(able, key=lambda i: -values[i][rung])[:size])
    return [set(rung) for rung in rungs]


@pytest.mark.parametrize(("workers", "broken"), [(1, 0), (4, 0), (13, 6)])
@pytest.mark.parametrize(
    "strategy",
    [SuccessiveHalving(RANDOM, FIDELITIES), SuccessiveHalving(RANDOM, FIDELITIES, 2, 11),
     Hyperband(RANDOM, FIDELITIES, 2)],
    ids=["default", "eleven", "hyperband"],
)  # fmt: skip
def test_brackets_promote_the_best_of_each_rung(simulated, noisy, strategy, workers, broken):
    objective = noisy(broken=broken)
    search = simulated(strategy, workers, 2, objective).run(120)
    begun = {}
    for number, made, _, _ in search.asked:
        begun.setdefault(made.architecture, number)
    starts = sorted(begun, key=begun.get)
    plans = [strategy.bracket] if hasattr(strategy, "bracket") else strategy.brackets
    through, at, which = 0, 0, 0
    while at + plans[which % len(plans)].begins <= len(starts):
        plan = plans[which % len(plans)]
        members = starts[at : at + plan.begins]
        epochs = (1, 3, None)[plan.first :]
        values = [[objective(a, 0, e) for e in epochs] for a in members]
        expected = halved(values, plan.sizes)
        found = [
            {i for i, a in enumerate(members) if (a, e) in {(o.architecture, o.epochs) for o in
             search.finished}} for e in epochs
        ]  # fmt: skip
        complete = all(f <= e for f, e in zip(found, expected, strict=True))
        assert complete
        through += found == expected
        at, which = at + plan.begins, which + 1
    assert through >= 3


def test_the_sizes_of_brackets_are_those_of_table_1_and_of_optuna():
    assert [bracket.sizes for bracket in hyperband(3, 5)] == [
        (81, 27, 9, 3, 1),
        (34, 11, 3, 1),
        (15, 5, 1),
        (8, 2),
        (5,),
    ]
    for eta, rungs in ((2, 4), (3, 5), (4, 3), (3, 2)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pruner = optuna.pruners.HyperbandPruner(1, eta ** (rungs - 1), eta)
        pruner._try_initialization(optuna.create_study())
        budgets = pruner._trial_allocation_budgets
        assert [bracket.begins for bracket in hyperband(eta, rungs)] == budgets
        assert [bracket.first for bracket in hyperband(eta, rungs)] == [*range(rungs)]


@pytest.mark.parametrize("eta", [2, 3, 4])
def test_optuna_lets_go_on_whom_asha_promotes(eta, rng):
    """A trial that just came to a rung, of at least eta, when all that were there went on."""
    cells, values = nb.CellSpace().sample(0, 40), rng.uniform(size=40)
    study = optuna.create_study(
        direction="maximize", pruner=optuna.pruners.SuccessiveHalvingPruner(1, eta)
    )
    seen, decided = Observations(), []
    for cell, value in zip(dict.fromkeys(cells), values, strict=False):
        trial = study.ask()
        trial.report(value, 1)
        goes_on = not trial.should_prune()
        study.tell(trial, value)
        seen = seen + Evaluation(cell, float(value), epochs=1)
        before = seen.architectures[:-1]
        made = Asha(RANDOM, FIDELITIES, eta).propose(nb.CellSpace(), seen, before, 1, rng)
        if len(seen) >= eta:
            assert (made.architecture == cell) == goes_on
            decided.append(goes_on)
    assert {True, False} == {*decided}


@pytest.mark.parametrize(("startup", "warmup"), [(5, 0), (1, 4), (10, 2)])
def test_median_stopping_is_optunas(startup, warmup):
    table = nb.benchmarks.shipped.digits()
    fidelities = Fidelities(tuple(range(1, 13)), continued=True)
    objective = replace(table, fidelities=fidelities)
    strategy = MedianStopping(RANDOM, fidelities, startup, warmup)
    search = nb.Search(nb.CellSpace(), objective, strategy).run(cost=15)
    pruner = optuna.pruners.MedianPruner(startup, warmup)
    study = optuna.create_study(direction="maximize", pruner=pruner)
    stands = standings(strategy, search.observations)
    for stand in stands[:-1]:  # the last one may be under way
        trial, reached = study.ask(), 12
        for epoch, report in enumerate(table(stand.architecture).reports[:11], 1):
            trial.report(report.val_accuracy, epoch)
            if trial.should_prune():
                reached = epoch
                break
        assert stand.epochs == reached
        assert stand.state == ("trained" if reached == 12 else "stopped")
        if reached == 12:
            study.tell(trial, 0.5)
        else:
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
    assert {stand.state for stand in stands[:-1]} == {"trained", "stopped"}
