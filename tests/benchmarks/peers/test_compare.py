"""The command that measures peers: their runs are kept, and stand beside nbnas's own."""

import importlib.util

import compare
import pandas as pd
import pytest
from course import Course
from drive import drive
from registry import FIDELITIES, FULL
from work import FunctionWork, TableWork

import nbnas as nb
from nbnas.benchmarks.shipped import digits_table
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.search.benchmark.cost.limit import Limit
from nbnas.search.benchmark.unit import PERCENT

SPACE = CellSpace(("none", "skip_connect", "nor_conv_3x3"))
CELLS = list(SPACE)
MODULES = {"google": "vizier", "syne-tune": "syne_tune", "auto-keras": "autokeras"}
ALL = [*((FULL, name) for name in FULL), *((FIDELITIES, name) for name in FIDELITIES)]


def table_of(missing=(), *, looks=True):
    """Convolutions are good, and the looks nearly say so."""
    values = {a: 50.0 + 5 * str(a).count("3x3") + i / 1000 for i, a in enumerate(CELLS)}
    if not looks:
        return nb.BenchmarkTable("valid", SPACE, values, PERCENT)
    early = {2: {a: v - 20 - i % 5 for i, (a, v) in enumerate(values.items()) if a not in missing}}
    lengths = {"fidelities": nb.Fidelities((2, 10)), "looks": early}
    return nb.BenchmarkTable("valid", SPACE, values, PERCENT, **lengths)


def row(architecture):
    return SPACE.encode(architecture)


def written(work, folder):
    work.write(folder)
    return Course(folder)


def asked_of(work, folder, peer, seed=0):
    """What a peer asks for in this process."""
    work.write(folder)
    drive(peer.module, peer.function, folder, seed)
    return (folder / "asked.csv").read_text().splitlines()


def rows_of(work, lines):
    return work.rows(("peer", 0), [line.split(",") for line in lines])


def test_a_course_has_the_gains_of_the_table_and_its_rows_the_values(tmp_path):
    work = TableWork(table_of(missing=(CELLS[3],)), Limit(cost=3.0))
    course = written(work, tmp_path)
    assert course.gain(row(CELLS[5]), 10) == work.table.values[CELLS[5]] / 100
    assert course.gain(row(CELLS[5]), 2) == work.table.looks[2][CELLS[5]] / 100
    assert course.gain(row(CELLS[3]), 2) is None
    assert course.epochs == (2, 10)
    found = work.rows(("peer", 1), [("-".join(map(str, row(CELLS[5]))), "2", "0.1")])
    assert found[0].value == work.table.looks[2][CELLS[5]]
    assert (found[0].best, found[0].cost, found[0].epochs) == (None, 0.2, 2)


def test_the_rows_of_a_run_say_the_best_so_far(tmp_path):
    work = TableWork(table_of(), Limit(cost=3.0))
    texts = ["-".join(map(str, row(CELLS[i]))) for i in (20, 4, 26)]
    asked = [(texts[0], "10", "0"), (texts[1], "2", "0"), (texts[2], "10", "0")]
    found = work.rows(("peer", 1), asked)
    values = work.table.values
    assert [r.cost for r in found] == pytest.approx([1.0, 1.2, 2.2])
    assert [r.best for r in found[:2]] == [values[CELLS[20]]] * 2
    assert found[2].best == max(values[CELLS[20]], values[CELLS[26]])


def test_few_members_of_a_space_are_all_there_is(tmp_path):
    course = written(TableWork(table_of().restrict(CELLS[:9]), Limit(cost=3.0)), tmp_path)
    assert course.gain(row(CELLS[8]), 2) is not None
    assert course.gain(row(CELLS[20]), 2) is None
    assert len(course.asked) == 1


def test_a_function_s_runs_are_results_whose_best_is_known():
    work = FunctionWork("additive-0", 3)
    point = ("0-1-2-3-4-0", "0.5", "0.5", "0.5", "1", "0.1")
    rows = work.rows(("peer", 0), [point] * 3)
    results = work.results({("peer", 0): rows}, ("peer",))
    assert rows[0].value < work.optimum
    assert results.regret.curves["peer"][0][-1] == pytest.approx(work.optimum - rows[0].value)
    assert "| peer | " in results.markdown


