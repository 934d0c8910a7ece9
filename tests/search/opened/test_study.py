"""A study is opened from its store alone, and tells what the search would tell."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import nbnas as nb
from nbnas.errors import SearchError, StoreError, StudyMismatchError
from nbnas.search.opened.absent import AbsentStrategy
from nbnas.widgets.view import view

OLD = Path(__file__).parents[1] / "store" / "fixtures" / "schema_1" / "studies.sqlite"
CELLS = nb.CellSpace()
HAMMING = nb.DistanceKernel(nb.HammingDistance())
LENGTHS = nb.Fidelities((3, 9, 27))
FEW = nb.MeasuredBy(
    lambda a: str(a).count("conv"), nb.Measure("convolutions", maximize=False, lower=0)
)


def score(architecture, seed=0):
    """A number that any architecture has, with all digits different."""
    text = f"{architecture}{architecture.settings}"
    return sum(n * ord(letter) for n, letter in enumerate(text)) % 997 / 1000


class Looking:
    """An objective of several lengths."""

    fidelities = LENGTHS

    def __call__(self, architecture, seed=0, epochs=None):
        return score(architecture) * (1 if epochs is None else 1 - 1 / epochs)


class MyCells(nb.CellSpace):
    """A space of one's own."""


def bayes(*parts, **more):
    """Bayesian optimisation among a few candidates, so that it is quick."""
    return nb.BayesianOptimization(*parts, **{"initial": 2, "maximizer": POOL, **more})


POOL = nb.RandomPool(20)
JOINT = nb.JointSpace(CELLS, rate=nb.Real(1e-3, 0.1, log=True), act=nb.Categorical("a", "b"))
MADE = {
    "products": (
        nb.CellSpace(("none", "nor_conv_1x1", "nor_conv_3x3"), 3),
        bayes(
            nb.GaussianProcess(
                kernel=nb.DistanceKernel(nb.PathDistance()) * nb.WeisfeilerLehmanKernel(1)
                + HAMMING
            ),
            allow_isomorphic=True,
            maximizer=nb.Automatic(),
        ),
    ),
    "settings": (JOINT, bayes()),
    "choices": (nb.ChoiceSpace(layers=(2, 4, 8), act=("a", "b")), bayes(first=())),
    "chains": (
        nb.ChainSpace(depth=4),
        bayes(nb.GaussianProcess(kernel=nb.DistanceKernel(nb.OtmannDistance()))),
    ),
    "darts": (nb.DartsSpace(), nb.RegularizedEvolution(population=3, tournament=2, initial=2)),
    "ensemble": (CELLS, bayes(nb.Ensemble(members=2, epochs=2))),
    "bound": (CELLS, bayes(acquisition=nb.UpperConfidenceBound(), first=CELLS.sample(3, 1))),
}


@pytest.fixture
def store(tmp_path):
    return tmp_path / "nbnas.db"


@pytest.fixture
def made(store):
    return nb.Search(CELLS, score, bayes(), seed=3, store=store, study="first").run(5)


def again(search, opened):
    """Whether each round that was made is made again."""
    return [nb.replay(opened, k).proposal.architecture for k in range(len(search.observations))]


@pytest.mark.parametrize("name", MADE)
def test_every_round_is_made_again(name, store):
    space, strategy = MADE[name]
    search = nb.Search(space, score, strategy, seed=3, store=store).run(4)
    opened = nb.open_study(store)
    assert opened.space == space
    assert again(search, opened) == list(search.observations.architectures)


@pytest.mark.parametrize("strategy", [nb.Asha(bayes(), LENGTHS), bayes(fidelities=LENGTHS)])
def test_looks_are_made_again(strategy, store):
    search = nb.Search(CELLS, Looking(), strategy, store=store).run(5)
    opened = nb.open_study(store)
    assert again(search, opened) == list(search.observations.architectures)
    assert opened.spent == search.spent


def test_tells_what_the_search_told(made, store):
    opened = nb.open_study(store, "first")
    assert opened.observations == made.observations
    assert (opened.best, opened.seed, opened.study) == (made.best, 3, "first")
    mean, _ = opened.posterior.predict(made.observations.architectures)
    assert mean == pytest.approx(made.posterior.predict(made.observations.architectures)[0])
    assert view(opened).chart is not None
    assert view(nb.replay(opened, 4)).chart is not None
    assert repr(opened).startswith("<OpenedStudy 'first': 5 trials")


def test_what_trains_says_what_is_missing(made, store):
    opened = nb.open_study(store, "first")
    acts = [opened.step, opened.finish, opened.estimate, lambda: opened.run(9), opened.start]
    for act in [*acts, lambda: opened.tell(made.best), lambda: opened.export("model")]:
        with pytest.raises(SearchError, match=r"its objective, which was .*score.*study='first'"):
            act()
    assert opened.ask().architecture not in made.observations.architectures


def test_nothing_in_the_store_changes(store):
    shutil.copy(OLD, store)
    before = store.read_bytes()
    opened = nb.open_study(store, "bayesian")  # written before there were measures
    assert [*map(str, opened.observations.architectures)] == [
        str(nb.replay(opened, k).proposal.architecture) for k in range(14)
    ]
    assert store.read_bytes() == before
    assert [*store.parent.iterdir()] == [store]


