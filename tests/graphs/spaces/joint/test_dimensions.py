import math
import pickle
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare, kstest

import nbnas as nb
from nbnas.errors import SettingError
from nbnas.graphs.spaces.joint.dimension import Dimension

DIMENSIONS = (
    nb.Real(1e-3, 1, log=True),
    nb.Real(-2.5, 4),
    nb.Real(1e6, 1e6 + 1e-3),
    nb.Real(1e-12, 1e12, log=True),
    nb.Integer(16, 512, log=True),
    nb.Integer(-3, 3),
    nb.Integer(1, 2, log=True),
    nb.Integer(7, 7),
    nb.Categorical("sgd", "adamw"),
    nb.Categorical(1, 2.5, "two words", None, False),
    nb.Categorical("alone"),
)
unit = st.floats(0, 1)
seeds = st.integers(0, 2**32)


@pytest.mark.parametrize("dimension", DIMENSIONS, ids=repr)
@settings(max_examples=50, deadline=None)
@given(u=unit, seed=seeds)
def test_values_go_to_the_unit_interval_and_back(dimension, u, seed):
    assert isinstance(dimension, Dimension)
    for value in (
        dimension.from_unit(u),
        dimension.sample(seed),
        dimension.mutate(dimension.from_unit(u), seed),
    ):
        assert dimension.check(value) == value
        assert type(dimension.check(value)) is type(value)
        assert 0 <= dimension.to_unit(value) <= 1
        assert dimension.from_unit(dimension.to_unit(value)) == value
        assert all(0 <= x <= 1 for x in dimension.encode(value))
        assert eval(repr(value)) == value


@pytest.mark.parametrize("dimension", DIMENSIONS, ids=repr)
@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_a_mutation_is_another_value_and_near_ones_are_others(dimension, seed):
    value = dimension.sample(seed)
    assert (dimension.mutate(value, seed) == value) == (dimension.size == 1)
    near = dimension.near(value)
    assert len(set(near)) == len(near)
    assert value not in near
    assert bool(near) == (dimension.size != 1)
    assert all(dimension.check(each) == each for each in near)


@pytest.mark.parametrize("dimension", [d for d in DIMENSIONS if isinstance(d, nb.Real)], ids=repr)
@settings(max_examples=50, deadline=None)
@given(u=unit)
def test_a_place_is_found_again_to_a_ten_thousandth(dimension, u):
    assert dimension.to_unit(dimension.from_unit(u)) == pytest.approx(u, abs=1e-4)


def test_the_scale_is_that_of_the_textbook():
    rate = nb.Real(1e-3, 1, log=True)
    assert rate.to_unit(0.0316227766) == pytest.approx(0.5, abs=1e-9)
    assert nb.Real(2, 6).to_unit(3) == 0.25
    assert (rate.from_unit(-3), rate.from_unit(7), rate.to_unit(1), rate.to_unit(1e-3)) == (
        1e-3,
        1.0,
        1.0,
        0.0,
    )
    assert isinstance(nb.Real(1, 2).check(1), float)
    assert [nb.Integer(1, 4).from_unit(u) for u in (0, 0.3, 0.6, 1)] == [1, 2, 3, 4]
    assert nb.Categorical("a", "b", "c").encode("b") == (0.0, 1.0, 0.0)
    assert nb.Integer(16, 512, log=True).size == 497
    assert nb.Real(1, 2).size is None


def test_draws_follow_the_scale():
    rate = nb.Real(1e-3, 1, log=True)
    logs = [math.log10(rate.sample(seed)) for seed in range(500)]
    assert kstest(logs, "uniform", args=(-3, 3)).pvalue > 0.01
    rng = np.random.default_rng(0)
    drawn = Counter(nb.Integer(1, 5).sample(rng) for _ in range(2000))
    assert chisquare([drawn[value] for value in range(1, 6)]).pvalue > 0.01
    sizes = [nb.Integer(1, 1000, log=True).sample(rng) for _ in range(2000)]
    assert 0.28 < np.mean(np.array(sizes) <= 10) < 0.44  # ln(21) / ln(2001) of them
    words = Counter(nb.Categorical("a", "b", "c").sample(rng) for _ in range(900))
    assert chisquare(list(words.values())).pvalue > 0.01