@pytest.mark.parametrize(("peers", "name"), ALL, ids=lambda x: x if isinstance(x, str) else "")
def test_every_peer_asks_until_it_is_over(peers, name, tmp_path):
    peer = peers[name]
    module = MODULES.get(peer.environment, peer.environment.split("-")[0])
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not installed: see environments.py")
    limit = Limit(cost=6.0) if peers is FIDELITIES else Limit(queries=12)
    work = TableWork(table_of(looks=peers is FIDELITIES), limit)
    found = asked_of(work, tmp_path, peer)
    rows = rows_of(work, found)
    assert work.limit.reached(rows)
    assert not work.limit.reached(rows[:-1])
    if peers is FIDELITIES:
        assert {r.epochs for r in rows} == {2, 10}
    again = rows_of(work, asked_of(work, tmp_path, peer))
    assert [(r.architecture, r.epochs) for r in again] == [
        (r.architecture, r.epochs) for r in rows
    ]


def test_pruned_trials_are_not_trained(tmp_path):
    work = TableWork(table_of(), Limit(cost=8.0))
    peer = FIDELITIES["Optuna ASHA, random"]
    rows = rows_of(work, asked_of(work, tmp_path, peer, 1))
    full = {r.architecture for r in rows if r.epochs == 10}
    values = {r.architecture: r.value for r in rows if r.epochs == 2}
    assert full < {*values}  # each passed its look
    assert sum(values[a] for a in full) / len(full) > sum(values.values()) / len(values)


def in_this_process(folder, peer, python, pair):
    drive(peer.module, peer.function, folder, pair[1])
    return [line.split(",") for line in (folder / "asked.csv").read_text().splitlines()]


@pytest.fixture
def words(tmp_path, monkeypatch):
    """The words of a command on a small table, whose peers are asked in this process."""
    monkeypatch.setattr(compare, "asked", in_this_process)
    monkeypatch.setattr(compare, "table_of", lambda given: table_of(looks=bool(given.fidelities)))
    return ["a.csv", "--seeds", "2", "--output", str(tmp_path / "c.csv")]


PAID = ["--fidelities", "2,10", "--cost", "2"]
COUNTED = ["--queries", "12"]


def test_a_command_prints_a_table_and_goes_on_after_a_kill(words, tmp_path, capsys):
    chosen = [*PAID, "--peers", "Optuna ASHA, random;Optuna ASHA, TPE"]
    compare.main([*words, *chosen])
    said = capsys.readouterr().out
    assert said.count(" trainings\n") == 4
    assert "| Optuna ASHA, random | " in said
    assert "over 2 seeds" in said
    path = tmp_path / "c.csv"
    whole = pd.read_csv(path).drop(columns="seconds")
    path.write_text(path.read_text()[:-50])
    compare.main([*words, *chosen])
    assert capsys.readouterr().out.count(" trainings\n") == 1
    assert pd.read_csv(path).drop(columns="seconds").equals(whole)


def test_its_file_is_that_of_the_notebook(words, tmp_path, capsys):
    chosen = [*COUNTED, "--peers", "Optuna TPE", "--seeds", "1"]
    compare.main([*words, *chosen])
    own = {"random": lambda: nb.RandomSearch(allow_isomorphic=True)}
    place = {"queries": 12, "seeds": (0,), "output": tmp_path / "c.csv"}
    nb.Benchmark(table_of(looks=False), own, **place).run().check()
    capsys.readouterr()
    compare.main([*words, *chosen])
    said = capsys.readouterr().out
    assert 0 < said.index("| random | ") < said.index("| Optuna TPE | ")  # nbnas's first


