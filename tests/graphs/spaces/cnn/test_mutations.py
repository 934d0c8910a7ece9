import numpy as np

from nbnas.graphs.spaces.cnn.mutations import MODIFIERS
from nbnas.graphs.spaces.cnn.space import CnnSpace

SPACE = CnnSpace()


def apply(name, text, space=SPACE, seeds=60):
    """All results of a modifier on one network."""
    a = space.parse(text)
    results = (MODIFIERS[name](a, np.random.default_rng(seed), space) for seed in range(seeds))
    return {str(b) for b in results if b is not None}


CHAIN = "conv3x3:64 max-pool::s2 conv5x5:128 fc:256 softmax"


def test_units_change_by_an_eighth():
    assert apply("inc_single", CHAIN) == {
        CHAIN.replace("64", "72"),
        CHAIN.replace("128", "144"),
        CHAIN.replace("256", "288"),
    }
    assert apply("dec_single", CHAIN) == {
        CHAIN.replace("64", "56"),
        CHAIN.replace("128", "112"),
        CHAIN.replace("256", "224"),
    }
    assert apply("inc_single", CHAIN.replace("64", "1020")) >= {CHAIN.replace("64", "1024")}
    assert apply("dec_single", CHAIN.replace("64", "9")) >= {CHAIN.replace("64", "8")}
    at_bound = "conv3x3:8 conv3x3:8 conv3x3:8 fc:8 softmax"
    assert apply("dec_single", at_bound) == apply("dec_en_masse", at_bound) == set()


def test_en_masse_changes_a_row_of_layers():
    text = " ".join(f"conv3x3:{8 * k}" for k in range(1, 9)) + " softmax"
    first, last = range(1, 5), range(5, 9)
    halves = {
        " ".join(f"conv3x3:{9 * k if k in row else 8 * k}" for k in range(1, 9)) + " softmax"
        for row in (first, last)
    }
    results = apply("inc_en_masse", text)
    assert halves <= results
    assert len(results) == 6  # 4 or 2 layers (1/8 would be one: two at least), three places each


def test_paths_are_duplicated():
    results = apply("dup_path", "conv3x3:64 conv3x3:32 conv3x3:16 fc:8 softmax", seeds=300)
    graphs = {SPACE.parse(text).canonical for text in results}
    inner = "conv3x3:64 conv3x3:32 conv3x3:16 conv3x3:32@1 conv3x3:16 fc:8@3,5 softmax"
    ends = "conv3x3:64 conv3x3:32 conv3x3:16 fc:8 softmax softmax@4"
    assert {SPACE.parse(inner).canonical, SPACE.parse(ends).canonical} <= graphs
    assert len(graphs) == 15  # paths over 1 to 5 layers in a chain of 5


def test_a_removed_layer_leaves_no_one_hanging():
    assert apply("remove_layer", "conv3x3:8 " * 4 + "fc:8 softmax") == {
        "conv3x3:8 " * 3 + "fc:8 softmax",
        "conv3x3:8 " * 4 + "softmax",
    }
    fork = "conv3x3:8 conv3x3:16 conv3x3:32@1 conv3x3:8@2,3 fc:8 softmax"
    assert "conv3x3:8 conv3x3:32 conv3x3:8 fc:8 softmax" in apply("remove_layer", fork)


def test_a_skip_is_pooled_to_the_side_of_its_end():
    results = apply("skip", CHAIN, seeds=100)
    pooled = "avg-pool::s2@{} conv5x5:128@2,3 fc:256 softmax"
    assert results == {
        "conv3x3:64 max-pool::s2@0,1 conv5x5:128 fc:256 softmax",
        *("conv3x3:64 max-pool::s2 " + pooled.format(u) for u in (0, 1)),
        *(
            f"conv3x3:64 max-pool::s2 conv5x5:128 avg-pool::s2@{u} fc:256@3,4 softmax"
            for u in (0, 1)
        ),
        "conv3x3:64 max-pool::s2 conv5x5:128 fc:256@2,3 softmax",
    }


def test_swaps_and_wedges():
    swapped = apply("swap_label", CHAIN, seeds=200)
    assert CHAIN.replace("conv5x5:128", "conv7x7:128:s2") in swapped
    assert CHAIN.replace("conv5x5:128", "fc:128") in swapped
    assert CHAIN.replace("max-pool::s2", "conv3x3:96") in swapped  # the mean of 64 and 128
    wedged = apply("wedge_layer", CHAIN, seeds=300)
    assert CHAIN.replace("conv5x5:128", "conv5x5:128 conv3x3:192") in wedged
    assert CHAIN.replace("fc:256", "fc:256 fc:256") in wedged
    assert CHAIN.replace("conv5x5", "avg-pool::s2 conv5x5") in wedged
    assert not any(text.endswith("softmax fc:256") for text in wedged)
