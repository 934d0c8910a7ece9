"""The lessons are built alike, and say what is true; `browser/test_fonts.py` runs them."""

import math
import re
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pandas as pd
import pytest
import torch
from pages import solutions
from scipy.stats import norm, spearmanr

import nbnas as nb

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "notebooks" / "lessons"
LESSONS = sorted(FOLDER.glob("*.ipynb"), key=lambda path: int(path.stem.partition("_")[0]))
TITLES = {
    **{1: "Bayesian optimisation by hand", 2: "Architectures and spaces", 3: "Distances"},
    **{4: "Prior and kernel", 5: "Posterior and expected improvement", 6: "Training for real"},
    **{7: "A whole search", 8: "Spend less", 9: "What fits"},
    **{10: "By gradient, and why it fails", 11: "Settings too"},
}
MOST_CELLS, MOST_LINES = 26, 10
LINK = re.compile(r"\]\(([^)]+)\)")
each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def read(path):
    return nbformat.read(path, as_version=4)


def words(path):
    """All prose of a lesson."""
    return "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")


def code(path):
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def test_they_are_there_in_order():
    titles = [read(path).cells[0].source.splitlines()[0] for path in LESSONS]
    assert titles == [f"# Lesson {i}: {title}" for i, title in TITLES.items()]
    assert [int(path.stem.partition("_")[0]) for path in LESSONS] == list(TITLES)


@each_lesson
def test_is_short(path):
    assert len(read(path).cells) <= MOST_CELLS
    for cell in code(path):
        lines = [line for line in cell.source.splitlines() if line.strip()]
        assert len(lines) <= MOST_LINES, cell.id


@each_lesson
def test_is_committed_without_outputs_and_with_readable_ids(path):
    notebook = read(path)
    nbformat.validate(notebook)
    assert "widgets" not in notebook.metadata
    assert not [cell.id for cell in code(path) if cell.outputs or cell.execution_count]
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert not [each for each in ids if re.fullmatch(r"[0-9a-f]{8}", each)]


@each_lesson
def test_says_how_long_it_takes(path):
    said = re.search(r"About (\d+) minutes", read(path).cells[0].source)
    assert said is not None
    assert 15 <= int(said[1]) <= 25


@each_lesson
def test_asks_before_experiments_and_has_three_exercises_with_folded_solutions(path):
    text = words(path)
    assert len(re.findall(r"\*\*[^*]*\?[^*]*\*\*", text)) >= 5
    exercises = text.split("## Exercises")[1]
    assert re.findall(r"^\*\*(\d)\.\*\*", exercises, flags=re.MULTILINE) == ["1", "2", "3"]
    assert exercises.count("<details><summary>Solution</summary>") == 3
    assert exercises.count("</details>") == 3


@each_lesson
def test_links_lead_somewhere(path):
    links = [link for link in LINK.findall(words(path)) if "://" not in link]
    missing = [link for link in links if not (path.parent / link.split("#")[0]).exists()]
    assert not missing
    place = LESSONS.index(path)
    for neighbor in LESSONS[max(place - 1, 0) : place + 2]:
        assert neighbor == path or neighbor.name in links


@each_lesson
def test_solutions_are_python(path):
    for block in solutions(read(path)):
        compile(block, path.name, "exec")


def test_lesson_one_improves_by_what_is_certain_where_there_is_no_doubt():
    (cell,) = [cell for cell in code(LESSONS[0]) if cell.id == "ei"]
    names = {"math": math, "np": np}
    exec(cell.source, names)
    found = [names["expected_improvement"](mean, 0.0, 0.6) for mean in (0.7, 0.6, 0.5)]
    np.testing.assert_allclose(found, [0.1, 0, 0], atol=1e-12)


def test_lesson_three_says_what_the_table_shows():
    """Its prose has these numbers: change both."""
    space, table = nb.CellSpace(), nb.benchmarks.digits()
    wl, others = nb.WeisfeilerLehmanDistance(depth=1), (nb.EditDistance(), nb.PathDistance())
    drawn = space.sample(0, 300)
    alike = np.argwhere(np.triu(wl.matrix(drawn, drawn) == 0, 1))
    gaps = [abs(table(drawn[i]).value - table(drawn[j]).value) for i, j in alike]
    assert (len(gaps), np.count_nonzero(gaps)) == (306, 5)
    assert max(gaps) == pytest.approx(0.01)
    cells = drawn[:60]
    found = [nb.diagnose(d, space, map(table, cells)) for d in (wl, nb.OtmannDistance(), *others)]
    assert found[0].lengthscale > wl.matrix(cells, cells).max()
    assert max(found, key=lambda each: each.leave_one_out_kendall) is found[0]
    assert max(found, key=lambda each: each.spearman) is found[1]


def test_lesson_eight_says_what_the_table_shows():
    """Its prose has these numbers: change both."""
    cells, table = nb.CellSpace().sample(0, 300), nb.benchmarks.digits()
    curves = np.array([[report.val_accuracy for report in table(a).reports] for a in cells])
    told = [spearmanr(curves[:, e], curves[:, -1]).statistic for e in range(12)]
    assert all(0.2 < rho < 0.45 for rho in told[:6])
    assert [round(rho, 1) for rho in told[7:9]] == [0.8, 0.9]
    led, best = curves[:, 2].argmax(), curves[:, 11].argmax()
    assert curves[led, 7] > curves[best, 7]
    assert curves[led, 11] < curves[best, 11]
    assert abs(curves[curves[:, 2].argmin()] - 0.1).max() < 0.01
    good = curves[curves[:, -1] >= np.median(curves[:, -1])]
    assert spearmanr(good[:, 7], good[:, -1]).statistic == pytest.approx(0.62, abs=0.01)
    rates = [report.learning_rate for report in table(cells[0]).reports]
    assert max(rates) / 2 < rates[6] < max(rates)
    assert rates[-1] < max(rates) / 100


