import nbnas as nb
from nbnas.widgets import view

CELLS = nb.CellSpace().sample(0, 12)


def trial(cell, **given):
    seconds = 100.0 + 50 * str(cell).count("conv")
    return nb.Evaluation(cell, 0.5, **({"seconds": seconds} | given))


def model(*trials):
    return nb.SecondsModel(nb.Observations(trials))


def test_says_how_well_seconds_are_predicted_and_what_takes_them():
    seen = view(model(*map(trial, CELLS)))
    assert seen.summary.startswith("Seconds of a full training after 12 trials. Each predicted")
    assert "truths lie in their 95 % band" in seen.summary
    assert "One more of nor_conv" in seen.summary


def test_fewer_trials_are_another_picture(redrawn):
    panel = view(model(*map(trial, CELLS))).panel()
    (trials,) = panel.widget.children[0].children
    assert (trials.min, trials.max, trials.value) == (3, 12, 12)
    assert "after 12 trials" in redrawn(panel)
    trials.value = 4
    assert "after 4 trials" in redrawn(panel)
    assert panel.error is None


def test_looks_are_told_and_one_full_training_has_no_others():
    looks = [trial(a, epochs=1, seconds=10.0) for a in CELLS[1:]]
    seen = view(model(trial(CELLS[0]), *looks))
    assert "11 of them are looks at a low fidelity" in seen.summary
    assert "predicted" not in seen.summary


def test_three_trials_leave_nothing_to_move():
    assert view(model(*map(trial, CELLS[:3]))).panel is None


def test_all_of_one_size():
    seen = view(model(*(trial(CELLS[0], seconds=s) for s in (9.0, 10.0, 11.0))))
    assert "One more" not in seen.summary
