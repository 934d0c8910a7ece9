"""Other people's searches over fidelities: what they cost, and that their runs are kept."""

import importlib.util

import pandas as pd
import peers
import peers_by_cost
import pytest
from peers import PEERS, Course, Over, run_peer

import nbnas as nb
from nbnas.benchmarks.shipped import digits_table
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.search.benchmark.unit import PERCENT

SPACE = CellSpace(("none", "skip_connect", "nor_conv_3x3"))
CELLS = list(SPACE)
OPTUNA = [name for name, (_, package) in PEERS.items() if package == "optuna"]


def table_of(missing=()):
    """Convolutions are good, and the looks nearly say so."""
    values = {a: 50.0 + 5 * str(a).count("3x3") + i / 1000 for i, a in enumerate(CELLS)}
    looks = {2: {a: v - 20 - i % 5 for i, (a, v) in enumerate(values.items()) if a not in missing}}
    lengths = {"fidelities": nb.Fidelities((2, 10)), "looks": looks}
    return nb.BenchmarkTable("valid", SPACE, values, PERCENT, **lengths)


def row(architecture):
    return SPACE.encode(architecture)


def test_a_course_counts_costs_and_tells_again_for_nothing():
    course = Course(table_of(), 1.5)
    first, other = CELLS[5], CELLS[9]
    look = course.gain(row(first), 2)
    assert course.gain(row(first), 2) == look
    assert course.gain(row(first), 10) > look  # its own training: it pays all
    assert course.gain(row(other), 10) is not None
    assert [q.cost for q in course.queries] == [0.2, 1.2, 2.2]
    assert [q.epochs for q in course.queries] == [2, 10, 10]
    assert course.queries[0].best is None
    with pytest.raises(Over):
        course.gain(row(CELLS[1]), 2)
    assert course.gain(row(first), 2) == look


def test_a_course_takes_failures_and_rows_that_are_no_member():
    course = Course(table_of(missing=(CELLS[3],)), 3.0)
    assert course.gain(row(CELLS[3]), 2) < -1e6
    assert course.queries[0].value is None
    assert len(course.queries) == 1
    few = Course(table_of().restrict(CELLS[:9]), 3.0)
    assert few.gain(row(CELLS[20]), 2) < -1e6
    assert few.queries == []


def test_a_peer_that_asks_for_nothing_new_comes_to_an_end(monkeypatch):
    monkeypatch.setattr(peers, "ASKS", 200)

    def stubborn(course, seed):
        while True:
            course.gain(row(CELLS[3]), 2)

    assert len(run_peer(stubborn, table_of(), 3.0, 0)) == 1


@pytest.mark.parametrize("name", PEERS)
def test_every_peer_looks_and_trains_until_the_cost_is_spent(name):
    peer, package = PEERS[name]
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed: pip install 'nbnas[peers]'")
    table = table_of()
    found = run_peer(peer, table, 6.0, 0)
    assert found[-1].cost >= 6.0 > found[-2].cost
    assert {q.epochs for q in found} == {2, 10}
    looks = sum(q.epochs == 2 for q in found)
    assert found[-1].cost == pytest.approx(0.2 * looks + len(found) - looks)
    assert len({(q.architecture, q.epochs) for q in found}) == len(found)
    again = run_peer(peer, table, 6.0, 0)
    assert [(q.architecture, q.epochs) for q in again] == [
        (q.architecture, q.epochs) for q in found
    ]


def test_pruned_trials_are_not_trained():
    peer, _ = PEERS["Optuna ASHA, random"]
    found = run_peer(peer, table_of(), 8.0, 1)
    full = {q.architecture for q in found if q.epochs == 10}
    looked = {q.architecture for q in found if q.epochs == 2}
    assert full < looked  # each passed its look
    values = {q.architecture: q.value for q in found if q.epochs == 2}
    mean = sum(values.values()) / len(values)
    assert sum(values[a] for a in full) / len(full) > mean


@pytest.fixture
def words(tmp_path):
    """The words of a command on the table that ships."""
    given = ["--fidelities", "6,12", "--cost", "2", "--seeds", "2"]
    return ["digits", *given, "--output", str(tmp_path / "c.csv")]


def test_a_command_prints_a_table_and_goes_on_after_a_kill(words, tmp_path, capsys):
    chosen = ["--peers", ";".join(OPTUNA[:2])]
    peers_by_cost.main([*words, *chosen])
    said = capsys.readouterr().out
    assert said.count(" trainings\n") == 4
    assert "| Optuna ASHA, random | " in said
    assert "over 2 seeds" in said
    path = tmp_path / "c.csv"
    whole = pd.read_csv(path).drop(columns="seconds")
    path.write_text(path.read_text()[:-50])
    peers_by_cost.main([*words, *chosen])
    assert capsys.readouterr().out.count(" trainings\n") == 1
    assert pd.read_csv(path).drop(columns="seconds").equals(whole)


@pytest.mark.slow
def test_a_picture_is_drawn(words, tmp_path):
    words[words.index("--seeds") + 1] = "1"
    peers_by_cost.main([*words, "--peers", OPTUNA[0], "--picture", str(tmp_path / "c.png")])
    assert (tmp_path / "c.png").read_bytes().startswith(b"\x89PNG")


def test_its_file_is_that_of_the_notebook(words, tmp_path, capsys):
    peers_by_cost.main([*words, "--peers", OPTUNA[0]])
    benchmark = nb.Benchmark(
        digits_table(fidelities=nb.Fidelities((6, 12), continued=True)),
        {"random": nb.RandomSearch},
        queries=2,
        seeds=(0, 1),
        output=tmp_path / "c.csv",
    )
    benchmark.run().check()
    peers_by_cost.main([*words, "--peers", OPTUNA[0]])
    said = capsys.readouterr().out
    assert "| random | " in said
    assert f"| {OPTUNA[0]} | " in said


def test_peers_that_are_unknown_or_not_installed_say_so(words, capsys, monkeypatch):
    with pytest.raises(SystemExit, match="expected peers out of Optuna ASHA"):
        peers_by_cost.main([*words, "--peers", "Spearmint"])
    monkeypatch.setattr(peers_by_cost, "version_of", lambda package: None)
    peers_by_cost.main([*words, "--peers", "DEHB"])
    assert "DEHB is left out: pip install dehb" in capsys.readouterr().out


def test_a_file_with_a_column_for_each_length_is_read(tmp_path):
    rows = [f"{a},{90 - i},{50 - i / 2},{80 - i}" for i, a in enumerate(CELLS[:30])]
    (tmp_path / "t.csv").write_text("\n".join(["arch_str,valid_10,valid_2,test", *rows]))
    words = ["--fidelities", "valid_2:2,valid_10:10", "--test", "test", "--output", "c.csv"]
    table = peers_by_cost.table_of(
        peers_by_cost.parser().parse_args([f"{tmp_path}/t.csv", *words])
    )
    assert (table.value, table.test, table.fidelities.epochs) == ("valid_10", "test", (2, 10))
    assert table.looks[2][CELLS[4]] == 48.0