def test_values_that_are_no_accuracies_open_from_before_there_were_measures():
    assert nb.open_study(OLD, "percent").measure == nb.Measure("value")


def test_an_interrupted_study_knows_what_was_under_way(store):
    search = nb.Search(CELLS, score, bayes(), store=store)
    search.run(4)
    search.step()
    with closing(sqlite3.connect(store)) as connection:  # as a killed process leaves it
        connection.execute(
            "insert into nbnas_claims (study_id, number, graph, seed, known, pending, worker, "
            "attempt, holder, lease) select study_id, number, graph, seed, known, pending, worker,"
            " attempt, '', 0 from nbnas_trials where number = 4"
        )
        connection.execute("delete from nbnas_trials where number = 4")
        connection.commit()
    opened = nb.open_study(store)
    assert [claim.number for claim in opened.under_way] == [4]
    assert nb.replay(opened, 4).proposal.architecture == search.observations[4].architecture


def test_an_own_space_is_asked_for(store):
    nb.Search(MyCells(), score, bayes(), store=store).run(3)
    with pytest.raises(StoreError, match=r"space = MyCells, which is no class.*space=…"):
        nb.open_study(store)
    assert len(nb.open_study(store, space=MyCells()).observations) == 3
    with pytest.raises(StudyMismatchError, match="space: was MyCells, is now CellSpace"):
        nb.open_study(store, space=CELLS)


def test_an_own_part_of_the_strategy_is_asked_for_when_it_is_needed(store):
    known = nb.Knowledge(("a",), {a: (float(n),) for n, a in enumerate(CELLS.sample(0, 50))})
    strategy = bayes(knowledge=known)
    some = nb.Subspace(CELLS, [*known.values])
    search = nb.Search(some, score, strategy, store=store).run(4)
    opened = nb.open_study(store, space=some)
    assert isinstance(opened.strategy, AbsentStrategy)
    assert opened.posterior is None
    with pytest.raises(SearchError, match=r"knowledge.*strategy=…"):
        nb.replay(opened, 3)
    told = nb.open_study(store, space=some, strategy=strategy)
    assert again(search, told) == list(search.observations.architectures)


def test_what_a_function_told_is_asked_for_when_it_is_needed(store):
    search = nb.Search(CELLS, score, bayes(), store=store, goals=[nb.ACCURACY, FEW]).run(4)
    opened = nb.open_study(store)
    assert (opened.front, opened.hypervolume) == (search.front, search.hypervolume)
    assert opened.posterior is not None
    assert view(opened).chart is not None
    with pytest.raises(SearchError, match=r"what told convolutions.*goals=…"):
        nb.replay(opened, 3)
    told = nb.open_study(store, goals=search.goals)
    assert again(search, told) == list(search.observations.architectures)


@pytest.mark.parametrize("limit", [nb.at_most("parameters", 12_345), nb.at_least("recall", 0.5)])
def test_limits_are_read_from_their_words(limit, store):
    def told(architecture, seed=0):
        more = {"recall": score(architecture)}
        return nb.Evaluation(architecture, more["recall"], parameters=9, measured=more)

    search = nb.Search(CELLS, told, bayes(), store=store, constraints=[limit]).run(3)
    assert nb.open_study(store).goals.constraints == search.goals.constraints


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("update nbnas_studies set schema_version = 99", "written by a newer nbnas"),
        ("update nbnas_studies set fingerprint = '{'", "column fingerprint"),
        ("update nbnas_trials set value = 'x' where number = 2", "trial 2 .*load_trials"),
        ("delete from nbnas_trials where number = 2", "trial 2 of study 'first' is missing"),
    ],
)
def test_what_cannot_be_read_is_named(change, said, made, store):
    with closing(sqlite3.connect(store)) as connection:
        connection.execute(change)
        connection.commit()
    with pytest.raises(StoreError, match=said):
        nb.open_study(store)


def test_a_wrong_place_or_name_is_said(made, store, tmp_path):
    with pytest.raises(StoreError, match="no such file"):
        nb.open_study(tmp_path / "no" / "nbnas.db", "first")
    assert not (tmp_path / "no").exists()
    (tmp_path / "empty.db").touch()
    with pytest.raises(StoreError, match="holds no studies"):
        nb.open_study(tmp_path / "empty.db", "first")
    with pytest.raises(StoreError, match="got 'frist'; studies there: 'first'"):
        nb.open_study(store, "frist")
    nb.Search(CELLS, score, bayes(), store=store, study="second")
    with pytest.raises(StoreError, match="got None; studies there: 'first', 'second'"):
        nb.open_study(store)


def test_no_code_in_a_store_runs(made, store, tmp_path):
    bad = f"__import__('pathlib').Path({str(tmp_path / 'ran')!r}).touch()"
    with closing(sqlite3.connect(store)) as connection:
        connection.execute(
            "update nbnas_studies set fingerprint = "
            "json_set(fingerprint, '$.\"strategy.initial\"', ?)",
            (bad,),
        )
        connection.commit()
    opened = nb.open_study(store)
    with pytest.raises(SearchError, match="none of nbnas' own"):
        opened.ask()
    assert not (tmp_path / "ran").exists()
