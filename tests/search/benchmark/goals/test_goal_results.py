"""Strategies compared by the hypervolume that they leave: runs, file, curves, tables, views."""

import numpy as np
import pandas as pd
import pytest

import nbnas as nb
from nbnas.errors import DataError, SettingError, StudyMismatchError
from nbnas.search.benchmark.benchmark import Benchmark
from nbnas.search.benchmark.goals.regret import hypervolume_regrets
from nbnas.search.benchmark.goals.results import NEAR, GoalResults
from nbnas.search.benchmark.simulated import simulated
from nbnas.search.strategies.local_search import LocalSearch
from nbnas.search.strategies.random import RandomSearch

from .conftest import CELLS, made

RANDOM = {"random": lambda: RandomSearch(True), "plain": RandomSearch}


def benchmark(output, table=None, makers=RANDOM, **changed):
    settings = {"queries": 25, "seeds": (0, 1), "initial": 4, "output": output} | changed
    return Benchmark(table or made(), makers, **settings)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    path = tmp_path_factory.mktemp("goals") / "g.csv"
    return benchmark(path).run().check(), path


def test_the_file_holds_the_regret_of_each_query(found):
    frame = pd.read_csv(found[1])
    assert list(frame)[-2:] == ["seconds", "hypervolume_regret"]
    by_text = {str(a): a for a in CELLS}
    for _, run in frame.groupby(["strategy", "seed"]):
        asked = [by_text[text] for text in run["architecture"]]
        assert run["hypervolume_regret"].to_numpy() == pytest.approx(
            hypervolume_regrets(made(), asked), rel=1e-5
        )


def test_what_is_in_the_file_is_not_run_again(found):
    results, path = found
    before = path.read_bytes()
    again = benchmark(path)
    assert again.done == 4
    assert again.results.markdown == results.markdown
    longer = benchmark(path, seeds=(0, 1, 2)).run()
    assert longer.seeds("random") == (0, 1, 2)
    path.write_bytes(before)


def test_results_are_of_the_regret(found):
    results, _ = found
    assert isinstance(results, GoalResults)
    left = results.traces("random")
    assert left.shape == (2, 25)
    assert (np.diff(left, axis=1) <= 0).all()
    assert results.goals == ("valid", "ms")
    middle, lower, _ = results.regret.curves["random"]
    assert middle == pytest.approx(left.mean(axis=0))
    assert (lower >= 0).all()
    assert results.regret.log
    assert results.hits("random").tolist() == (left <= NEAR).tolist()
    assert results.share.curves["random"][0][-1] == 100 * (left[:, -1] <= NEAR).mean()
    mean = left[:, 19].mean()
    assert f"{mean:.4f} ± " in results.markdown
    assert "hypervolume regret of valid and ms" in results.markdown
    assert r"\toprule" in results.latex
    assert len(results.paired.sentences) == 2
    assert "of the normalised hypervolume" in results.paired.sentences[0]


def test_they_are_drawn(found):
    results, _ = found
    said = nb.charts.curves(results.best).to_dict()
    assert "still missing" in str(said["title"])
    from nbnas.widgets.search.benchmark import results as view

    assert "near the front in" in view(results).summary


def test_known_goals_are_told_beforehand(tmp_path):
    seen = []

    class Watching(RandomSearch):
        def propose(self, space, observations, pending, n, rng):
            seen.append([known.measure.name for known in observations.goals.known])
            return super().propose(space, observations, pending, n, rng)

    makers = {"watching": Watching}
    results = benchmark(tmp_path / "k.csv", made(known=True), makers, queries=6, seeds=(0,)).run()
    assert seen == [["ms"]] * 6
    assert results.check().goals == ("valid", "ms (known)")
    with pytest.raises(StudyMismatchError, match="goal 2"):
        benchmark(tmp_path / "k.csv", made(), makers)


def test_strategies_have_to_serve_several_goals(tmp_path):
    with pytest.raises(SettingError, match="serves several goals, got LocalSearch"):
        benchmark(tmp_path / "l.csv", makers={"local": LocalSearch})


def test_workers_are_not_simulated(tmp_path):
    with pytest.raises(SettingError, match="further goals"):
        benchmark(tmp_path / "s.csv", makers=simulated(RANDOM, 2))


def test_a_row_without_its_regret_is_an_error(found, tmp_path):
    results, path = found
    copy = tmp_path / "c.csv"
    lines = path.read_text().splitlines()
    torn = [lines[0], lines[1].rpartition(",")[0] + ","]
    copy.write_text("\n".join(torn) + "\n")
    (tmp_path / "c.csv.json").write_text((path.parent / "g.csv.json").read_text())
    with pytest.raises(DataError, match="line 2"):
        benchmark(copy)
    del results


def test_workers_are_told_the_goals(tmp_path):
    alone = benchmark(tmp_path / "a.csv", queries=5, seeds=(0,)).run().check()
    beside = benchmark(tmp_path / "b.csv", queries=5, seeds=(0,), workers=2).run().check()
    assert (alone.traces("plain") == beside.traces("plain")).all()
