"""The hypervolume regret against one that is counted on a grid, and on published tables."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from nbnas.search.benchmark.goals.further import Further, GoalColumn
from nbnas.search.benchmark.goals.regret import hypervolume_regrets
from nbnas.search.benchmark.table import read_table
from nbnas.search.tables.joined import joined_columns

from .conftest import CELLS, MORE, SLOW, TIMES, VALUES, made

DATA = Path(__file__).parents[5] / "shared" / "data"


def on_a_grid(columns, asked, lowest=None, n=400):
    """The share of the unit square that the whole dominates and what was asked for does not."""
    gains = np.array(columns).T
    low = gains.min(axis=0) if lowest is None else np.array(lowest)
    scaled = (gains - low) / (gains.max(axis=0) - low)
    places = (np.arange(n) + 0.5) / n
    volumes = []
    for points in (scaled, scaled[asked]):
        heights = [max((y for x, y in points if x >= place), default=0.0) for place in places]
        volumes.append(np.clip(heights, 0, 1).mean())
    return volumes[0] - volumes[1]


def test_it_is_what_is_missing_of_the_unit_square(table):
    asked = [5, 100, 300, 728]
    found = hypervolume_regrets(table, [CELLS[i] for i in asked])
    columns = [list(VALUES.values()), [-t for t in TIMES.values()]]
    assert found == pytest.approx([on_a_grid(columns, asked[:k]) for k in range(1, 5)], abs=5e-3)
    assert (np.diff(found) <= 0).all()


def test_of_an_accuracy_it_begins_at_chance():
    table = made(classes=2)  # half of the cells are below 50 %
    asked = [700, 728]
    columns = [list(VALUES.values()), [-t for t in TIMES.values()]]
    lowest = [50.0, -max(TIMES.values())]
    found = hypervolume_regrets(table, [CELLS[i] for i in asked])
    assert found[-1] == pytest.approx(on_a_grid(columns, asked, lowest), abs=5e-3)


def test_the_whole_front_leaves_nothing(table):
    found = hypervolume_regrets(table, CELLS)
    assert found[-1] == 0
    assert found[0] > 0


def test_a_third_goal_and_one_that_never_changes_count(table):
    same = made(further=(*table.further, Further(MORE, dict.fromkeys(CELLS, 3.0))))
    assert np.isfinite(hypervolume_regrets(same, CELLS[:3])).all()
    rising = made(
        further=(Further(SLOW, TIMES), Further(MORE, {a: i for i, a in enumerate(CELLS)}))
    )
    found = hypervolume_regrets(rising, CELLS)
    assert found[-1] == 0
    assert (np.diff(found) <= 1e-12).all()


@pytest.mark.skipif(not DATA.exists(), reason="no published tables")
def test_random_search_has_the_published_figures():
    column = "c10_edgegpu_latency_ms"
    files = [DATA / name for name in ("nb201_cifar.csv.gz", "nb201_hardware.csv.gz")]
    table = read_table(
        joined_columns(*files, [column]),
        architecture="arch_str",
        value="c10_valid_200",
        also=(GoalColumn(column),),
    )
    table, cells = dataclasses.replace(table, classes=10), list(table.values)
    assert table.further[0].measure.unit == "ms"
    found = [
        hypervolume_regrets(table, [cells[i] for i in rng.permutation(len(cells))[:200]])
        for rng in map(np.random.default_rng, range(20))
    ]
    means = np.mean(found, axis=0)[[49, 99, 199]]  # those of issue 20, measured by others
    assert means == pytest.approx([0.0593, 0.0235, 0.0128], abs=6e-5)
