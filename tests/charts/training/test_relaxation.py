import json
import math

import pytest
from relaxations import CONV, EDGES, SKIP, reports, weights

import nbnas as nb
from nbnas import charts
from nbnas.charts import lettering
from nbnas.charts.render import to_svg
from nbnas.charts.theme import SMALL, styles
from nbnas.charts.training.operation_weights import won
from nbnas.charts.training.relaxation import report_of, summary
from nbnas.charts.training.relaxed_cell import FAINT, RIBBON
from nbnas.charts.training.relaxed_words import kept, kept_edges, shown_names, vertices
from nbnas.errors import SettingError

SHORT = styles([CONV])[CONV].short


def rows(chart):
    """All rows of a chart, whatever they are drawn as."""
    found = []
    for each in chart.to_dict()["datasets"].values():
        found += json.loads(each) if isinstance(each, str) else each
    return found


def thickness(cell):
    """Pixels of each stripe, by edge and operation."""
    return {row["stripe"]: row["thick"] for row in rows(charts.relaxed_cell(cell)) if "t" in row}


def test_an_operation_is_as_thick_as_its_weight():
    cell = weights(4)
    known = styles(cell.operations)
    expected = {
        f"{edge}.{known[word].name}": RIBBON * value
        for edge, row in enumerate(cell.values)
        for word, value in zip(cell.operations, row, strict=True)
    }
    assert thickness(cell) == pytest.approx(expected)
    assert sum(thickness(cell).values()) == pytest.approx(6 * RIBBON)


def test_an_operation_without_weight_is_not_drawn():
    row = tuple(float(word == SKIP) for word in weights(1).operations)
    cell = nb.CellWeights("cell", EDGES, weights(1).operations, (row,) * 6)
    assert thickness(cell) == {f"{edge}.skip": RIBBON for edge in range(6)}


def test_stripes_follow_their_own_edge_in_whatever_order_edges_come():
    cell = weights(4)
    turned = nb.CellWeights("cell", EDGES[::-1], cell.operations, cell.values[::-1])

    def ends(which):
        found = [row for row in rows(charts.relaxed_cell(which)) if row.get("t") == 0]
        return sorted((row["operation"], row["thick"], row["x"], row["y"]) for row in found)

    assert ends(turned) == ends(cell)


def test_the_strongest_is_named_where_there_is_room(said):
    text = said(charts.relaxed_cell(weights(3)))
    assert "The relaxed cell" in text
    assert f"skip {100 * max(weights(3).values[0]):.0f} %" in text
    assert f"{SHORT} {100 * max(weights(3).values[5]):.0f} %" in text
    crowded = nb.CellSpace(vertices=5)  # ten edges
    edges = tuple((str(a), str(b)) for a, b in crowded.edges)
    assert "%" not in said(charts.relaxed_cell(weights(3, edges)))


def genotype(*strengths):
    """A genotype's cell; the skip connections of its 14 edges weigh so much, poolings the rest."""
    edges = tuple((str(u), str(v)) for v in range(2, 6) for u in range(v))
    values = tuple((0.0, strength, 1 - strength) for strength in strengths)
    return nb.CellWeights("normal", edges, ("none", SKIP, "max_pool_3x3"), values)


LEADING = genotype(0.6, 0.7, *(0.9, 0.8, 0.7), *(0.6, 0.95, 0.9, 0.7), *(0.9, 0.8, 0.7, 0.6, 0.55))
"""The two strongest are 0 and 1 into 3, 1 and 2 into 4, 0 and 1 into 5."""


def test_of_a_genotype_two_inputs_of_each_vertex_are_named_and_seen(said):
    stays = dict(zip(LEADING.edges, kept_edges(LEADING), strict=True))
    assert [edge for edge, it in stays.items() if it] == [
        *(("0", "2"), ("1", "2"), ("0", "3"), ("1", "3"), ("1", "4"), ("2", "4")),
        *(("0", "5"), ("1", "5")),
    ]
    text = said(charts.relaxed_cell(LEADING))
    assert "The relaxed normal cell" in text
    drawn = rows(charts.relaxed_cell(LEADING))
    circles = [row["text"] for row in drawn if "size" in row]
    assert circles == ["k\N{MINUS SIGN}2", "k\N{MINUS SIGN}1", "2", "3", "4", "5", "out"]
    seen = {int(row["stripe"].partition(".")[0]): row["seen"] for row in drawn if "stripe" in row}
    assert [edge for edge in range(14) if seen[edge] == FAINT] == [4, 5, 8, 11, 12, 13]
    words = [row["text"] for row in drawn if "text" in row and "size" not in row]
    assert sorted(words) == sorted(["skip 60 %", "skip", "skip 90 %", "skip 80 %", "skip 95 %",
                                    "skip 90 %", "skip 90 %", "skip 80 %"])  # fmt: skip


def test_words_stand_beside_each_other_and_beside_vertices():
    drawn = rows(charts.relaxed_cell(LEADING))
    words = [row for row in drawn if "text" in row and "size" not in row]
    circles = [row for row in drawn if "size" in row]
    for number, one in enumerate(words):
        wide = lettering.width(one["text"], SMALL) / 2
        for other in words[number + 1 :]:
            both = wide + lettering.width(other["text"], SMALL) / 2
            assert abs(one["x"] - other["x"]) > both or abs(one["y"] - other["y"]) > 12
        for circle in circles:
            radius = math.sqrt(circle["size"]) / 2
            near = max(0.0, abs(one["x"] - circle["x"]) - wide), abs(one["y"] - circle["y"])
            assert math.hypot(*near) > 0.6 * radius


