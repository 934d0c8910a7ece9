import dataclasses

import pytest

from nbnas.errors import StoreError, StudyMismatchError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.search.search import Search
from nbnas.search.store.store import Store
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.search.strategies.random import RandomSearch

SPACE = CellSpace()


def test_resumes_from_the_store_without_evaluating_again(table, tmp_path, sequence, bayes):
    calls = []

    def objective(architecture, seed=0):
        calls.append(architecture)
        return table(architecture, seed)

    def open_search():
        return Search(SPACE, objective, bayes(), seed=2, store=tmp_path / "s.db")

    open_search().run(6)
    resumed = open_search()
    assert len(resumed.observations) == 6
    resumed.run(12)
    assert len(calls) == 12
    assert sequence(resumed) == sequence(Search(SPACE, objective, bayes(), seed=2).run(12))


def test_adopts_what_another_process_finished(table, tmp_path):
    one, two = (
        Search(SPACE, table, RandomSearch(), store=tmp_path / "s.db", study="same")
        for _ in range(2)
    )
    one.ask()
    two.run(3)
    one.tell(table(one.ask().architecture))
    assert one.observations[0] == two.observations[0]
    one.run(4)
    assert one.observations.evaluations[:3] == two.observations.evaluations


def test_a_store_that_fails_leaves_the_search_as_it_was(table, tmp_path, monkeypatch):
    calls = []

    def objective(architecture, seed=0):
        calls.append(architecture)
        return table(architecture, seed)

    search = Search(SPACE, objective, RandomSearch(), store=tmp_path / "s.db").run(2)

    def full(*arguments):
        raise StoreError("disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(Store, "finish", full)
        with pytest.raises(StoreError, match="disk is full"):
            search.run(4)
    assert len(search.observations) == 2
    assert len(search.run(4).observations) == 4
    assert len(calls) == len(set(calls)) == 4, "what could not be written was made again"


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"seed": 1}, "seed: was 0, is now 1"),
        ({"strategy": BayesianOptimization(initial=5)}, "strategy.initial: was 4, is now 5"),
        ({"strategy": RandomSearch()}, "strategy: was BayesianOptimization, is now RandomSearch"),
        ({"space": "Other"}, "space: was CellSpace"),
    ],
)
def test_another_setting_is_an_error_that_names_it(table, tmp_path, change, name, bayes):
    @dataclasses.dataclass(frozen=True)
    class Other(CellSpace):
        pass

    settings = {"space": SPACE, "objective": table, "strategy": bayes(), "seed": 0}
    Search(**settings, store=tmp_path / "s.db")
    settings.update({**change, **({"space": Other()} if "space" in change else {})})
    with pytest.raises(StudyMismatchError, match=name):
        Search(**settings, store=tmp_path / "s.db")


def test_another_table_is_an_error_that_names_it(table, tmp_path, bayes):
    Search(SPACE, table, bayes(), store=tmp_path / "s.db")
    other = dataclasses.replace(table, name="another", values={"x": 1.0})
    with pytest.raises(StudyMismatchError, match=r"objective\.table: was made up, is now another"):
        Search(SPACE, other, bayes(), store=tmp_path / "s.db")