def test_lesson_eight_buys_what_it_says():
    (cell,) = [cell for cell in code(LESSONS[7]) if cell.id == "worth"]
    names = {"norm": norm}
    exec(cell.source.partition("\n\n\n")[0], names)
    improvement, expected = names["improvement"], nb.ExpectedImprovement()
    assert improvement(-0.3, 0.7) == pytest.approx(expected([-0.3], [0.7], 0.0)[0])
    whole = improvement(-1.0, 1.0)
    assert improvement(-1.0, 0.82) / 0.06 == pytest.approx(9 * whole, rel=0.05)
    assert improvement(-1.0, 0.67) / 0.25 < whole < improvement(-1.0, 0.68) / 0.25


def test_lesson_nine_says_what_the_table_shows():
    """Its prose has these numbers: change both."""
    names = {}
    for cell in code(LESSONS[8])[:5]:
        exec(cell.source, names)
    numbers, seen, three = names["numbers"], names["seen"], names["three"]
    assert len(seen.front) == 9
    sizes = [size for size, _ in sorted(names["front"])]
    assert sizes == [145, 208, 271, 568, 991]
    assert three.accuracy["A"] > three.accuracy["C"] > three.accuracy["B"]
    assert three.parameters["A"] < three.parameters["C"]
    assert names["area"] == pytest.approx(seen.hypervolumes[-1])
    first, third = solutions(read(LESSONS[8]))[0], solutions(read(LESSONS[8]))[2]
    exec(first, names)
    eight = names["eight"]
    assert [i for i in range(8) if names["dominated"](eight.loc[i])] == [0, 6]
    exec(third, names)
    assert names["fit"].parameters == 568
    assert f"{names['fit'].value:.1%}" == "90.6%"
    assert f"{100 * (numbers.accuracy.max() - names['fit'].value):.1f}" == "3.3"


def test_lesson_ten_relaxes_as_it_says():
    """Its prose has these numbers: change both."""
    (path,) = [path for path in LESSONS if path.stem.startswith("10_")]
    names = {"torch": torch, "pd": pd}
    for cell in code(path):
        if cell.id in ("relax", "by-hand"):
            exec(cell.source, names)
    relax, x = names["relax"], names["x"]
    assert relax(names["operations"], x.relu())["relu"] > 0.85
    exec(solutions(read(path))[0].splitlines()[0], names)
    left = relax(names["without"], x.relu())
    assert left[["skip", "abs"]].tolist() == pytest.approx([0.5, 0.5], abs=0.03)
    wrong = [(y - x.relu()).square().mean().item() for y in names["without"].values()]
    assert wrong == pytest.approx([wrong[0]] * 3)


@pytest.mark.slow
def test_lesson_ten_compares_as_it_says():
    """The order of the two searches and the size of networks in its prose: change both."""
    (path,) = [path for path in LESSONS if path.stem.startswith("10_")]
    names = {"cured": SimpleNamespace(cost=13.456), "found": nb.CellSpace().sample(0, 1)[0]}
    for cell in code(path):
        if cell.id in ("setup", "standing", "bayes"):
            exec(cell.source, names)
    ranks = {name: [each["rank"] for each in found] for name, found in names["runs"].items()}
    assert max(ranks["Bayesian optimisation"]) <= min(ranks["random"])
    assert max(ranks["random"]) < 1500
    assert max(names["table"].parameters.values()) == 2683


@pytest.mark.slow
def test_lesson_eleven_climbs_as_it_says():
    """Its prose has these numbers: change both."""
    (path,) = [path for path in LESSONS if path.stem.startswith("11_")]
    names = {}
    for cell in code(path):
        if cell.id not in ("picture", "paths", "ask"):
            exec(cell.source, names)
    up, down = names["slopes"][0]
    assert up > 0 > down
    assert f"{up:.1f}" == "14.7"
    climb, newton, easy, hard = (names[n] for n in ("climb", "newton", "easy", "hard"))
    right, wrong = climb(newton, easy), climb(newton, hard)
    top = right[-1]
    assert right[3] != right[4] == top
    assert wrong[0] > right[0]
    assert wrong[-1] < wrong[0]
    assert {climb(names["damped"], place)[-1] for place in (easy, hard)} == {top}
    assert {names["lbfgs"](place)[-1] for place in (easy, hard)} == {top}
    kinds = [names["curves"](place) for place in names["drawn"][:40]]
    assert 0.1 < kinds.count("down") / len(kinds) < 0.3
    assert len(names["near"]) == 24
    assert names["scores"][0] < top < names["others"].max().item()
    first, second, third = solutions(read(path))
    exec(first, names)
    assert (names["after"] - names["scores"])[0] / names["moved"] == pytest.approx(up, rel=0.01)
    exec(second, names)
    assert names["u"] == pytest.approx(0.3 + 0.6 * (2 / 3) ** 5)
    exec(third, names)
    assert names["curves"](names["corner"][0]) == "saddle"
    assert names["slopes"].norm().item() == pytest.approx(32, abs=1)
