import re

import numpy as np
import pytest

import nbnas as nb
from nbnas.widgets import view
from nbnas.widgets.surrogate.information import LENGTHSCALE, NOISE, shares
from nbnas.widgets.surrogate.row import LENGTH, ROW, SEEN, posterior

BOTH = pytest.mark.parametrize(
    "acquisition", [nb.KnowledgeGradient(), nb.MaxValueEntropy()], ids=["gradient", "entropy"]
)


def chosen(text):
    return [int(found) for found in re.findall(r"number (\d+)", text)]


@BOTH
def test_shows_the_scores_themselves(acquisition):
    model = posterior(LENGTHSCALE, NOISE)
    found = shares(acquisition, model)
    free = [i for i in range(LENGTH) if i not in SEEN]
    scores = acquisition.score(model, ROW, np.random.default_rng(0)).exp().numpy()
    np.testing.assert_allclose(found[free], scores[free] / scores[free].max(), rtol=1e-9)
    assert np.isnan(found[list(SEEN)]).all()
    assert chosen(view(acquisition).summary)[0] == free[int(scores[free].argmax())] + 1


@BOTH
def test_noise_changes_what_is_chosen(acquisition, redrawn):
    seen = view(acquisition)
    panel = seen.panel()
    (noise,) = panel.widget.children[0].children
    noise.value = 1.2
    said = redrawn(panel)
    assert "Noise of 1.2" in said
    assert panel.error is None
    assert chosen(said) != chosen(seen.summary)