def test_the_output_of_a_genotype_joins_its_vertices():
    wires = [row for row in rows(charts.relaxed_cell(LEADING)) if "wire" in row]
    circles = [row for row in rows(charts.relaxed_cell(LEADING)) if "size" in row]
    begins = {row["x"] for row in wires if row["t"] == 0}
    assert begins == {circle["x"] for circle in circles[2:6]}
    assert (wires[-1]["x"], wires[-1]["y"]) == (circles[-1]["x"], circles[-1]["y"])
    assert circles[-1]["text"] == "out"
    assert not any("wire" in row for row in rows(charts.relaxed_cell(weights(2))))


def test_nothing_is_faint_while_all_edges_are_alike():
    even = genotype(*(0.5,) * 14)
    assert all(kept_edges(even))
    decided = genotype(1.0, *(0.5,) * 13)  # an edge is decided, the others are not yet
    assert all(kept_edges(decided))


def test_what_would_be_kept_is_the_strongest_but_none(said):
    words = weights(1).operations
    row = tuple({"none": 0.6, CONV: 0.3, SKIP: 0.1}.get(word, 0.0) for word in words)
    cell = nb.CellWeights("cell", EDGES, words, (row,) * 6)
    assert kept(cell, 0) == CONV
    assert f"{SHORT} 30 %" in said(charts.relaxed_cell(cell))
    equal = nb.CellWeights("cell", EDGES, words, ((0.2,) * 5,) * 6)
    assert kept(equal, 0) == ""
    assert "%" not in said(charts.relaxed_cell(equal))
    report = nb.RelaxationReport(1, (equal,), reports(1)[0].architecture, 1.0, 0.5, 1.0)
    assert "all the same" in said(charts.operation_weights((report,)))


def test_vertices_are_in_order_and_named():
    assert vertices(weights(1)) == ("0", "1", "2", "3")
    assert list(shown_names(weights(1)).values()) == ["in", "1", "2", "out"]
    two = reports(1, two=True)[0].weights[0]
    assert vertices(two) == ("c_{k-2}", "c_{k-1}", "0", "1", "2", "3")


def test_when_an_operation_wins_is_known_and_marked(said):
    found = reports(8)
    courses = [report.weights[0] for report in found]
    wins = [won(courses, range(1, 9), edge) for edge in range(6)]
    assert [each.operation for each in wins] == [SKIP] * 6
    assert [each.epoch for each in wins] == [2, 3, 4, 5, 6, 7]
    assert won(courses[:1], [1], 0).epoch == 1
    assert won(courses[:1], [1], 0).operation == CONV
    chart = charts.operation_weights(found, epochs=8)
    text = said(chart)
    for edge, epoch in zip(("in → 1", "in → 2", "2 → out"), (2, 3, 7), strict=True):
        assert edge in text
        assert f"skip since epoch {epoch}" in text
    marked = [row for row in rows(chart) if set(row) == {"operation", "x", "y"}]
    lines = [row for row in rows(chart) if row.get("t") and row["operation"] == "skip"]
    at = {(row["line"], row["t"]): (row["x"], row["y"]) for row in lines}
    expected = [at[f"{edge}.{SKIP}", epoch] for edge, epoch in enumerate(range(2, 8))]
    assert [(row["x"], row["y"]) for row in marked] == expected


def test_entropy_skips_and_the_measure_are_told(said):
    found = reports(8)
    text = said(charts.collapse(found, epochs=8))
    assert "entropy (nats)" in text
    assert "100 % skips, the supernet has 93.75 %" in text
    assert "it stands for skip | skip+skip | skip+skip+skip" in text
    drawn = [row["skips"] for row in rows(charts.collapse(found)) if "skips" in row]
    assert drawn == [report.skips for report in found]
    levels = [row["entropy"] for row in rows(charts.collapse(found)) if len(row) == 1]
    assert math.log(5) in levels
    loss = nb.Measure("loss", "nats", maximize=False)
    assert "supernet's loss" in said(charts.collapse(found, measure=loss))


@pytest.mark.parametrize(("count", "two"), [(1, False), (40, False), (3, True)])
def test_whatever_has_come_can_be_drawn(count, two, said):
    text = said(charts.relaxation(reports(count, two), epochs=50))
    assert f"after epoch {count}" in text
    assert text.count("The weights of each edge") == 1 + two


def test_one_epoch_of_one_cell_can_be_drawn(said):
    one = said(charts.relaxation(reports(3, two=True), epoch=2, cell="normal"))
    assert "The relaxed normal cell after epoch 2" in one
    assert "reduction" not in one


def test_a_relaxation_without_an_epoch_says_so(said):
    for draw in (charts.relaxation, charts.operation_weights, charts.collapse):
        assert "epoch has ended yet" in said(draw(()))
    assert summary(()) == "No epoch has ended yet."


def test_an_epoch_or_a_cell_that_is_not_there_is_refused():
    found = reports(3)
    with pytest.raises(SettingError, match="expected an epoch from 1 to 3, got 4"):
        charts.relaxation(found, epoch=4)
    with pytest.raises(SettingError, match="one of 'cell', got 'normal'"):
        charts.relaxation(found, cell="normal")
    assert report_of(found, 2) is found[1]


def test_names_of_ones_own_are_escaped_and_cut(attack):
    words = (attack, "an operation with a very long name")
    cell = nb.CellWeights(attack, ((attack, "b"), ("b", "c")), words, ((0.5, 0.5),) * 2)
    report = nb.RelaxationReport(1, (cell,), reports(1)[0].architecture, 1.0, 0.5, 1.0)
    for chart in (charts.relaxation((report,)), charts.relaxed(report)):
        assert "<script" not in to_svg(chart)
