import pytest
import torch

from nbnas.surrogate.acquisition.improvement import (
    ExpectedImprovement,
    GrowingUpperConfidenceBound,
    UpperConfidenceBound,
)
from nbnas.widgets import view


def test_the_marked_candidate_has_the_score_of_the_function(redrawn):
    panel = view(ExpectedImprovement()).panel()
    mean, stddev = panel.widget.children[0].children
    mean.value, stddev.value = 0.5, 0.8
    score = ExpectedImprovement()(torch.tensor([0.5]), torch.tensor([0.8]), 0.0)
    html = redrawn(panel)
    assert "A candidate 0.50 above the incumbent with standard deviation 0.80" in html
    assert f"scores {float(score):.3g}" in html


def test_a_bound_is_called_by_what_it_is():
    assert view(UpperConfidenceBound(1.5)).summary.startswith("mean + 1.5 stddev")
    grown = GrowingUpperConfidenceBound()
    factor = grown.scale * grown.beta(30, 1000) ** 0.5
    assert view(grown).summary.startswith(f"mean + {factor:.2f} stddev")
    assert "after 30 trials" in view(grown).summary


def test_a_failing_function_is_seen():
    class Broken:
        def __call__(self, mean, stddev, best):
            raise RuntimeError("no score")

    from nbnas.widgets.surrogate.acquisition import acquisition

    with pytest.raises(RuntimeError, match="no score"):
        acquisition(Broken())