def test_mutations_stay_near():
    rate = nb.Real(0, 1)
    far = [abs(rate.mutate(0.5, seed) - 0.5) for seed in range(300)]
    assert 0.08 < np.median(far) < 0.13
    size = nb.Integer(1, 1_000_000)
    assert np.median([abs(size.mutate(500_000, seed) - 500_000) for seed in range(100)]) > 50_000
    assert {nb.Integer(1, 2).mutate(1, seed) for seed in range(20)} == {2}


def test_numbers_as_close_as_can_be_have_another():
    close = nb.Real(1.0, math.nextafter(1.0, 2))
    assert close.mutate(close.low, 0) == close.high
    assert close.mutate(close.high, 0) == close.low


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: nb.Real(1, 1), "low to be below high"),
        (lambda: nb.Real(2, 1), "low to be below high"),
        (lambda: nb.Real(-1e308, 1e308), "low to be below high"),
        (lambda: nb.Real(0, 1, log=True), "above 0 on a logarithmic scale"),
        (lambda: nb.Real("1", 2), "low to be a finite number"),
        (lambda: nb.Real(1, math.inf), "high to be a finite number"),
        (lambda: nb.Real(1, 2, log=1), "log to be True or False"),
        (lambda: nb.Integer(1.5, 2), "low to be a whole number"),
        (lambda: nb.Integer(3, 2), "low to be at most high"),
        (lambda: nb.Integer(0, 2, log=True), "above 0 on a logarithmic scale"),
        (lambda: nb.Integer(True, 2), "low to be a whole number"),
        (lambda: nb.Categorical(), "1 to 1,000 options"),
        (lambda: nb.Categorical("a", "a"), "no option twice"),
        (lambda: nb.Categorical(1, True), "no option twice"),
        (lambda: nb.Categorical(["a", "b"]), "one by one"),
        (lambda: nb.Categorical(math.nan), "finite numbers"),
        (lambda: nb.Integer(0, 10**9).values(), "at most 50,000"),
        (lambda: nb.Real(0, 1).values(), "can be listed"),
        (lambda: nb.Real(0, 1).to_unit(2), "value to be a finite number from 0 to 1"),
        (lambda: nb.Real(0, 1).from_unit(math.nan), "u to be a finite number"),
        (lambda: nb.Integer(0, 5).check(2.0), "whole number from 0 to 5"),
        (lambda: nb.Integer(0, 5).check(True), "whole number from 0 to 5"),
        (lambda: nb.Categorical("sgd", "adamw").check("adam"), "one of 'sgd', 'adamw'"),
        (lambda: nb.Categorical(1, 2).check(1.0), "one of 1, 2"),
        (lambda: nb.Categorical(1, 2).check([]), "one of 1, 2"),
    ],
)
def test_what_is_wrong_is_refused(make, said):
    with pytest.raises(SettingError, match=said):
        make()


@pytest.mark.parametrize("dimension", DIMENSIONS, ids=repr)
def test_is_a_frozen_value_that_its_repr_makes(dimension):
    names = {name: getattr(nb, name) for name in ("Real", "Integer", "Categorical")}
    made = eval(repr(dimension), names)
    assert made == dimension == pickle.loads(pickle.dumps(dimension))
    assert hash(made) == hash(dimension)


def test_numbers_of_numpy_become_pythons():
    assert type(nb.Categorical(np.int64(3), np.float32(0.5)).options[0]) is int
    assert type(nb.Integer(np.int64(1), 3).low) is int
    assert type(nb.Real(0, 1).check(np.float32(0.5))) is float


@pytest.mark.parametrize(
    "dimension", [nb.Real(5e-324, 1, log=True), nb.Real(1e-3, 1.7e308, log=True)]
)
def test_the_ends_of_all_floats_are_values(dimension):
    for u in (0, 1e-9, 0.5, 1 - 1e-9, 1):
        assert dimension.low <= dimension.from_unit(u) <= dimension.high
