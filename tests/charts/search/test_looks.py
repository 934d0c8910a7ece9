"""Pictures of trainings that went differently far."""

import dataclasses
import json

import numpy as np
import pytest

import nbnas as nb
from nbnas import charts
from nbnas.charts.search.looks import rows as made
from nbnas.charts.search.looks.beliefs import ABSENT, WIDER
from nbnas.charts.search.looks.rows import FULL, LOOK
from nbnas.charts.search.looks.spent import spent_rows
from nbnas.charts.search.looks.stops import ON, STOPPED, fates
from nbnas.records import EpochReport, Evaluation, Observations
from nbnas.search.fidelities.told import Belief, Looks, Prediction
from nbnas.search.strategies.schedulers.asha import Asha
from nbnas.search.strategies.schedulers.successive_halving import SuccessiveHalving

SEPARATE = nb.Fidelities((4, 20))
CONTINUED = nb.Fidelities((4, 10, 20), continued=True)
RUNGS = nb.Fidelities((1, 3, 9), continued=True)
CELLS = nb.CellSpace().sample(0, 8)


def curve(upto, last, planned=20):
    """Accuracies that rise to the last one."""
    values = np.linspace(0.1, last, upto)
    return tuple(EpochReport(n, planned, val_accuracy=v) for n, v in enumerate(values, 1))


def seen(reports=True):
    """Six looks, two of which were trained fully, and a look that failed."""
    looks = [
        Evaluation(a, 0.3 + i / 50, epochs=4, reports=curve(4, 0.3 + i / 50) if reports else ())
        for i, a in enumerate(CELLS[:6])
    ]
    full = [Evaluation(a, v, reports=curve(20, v) if reports else ()) for a, v in
            ((CELLS[4], 0.8), (CELLS[5], 0.9))]  # fmt: skip
    failed = Evaluation(CELLS[6], None, status="failed", error="out of memory", epochs=4)
    return Observations((*looks, failed, *full))


def told(fidelities=CONTINUED, reports=True, **more):
    observations = seen(reports)
    costs = tuple(fidelities.cost(e.epochs) for e in observations)
    return Looks(observations, fidelities, costs, **more)


def predictions():
    return tuple(Prediction(a, 0.7 - i / 10, 0.05) for i, a in enumerate(CELLS[:3]))


def beliefs(full=None):
    look = seen()[0]
    before, after = (Prediction(look.architecture, *p) for p in ((0.7, 0.1), (0.8, 0.04)))
    return (Belief(0, look, before, after, full),)


def lines(found):
    """The epochs of each line, whether it only joins, and its kind."""
    rows, _ = made.parts(found)
    drawn = {}
    for row in rows["lines"]:
        drawn.setdefault((row["line"], row["joined"], row["kind"]), []).append(row["epochs"])
    return drawn


def test_a_continued_training_is_one_line_of_its_architecture(said):
    found = told()
    drawn = lines(found)
    assert len(drawn) == 6
    assert not [joined for _, joined, _ in drawn if joined]
    assert sorted(map(len, drawn.values())) == [4, 4, 4, 4, 20, 20]
    assert [kind for _, _, kind in drawn] == [LOOK] * 4 + [FULL] * 2  # the strong ones on top
    text = said(charts.rungs(found))
    assert "6 architectures: 2 trained fully (thick), 4 looked at only, 1 training failed" in text
    assert "A line is one architecture, whose training goes on" in text
    assert "no learning curves" not in text
    assert "6 looks" in text
    assert "2 full" in text


def test_separate_trainings_are_no_points_of_one_curve(said):
    drawn = lines(told(SEPARATE))
    assert sorted(v for (_, joined, _), v in drawn.items() if joined) == [[4, 20], [4, 20]]
    own = [v for (_, joined, _), v in drawn.items() if not joined]
    assert sorted(map(len, own)) == [4] * 6 + [20] * 2
    text = said(charts.rungs(told(SEPARATE)))
    assert "A line is one training; dotted ones join the separate trainings" in text
    assert "are no learning curves" in text


def test_where_a_table_knows_no_epochs_only_dotted_lines_are_left(said):
    drawn = lines(told(SEPARATE, reports=False))
    assert list(drawn.values()) == [[4, 20], [4, 20]]
    assert "Dotted lines join the separate trainings" in said(
        charts.rungs(told(SEPARATE, reports=False))
    )
    continued = lines(told(reports=False))
    assert list(continued.values()) == [[4, 20], [4, 20]]
    assert not [joined for _, joined, _ in continued if joined]


def test_a_curve_of_something_else_than_the_measure_is_not_drawn():
    loss = nb.Measure("log loss", maximize=False, lower=0.0)
    own = (Evaluation(CELLS[0], 0.4, epochs=4, reports=curve(4, 0.5)),)
    found = Looks(Observations(own, loss), CONTINUED, (0.2,))
    assert lines(found) == {}


def test_predicted_ends_stand_beside_the_full_trainings_and_belong_to_them(said):
    found = told(predictions=predictions())
    rows, bounds = made.parts(found)
    assert [row["value"] for row in rows["ends"]] == pytest.approx([0.7, 0.6, 0.5])
    assert [row["upper"] for row in rows["ends"]] == pytest.approx([0.75, 0.65, 0.55])
    assert min(row["epochs"] for row in rows["ends"]) > 20
    assert max(row["epochs"] for row in rows["ends"]) < made.span(found)[1]
    leads = [(row["epochs"], row["value"]) for row in rows["leads"] if row["line"] == "1"]
    assert leads[:2] == [(4.0, 0.3), (20.0, 0.7)]  # from its look to the mean at full epochs
    assert bounds[0] <= 0.1
    assert bounds[1] >= 0.9
    assert "predicted full results, mean ± stddev" in said(charts.rungs(found))
    assert "predicted" not in said(charts.rungs(told()))


