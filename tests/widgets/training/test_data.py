import numpy as np

import nbnas as nb
from nbnas.widgets import bundle, view


def test_a_data_set_is_seen(static):
    seen = view(nb.digits())
    assert seen.summary.startswith("digits: 600 train, 600 validation, 597 test images")
    data, _ = bundle(nb.digits(100, 50))
    assert set(data) == {"image/png", "text/plain"}
    assert "What looks wrong" not in data["text/plain"]


def test_what_looks_wrong_is_in_the_words():
    images = np.random.default_rng(0).integers(0, 256, (130, 8, 8), dtype=np.uint8)
    labels = ["cat"] * 100 + ["dog"] * 30
    said = view(nb.from_arrays("pets", images, labels)).summary
    fair = "(balanced accuracy is the fair measure)"
    assert f"What looks wrong: the classes are very unequal {fair}: from 30 of dog to 100" in said


def test_a_text_is_seen(static):
    text = nb.from_text("To be, or not to be, that is the question:\n" * 20, name="Hamlet")
    assert view(text).summary.startswith("Hamlet: 688 train, 86 validation, 86 test characters")
    assert "What looks wrong: only 688 characters to train on" in view(text).summary
    data, _ = bundle(text)
    assert set(data) == {"image/png", "text/plain"}
