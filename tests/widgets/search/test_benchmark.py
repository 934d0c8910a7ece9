"""The views of a benchmark, and how it is followed under papermill."""

import pytest

from nbnas.charts.render import to_svg
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.subspace import Subspace
from nbnas.records import Fidelities
from nbnas.search.benchmark.benchmark import Benchmark, Progress
from nbnas.search.benchmark.compare import Failure
from nbnas.search.benchmark.cost.results import CostResults
from nbnas.search.benchmark.table import BenchmarkTable
from nbnas.search.benchmark.unit import PERCENT
from nbnas.search.strategies.random import RandomSearch
from nbnas.widgets import show, view
from nbnas.widgets.search.benchmark import line

SPACE = CellSpace()


@pytest.fixture
def benchmark(tmp_path):
    values = {a: 80 + i / 2000 for i, a in enumerate(SPACE)}
    table = BenchmarkTable("valid", SPACE, values, PERCENT)
    makers = {"first": lambda: RandomSearch(True), "second": RandomSearch}
    return Benchmark(
        table, makers, queries=12, seeds=range(10), initial=4, output=tmp_path / "b.csv"
    )


def progress(**options):
    given = {"strategy": "first", "seed": 3, "done": 4, "runs": 20, "seconds_left": 75.0}
    return Progress(**{**given, "failure": None, "milestone": True, **options})


def test_every_record_has_words_and_a_picture(benchmark):
    before = view(benchmark)
    assert before.summary == "0 of 20 runs done."
    assert "no run is finished yet" in to_svg(before.chart)
    assert view(benchmark.results).summary == "No run is finished yet."
    found = benchmark.run()
    assert view(benchmark).summary == "20 of 20 runs done."
    said = [view(thing) for thing in (found, found.regret, found.share, found.seconds)]
    assert "percent after 12 queries, the best found in 0 of 10 seeds. second:" in said[0].summary
    assert said[2].summary.endswith("after the last query: first 0, second 0.")
    paired = view(found.paired)
    assert paired.summary == " ".join(found.paired.sentences)
    clock = view(found.clock)
    assert clock.summary == "Best of the table found: by no strategy in half of the seeds."
    for each in (*said, paired, clock):
        assert to_svg(each.chart).startswith("<svg")


def test_failures_are_named(benchmark):
    benchmark.failures = tuple(Failure("first", i, f"ValueError: <{i}>") for i in range(5))
    assert "5 of 20 runs done" in view(benchmark).summary
    assert "5 failed: first, seed 0: ValueError: <0>; first, seed 1" in view(benchmark).summary
    assert view(benchmark).summary.endswith("and 2 more.")


def test_the_log_has_a_line_at_milestones():
    assert line(progress()) == "4 of 20 runs done, about 1 min 15 s left."
    assert line(progress(seconds_left=None)) == "4 of 20 runs done."
    assert line(progress(done=20, seconds_left=0.0)) == "20 of 20 runs done."
    assert line(progress(milestone=False)) == ""
    failed = progress(failure=Failure("first", 3, "ValueError: x"))
    assert line(failed) == "Failed: first, seed 3: ValueError: x"


def test_static_it_is_followed_by_lines_and_a_last_picture(benchmark, displayed, static):
    show(benchmark)
    benchmark.run()
    lines = [data["text/plain"] for data, options in displayed if "display_id" not in options]
    assert lines[0].startswith("2 of 20 runs done")
    assert lines[-1] == "20 of 20 runs done."
    assert len(lines) == 10
    last = [data for data, options in displayed if options.get("update")][-1]
    assert last["text/plain"] == "20 of 20 runs done."
    assert "image/png" in last


def test_live_it_says_no_lines(benchmark, displayed, live):
    show(benchmark)
    benchmark.run()
    assert all("display_id" in options for _, options in displayed)


def test_other_live_objects_say_no_lines(search, displayed, static):
    show(search)
    search.tell(0.9)
    assert all("display_id" in options for _, options in displayed)


def test_results_by_cost_say_the_cost(tmp_path):
    cells = list(dict.fromkeys(SPACE.sample(0, 30)))
    values = {a: 80 + i / 10 for i, a in enumerate(cells)}
    looks = {2: {a: v / 2 for a, v in values.items()}}
    table = BenchmarkTable(
        "valid",
        Subspace(SPACE, cells),
        values,
        PERCENT,
        fidelities=Fidelities((2, 10)),
        looks=looks,
    )
    given = {"queries": 5, "seeds": range(2), "output": tmp_path / "c.csv"}
    benchmark = Benchmark(table, {"random": RandomSearch}, **given)
    assert view(benchmark.results).summary == "No run is finished yet."
    found = benchmark.run().check()
    assert "percent at cost 5, the best found in" in view(found).summary
    assert ", at cost 5: random " in view(found.regret).summary
    none = CostResults(dict(found.runs), ("random",), 300, 1, 90.0, PERCENT, "valid", cost=0.5)
    assert view(none).summary == "random: not every seed has a full training at cost 0.5."
    for thing in (benchmark, found, found.best, found.regret, found.share, found.seconds, none):
        assert to_svg(view(thing).chart).startswith("<svg")