def test_what_is_too_poor_for_the_axis_is_counted():
    observations = seen() + Evaluation(CELLS[7], 1e-6, epochs=10)
    worse = Observations(
        tuple(dataclasses.replace(e, value=None if e.value is None else 0.8 + e.value / 10)
              for e in seen(reports=False) if e.value is not None)
    ) + Evaluation(CELLS[7], 0.1, epochs=4)  # fmt: skip
    found = Looks(worse, SEPARATE, (0.2,) * len(worse))
    rows, bounds = made.parts(found)
    assert [row["shape"] for row in rows["points"]].count("diamond") == 1
    assert [row["shape"] for row in rows["points"]].count("triangle-down") == 1
    assert min(row["value"] for row in rows["points"]) == bounds[0]
    assert "1 below" in json.dumps(charts.rungs(found).to_dict())
    assert len(observations) == 10


def test_lengths_that_double_stand_apart_on_a_logarithm():
    epochs = nb.Fidelities((1, 3, 9, 27), continued=True)
    assert made.bent(epochs)
    assert not made.bent(SEPARATE)
    found = Looks(Observations((Evaluation(CELLS[0], 0.5, epochs=1),)), epochs, (1 / 27,))
    assert made.span(found)[0] > 0
    assert made.beyond(found, 1) > 27
    assert '"type": "log"' in json.dumps(charts.rungs(found).to_dict())


def test_a_belief_is_two_bands_and_the_result_that_came(said):
    known = charts.beliefs(beliefs(Evaluation(CELLS[0], 0.8512)))
    text = said(known)
    assert "trial 1: 30.0 % after 4 epochs" in text
    assert "before the look" in text
    assert WIDER not in text
    assert "latest" not in text
    (one,) = beliefs()
    other = Belief(3, one.look, one.after, one.before)
    both = said(charts.beliefs((one, other)))
    assert WIDER in both
    assert "the latest look first" in both
    assert ABSENT in said(charts.beliefs(()))
    drawn = json.dumps(charts.beliefs(beliefs()).to_dict())
    assert "0.76" in drawn  # 0.8 - 0.04
    assert "0.8512" in json.dumps(known.to_dict())
    assert "0.8512" not in drawn


def test_what_was_spent_is_told_by_length(said):
    found = told()
    rows = {(row["bar"], row["length"]): row["to"] - row["from"] for row in spent_rows(found)}
    assert rows["trainings", "4 epochs"] == pytest.approx(7 / 9)
    assert rows["trainings", "10 epochs"] == 0
    assert rows["their cost", "20 epochs (full)"] == pytest.approx(2 / 3.4)
    text = said(charts.spent(found))
    assert "9 trainings at the cost of 3.4 full ones." in text
    assert "78% of them were looks, for 41% of the cost." in text
    assert "A training that goes on pays only for the rest." in text
    assert "pays only for the rest" not in said(charts.spent(told(SEPARATE)))


def test_there_is_a_picture_of_nothing_and_of_all(said):
    nothing = Looks(Observations(), CONTINUED, ())
    text = said(charts.looks(nothing))
    assert "no training has ended yet" in text
    assert "nothing yet" in text
    whole = said(charts.looks(told(predictions=predictions(), beliefs=beliefs())))
    for part in ("How far each training went", "What was spent", "What looks changed"):
        assert part in whole


def halved():
    """Successive halving: at 1 epoch the best third goes on."""
    objective = Rising()
    strategy = SuccessiveHalving(nb.RandomSearch(), objective.fidelities)
    return nb.Search(nb.CellSpace(), objective, strategy, seed=0).run(16)


@dataclasses.dataclass(frozen=True)
class Rising:
    fidelities: nb.Fidelities = RUNGS

    def __call__(self, architecture, seed=0, epochs=None):
        return str(architecture).count("conv") / 8 + (epochs or 9) / 100


def test_who_was_stopped_is_told_with_the_line_between(said):
    found = nb.looks(halved())
    assert {each.state for each in found.standings} >= {"stopped", "trained"}
    first = [fate for _, fate in fates(found, 1)]
    assert (first.count(ON), first.count(STOPPED)) == (3, 6)
    values = {f: [e.value for e, g in fates(found, 1) if g == f] for f in (ON, STOPPED)}
    text = said(charts.stops(found))
    assert f"worst that went on {100 * min(values[ON]):.2f} %" in text
    assert f"best stopped {100 * max(values[STOPPED]):.2f} %" in text
    assert "stopped for good" in text
    assert "of 9 at 1 epoch" in text
    kinds = [row["kind"] for row in made.point_rows(found)]
    assert kinds[0] == "stopped"  # behind all others
    assert "Who was stopped" in said(charts.looks(found))
    assert "What looks changed" not in said(charts.looks(found))
    assert found.predictions == ()


def test_what_may_still_go_on_is_not_called_stopped(said):
    objective = Rising()
    search = nb.Search(nb.CellSpace(), objective, Asha(nb.RandomSearch(), objective.fidelities))
    found = nb.looks(search.run(5))
    text = said(charts.stops(found))
    assert "0 architectures stopped for good" in text
    assert "may still go on" in text
    assert "may still go on" in said(charts.rungs(found))
