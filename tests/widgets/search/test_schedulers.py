import pytest

import nbnas as nb
from nbnas.widgets import bundle, view

FIDELITIES = nb.Fidelities((3, 12, 48), continued=True)
RANDOM = nb.RandomSearch()


@pytest.mark.parametrize(
    ("scheduler", "words"),
    [
        (nb.SuccessiveHalving(RANDOM, FIDELITIES, 4), "16, 4, 1 are trained for 3, 12, 48 epochs"),
        (
            nb.Hyperband(RANDOM, FIDELITIES, 4),
            "3 brackets of successive halving, which cost 2.25 to 3",
        ),
        (nb.Asha(RANDOM, FIDELITIES, 4), "the best 1/4 of its rung"),
        (nb.MedianStopping(RANDOM, FIDELITIES, warmup=4), "before 5 full trainings and 4 epochs"),
    ],
    ids=lambda each: type(each).__name__ if not isinstance(each, str) else "",
)
def test_each_scheduler_says_and_draws_itself(scheduler, words, static):
    seen = view(scheduler)
    assert words in seen.summary
    assert "new ones by RandomSearch" in seen.summary
    data, _ = bundle(scheduler)
    assert set(data) == {"image/png", "text/plain"}


def test_a_scheduler_is_drawn_live(live):
    data, _ = bundle(nb.Asha(RANDOM, FIDELITIES))
    assert "application/vnd.jupyter.widget-view+json" in data
