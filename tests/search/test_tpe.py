import os
import subprocess
import sys

import numpy as np
import optuna
import pytest

from nbnas.errors import SettingError
from nbnas.graphs.spaces.cell import EDGES, OPERATIONS, CellSpace, cell
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.records import Evaluation, Observations
from nbnas.search.strategies.tpe import Tpe, rebuild

SPACE = CellSpace()


@pytest.fixture(scope="module")
def observations(table):
    return Observations(tuple(table(a) for a in SPACE.sample(0, 25)))


@pytest.fixture(autouse=True)
def _usual_log():
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.INFO)
    yield
    optuna.logging.set_verbosity(before)


def propose(strategy, observations, pending=(), n=1, seed=0, space=SPACE):
    return strategy.propose(space, observations, pending, n, np.random.default_rng(seed))


def operations(architecture):
    labels = {(u, v): x for u, v, x in architecture.edges}
    return [labels[edge] for edge in EDGES]


def optuna_s_own(observations, pending, seed, asks):
    """Ask a study that is filled as Optuna's users do, by enqueued trials that are told."""
    sampler = optuna.samplers.TPESampler(
        seed=seed, n_startup_trials=1, multivariate=True, constant_liar=True
    )
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.RandomSampler(0))
    space = {
        f"choice {e}": optuna.distributions.CategoricalDistribution(OPERATIONS) for e in range(6)
    }
    values = iter(observations.values)
    for architecture in (*observations.architectures, *pending):
        row = operations(architecture)
        study.enqueue_trial({f"choice {e}": row[e] for e in range(6)})
        trial = study.ask(space)
        value = next(values, None)
        if value is not None:
            study.tell(trial, value)
    study.sampler = sampler
    answers = [study.ask(space).params for _ in range(asks)]
    return [cell([answer[f"choice {e}"] for e in range(6)]) for answer in answers]


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")  # before version 5
@pytest.mark.parametrize("seed", range(5))
def test_proposes_the_first_new_answers_of_optuna(observations, seed):
    pending = SPACE.sample(9, 2)
    for waiting in ((), pending):
        sampler_seed = int(np.random.default_rng(seed).integers(2**31))
        answers = optuna_s_own(observations, waiting, sampler_seed, asks=40)
        known = {*observations.architectures, *waiting}
        new = [a for a in dict.fromkeys(answers) if a not in known]
        proposal = propose(
            Tpe(allow_isomorphic=True), observations, pending=waiting, n=3, seed=seed
        )
        assert proposal.architectures == tuple(new[:3])


def test_the_study_holds_the_search(observations):
    failed = observations + Evaluation(SPACE.sample(5, 1)[0], None, "failed", error="x")
    pending = SPACE.sample(9, 2)
    study = rebuild(SPACE, failed, pending, seed=0)
    states = [trial.state.name for trial in study.trials]
    assert states == ["COMPLETE"] * 26 + ["RUNNING"] * 2
    assert [trial.value for trial in study.trials[:26]] == failed.values.tolist()
    assert study.trials[25].value == observations.values.min()
    for trial, architecture in zip(study.trials, (*failed.architectures, *pending), strict=True):
        assert list(trial.params.values()) == operations(architecture)
    assert study.direction.name == "MAXIMIZE"
    assert study.best_value == observations.values.max()


def test_prefers_what_good_trials_have():
    cells = SPACE.sample(1, 60)
    trials = Observations(
        tuple(Evaluation(a, 0.9 if operations(a)[0] == "skip_connect" else 0.1) for a in cells)
    )
    batch = propose(Tpe(), trials, n=10).architectures
    assert sum(operations(a)[0] == "skip_connect" for a in batch) >= 7


def test_says_nothing_and_leaves_optuna_s_log_as_it_was(observations, capfd, caplog):
    propose(Tpe(), observations)
    assert optuna.logging.get_verbosity() == optuna.logging.INFO
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


def test_draws_at_random_where_optuna_finds_nothing_new(observations, monkeypatch):
    monkeypatch.setattr("nbnas.search.strategies.tpe.TRIES", 0)
    proposal = propose(Tpe(), observations, n=2)
    assert proposal.reason.startswith("Drawn at random, since Optuna")
    assert len(set(proposal.architectures) - set(observations.architectures)) == 2


def test_rows_that_give_no_architecture_are_asked_again():
    space = DagSpace(max_vertices=4, max_edges=4)
    trials = Observations(tuple(Evaluation(a, 0.5) for a in space.sample(0, 3)))
    for seed in range(5):
        batch = propose(Tpe(initial=3), trials, n=4, seed=seed, space=space).architectures
        assert len({a.canonical for a in batch}) == 4
        assert all(a in space for a in batch)


CODE = """
import numpy as np
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Evaluation, Observations
from nbnas.search.strategies.tpe import Tpe
cells = CellSpace().sample(0, 20)
trials = Observations(tuple(Evaluation(a, i / 20) for i, a in enumerate(cells)))
for a in Tpe().propose(CellSpace(), trials, (), 3, np.random.default_rng(0)).architectures:
    print(a)
"""


@pytest.mark.slow
def test_another_process_proposes_the_same():
    """Not even the order of Python's sets, which differs between processes, plays a part."""
    answers = {
        subprocess.run(
            [sys.executable, "-c", CODE],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(answers) == 1
    assert answers.pop().count("\n") == 3


def test_says_how_to_get_optuna(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(SettingError, match=r"pip install 'nbnas\[tpe\]'"):
        Tpe()


@pytest.mark.slow
def test_importing_the_strategy_imports_no_optuna():
    code = "import sys, nbnas.search.strategies.tpe as t; t.Tpe(); print('optuna' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"