def test_own_runs_are_those_of_the_notebook(words, tmp_path, monkeypatch):
    monkeypatch.setattr(compare, "OWN", ("random",))
    compare.main([*words, *COUNTED, "--peers", "", "--seeds", "1", "--nbnas"])
    made = pd.read_csv(tmp_path / "c.csv").drop(columns="seconds")
    own = {"random": lambda: nb.RandomSearch(allow_isomorphic=True)}
    place = {"queries": 12, "seeds": (0,), "output": tmp_path / "d.csv"}
    nb.Benchmark(table_of(looks=False), own, **place).run().check()
    assert pd.read_csv(tmp_path / "d.csv").drop(columns="seconds").equals(made)


def test_a_peer_that_asks_for_nothing_new_is_an_error(words, monkeypatch):
    monkeypatch.setattr(compare, "asked", lambda folder, peer, python, pair: [])
    with pytest.raises(SystemExit, match="Optuna TPE, seed 0: nothing new was asked for after 0"):
        compare.main([*words, *COUNTED, "--peers", "Optuna TPE"])


def test_a_limit_of_time_ends_a_command_between_runs(words, tmp_path):
    with pytest.raises(SystemExit, match="stopped after 0 s; give the command again"):
        compare.main([*words, *COUNTED, "--peers", "Optuna TPE", "--limit", "0"])


def test_peers_that_are_unknown_or_not_installed_say_so(words, capsys, monkeypatch):
    with pytest.raises(SystemExit, match="expected peers out of Optuna TPE"):
        compare.main([*words, *COUNTED, "--peers", "Spearmint"])
    monkeypatch.setattr(compare, "python_of", lambda folder, name: None)
    compare.main([*words, *COUNTED, "--peers", "Ax"])
    assert "Ax is left out: python tests/benchmarks/peers/environments.py ax" in (
        capsys.readouterr().out
    )
    with pytest.raises(SystemExit, match="expected --nbnas without --fidelities"):
        compare.main([*words, *PAID, "--nbnas"])


def test_a_driver_that_fails_says_what_went_wrong(tmp_path):
    work = TableWork(table_of(looks=False), Limit(queries=3))
    work.write(tmp_path)
    peer = compare.FULL["Optuna TPE"]
    (tmp_path / "values.csv").unlink()
    with pytest.raises(SystemExit, match=r"(?s)Optuna TPE, seed 4: .*FileNotFoundError"):
        compare.asked(tmp_path, peer, compare.sys.executable, ("Optuna TPE", 4))


def test_a_file_with_a_column_for_each_length_is_read(tmp_path):
    lines = [f"{a},{90 - i},{50 - i / 2},{80 - i}" for i, a in enumerate(CELLS[:30])]
    (tmp_path / "t.csv").write_text("\n".join(["arch_str,valid_10,valid_2,test", *lines]))
    words = [str(tmp_path / "t.csv"), "--test", "test", "--output", "c.csv"]
    paid = ["--fidelities", "valid_2:2,valid_10:10"]
    table = compare.table_of(compare.parser().parse_args([*words, *paid]))
    assert (table.value, table.test, table.fidelities.epochs) == ("valid_10", "test", (2, 10))
    assert table.looks[2][CELLS[4]] == 48.0
    plain = compare.table_of(compare.parser().parse_args([*words, "--value", "valid_10"]))
    assert (plain.values[CELLS[4]], plain.fidelities) == (86.0, None)


def test_a_function_and_the_table_that_ships_are_words():
    given = compare.parser().parse_args(["branin-2", "--queries", "9", "--output", "c.csv"])
    work = compare.work_of(given)
    assert (work.settings, work.limit.queries) == ({"function": "branin-2"}, 9)
    given = compare.parser().parse_args(["digits", "--output", "c.csv"])
    assert compare.table_of(given).fingerprint() == digits_table().fingerprint()


@pytest.mark.slow
def test_a_picture_is_drawn(words, tmp_path):
    picture = tmp_path / "c.png"
    compare.main([*words, *COUNTED, "--peers", "Optuna TPE", "--picture", str(picture)])
    assert picture.read_bytes().startswith(b"\x89PNG")
