"""Where architectures stand, at any moment of a search."""

import nbnas as nb
from nbnas.records import Evaluation, Fidelities, Observations

SPACE = nb.CellSpace()
FIDELITIES = Fidelities((1, 3, 9), continued=True)
RANDOM = nb.RandomSearch()
CELLS = tuple(dict.fromkeys(SPACE.sample(0, 40)))
CANNOT = ("failed", "stopped", "trained")


def seen(*values, epochs=1):
    """Looks at the first cells."""
    made = (
        Evaluation(a, v, "failed" if v is None else "completed", epochs=epochs, error=None)
        for a, v in zip(CELLS, values, strict=False)
    )
    return Observations(tuple(made))


def test_asha_tells_what_it_would_take():
    asha = nb.Asha(RANDOM, FIDELITIES)
    found = nb.standings(asha, seen(0.5, 0.7, None, 0.6), (CELLS[9],))
    assert [s.state for s in found] == ["waiting", "waiting", "failed", "waiting", "under way"]
    assert [(s.rank, s.of) for s in found] == [(3, 4), (1, 4), (4, 4), (2, 4), (0, 0)]
    assert [s.may_be_promoted for s in found] == [True, True, False, True, False]
    assert found[1].reason == "1st of 4 at 1 epoch: the next free worker may promote it."
    assert found[0].reason == (
        "3rd of 4 at 1 epoch, where the best goes on; it would with 9 there, the others worse."
    )
    assert found[2].reason == "Failed at 1 epoch: no reason."
    assert (found[1].epochs, found[1].value, found[4].epochs) == (1, 0.7, 0)
    promoted = nb.standings(asha, seen(0.5, 0.7, None, 0.6), (CELLS[1],))[1]
    assert promoted.state == "promoted"
    assert promoted.reason == "Trained for 3 epochs right now: 1st of 4 at 1 epoch."
    few = nb.standings(asha, seen(0.5))[0]
    assert few.reason == (
        "1st of 1 at 1 epoch, where none goes on; it would with 3 there, the others worse."
    )


def test_halving_stops_all_but_the_best_of_a_complete_rung():
    halving = nb.SuccessiveHalving(RANDOM, FIDELITIES, 2, 5)
    waiting = nb.standings(halving, seen(0.5, 0.7, 0.6), CELLS[3:4])
    assert {s.state for s in waiting} == {"waiting", "under way"}
    assert waiting[2].reason == (
        "2nd of 3 at 1 epoch in bracket 1 so far; 2 more are awaited, and the best 2 go on."
    )
    found = nb.standings(halving, seen(0.5, 0.7, 0.6, 0.1, 0.65, 0.9), (CELLS[1],))
    states = ["stopped", "promoted", "stopped", "stopped", "waiting", "waiting"]
    assert [s.state for s in found] == states
    assert found[0].reason == (
        "Stopped: 4th of 5 at 1 epoch in bracket 1, and only the best 2 go on."
    )
    assert found[4].reason.endswith("in bracket 1: the next free worker promotes it.")
    assert [s.bracket for s in found] == [0, 0, 0, 0, 0, 1]


def test_the_median_rule_tells_what_it_compares():
    rule = nb.MedianStopping(RANDOM, FIDELITIES, startup=2)
    through = [
        Evaluation(a, 0.4 + i / 10 + (e or 9) / 100, epochs=e)
        for i, a in enumerate(CELLS[:2])
        for e in (1, 3, None)
    ]
    some = [Evaluation(CELLS[2], 0.3, epochs=1), Evaluation(CELLS[3], 0.6, epochs=1)]
    found = nb.standings(rule, Observations((*through, *some)))
    assert [s.state for s in found] == ["trained", "trained", "stopped", "waiting"]
    assert found[1].reason == "Trained to the end, 9 epochs: 1st of 2."
    assert found[2].reason == (
        "Stopped at 1 epoch: its best, 30.0 %, is worse than the median there, 46.0 %, of those "
        "that were trained to the end before."
    )
    assert found[3].reason == (
        "Goes on to 3 epochs: its best, 60.0 %, reaches the median at 1 epoch, 46.0 %."
    )
    # What was stopped stays so, whatever comes later.
    worse = [Evaluation(CELLS[4], 0.1, epochs=e) for e in (1, 3, None)]
    later = nb.standings(rule, Observations((*through, *some, *worse)))[2]
    assert (later.state, later.reason) == ("stopped", found[2].reason)


def test_standings_are_those_of_any_moment(simulated):
    """What could be promoted no longer is never promoted later, and the other way round."""
    for kind in (nb.SuccessiveHalving, nb.Hyperband, nb.MedianStopping, nb.Asha):
        search = simulated(kind(RANDOM, FIDELITIES), workers=3).run(60)
        now = nb.standings(search.strategy, search.finished, search.pending)
        last = {stand.architecture: stand for stand in now}
        for _, _, known, pending in search.asked[::7]:
            for stand in nb.standings(search.strategy, known, pending):
                later = last[stand.architecture]
                if stand.state in CANNOT:
                    assert (later.state, later.epochs) == (stand.state, stand.epochs)
        states = {s.state for s in last.values()}
        assert "trained" in states
        assert ("stopped" in states) == (kind is not nb.Asha)
        assert [stand.number for stand in now] == sorted(stand.number for stand in now)
