"""Whatever is passed to nbnas is taken, or refused in words: never an error from deep inside.

Each public callable gets wrong values in each of its arguments, one at a time, while the others
are right. Allowed are success, an `NbnasError`, and the `TypeError` with which Python itself
refuses a call, outside of nbnas.
"""

import importlib.util
import inspect
import math
import socket
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from gpytorch.kernels import Kernel
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import nbnas as nb
from nbnas.errors import NbnasError

PACKAGE = str(Path(nb.__file__).parent)
LONGEST = 3_000  # characters of an error; a value of any length is cut
WRONG = (
    *(None, True, -1, 0, 1.5, 10**9, 10**30, -(10**30), 1j),
    *(math.nan, math.inf, -math.inf, np.float64("nan"), np.int64(-3), np.bool_(True)),
    *("", "wrong", "\0", "é" * 5_000, b"", b"wrong"),
    *([], [None], ["wrong"], [1.5, math.nan], (), (None, None), {}, {"wrong": 1}, {1: None}, {2}),
    *(object(), int, dict, Exception, ValueError("wrong"), range(3), slice(None)),
    *(np.array([1.0, np.nan]), np.zeros((0,)), np.zeros((2, 2)), np.array(None), np.array(1.5)),
    *(torch.tensor([1.0, math.nan]), torch.tensor(1)),
)
OPERATORS = ("__call__", "__contains__", "__add__")
NOT_ASKED = (
    "NbnasError",  # an exception takes anything
    "load_ipython_extension",  # IPython calls it with its shell
    "ArchitectureKernel",  # a base class, which takes what gpytorch's own takes
    "TabularObjective.from_csv",  # gives all to from_table, as it comes
)
PROTOCOLS = [name for name in dir(nb) if getattr(getattr(nb, name), "_is_protocol", False)]
NOT_MADE = [*PROTOCOLS, *([] if importlib.util.find_spec("vizier") else ["Vizier"])]  # its parts
# Of kernels: gpytorch and fits call them.
TENSORS = ("forward", "similarity", "block", "transform", "with_slope")


PLAIN = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.floats(), st.complex_numbers()),
    *(st.text(max_size=20), st.binary(max_size=20)),
)
ANYTHING = st.one_of(
    PLAIN,
    st.integers(min_value=10**9),
    st.lists(PLAIN, max_size=4),
    st.lists(PLAIN, max_size=4).map(tuple),
    st.dictionaries(st.text(max_size=5), PLAIN, max_size=3),
    st.lists(st.floats(), max_size=4).map(np.array),
    st.sampled_from(WRONG),
)


def public():
    """Every public callable by its label: functions, constructors, and methods."""
    for name in dir(nb):
        thing = getattr(nb, name)
        if isinstance(thing, ModuleType) or not callable(thing) or name in NOT_ASKED:
            continue
        yield name
        if inspect.isclass(thing) and name not in NOT_MADE:
            labels = (f"{name}.{method}" for method in methods(thing))
            yield from (label for label in labels if label not in NOT_ASKED)


def methods(kind):
    hidden = TENSORS if issubclass(kind, Kernel) else ()
    for name, method in inspect.getmembers(kind, inspect.isroutine):
        ours = str(getattr(method, "__module__", "")).startswith("nbnas")
        if ours and name not in hidden and (not name.startswith("_") or name in OPERATORS):
            yield name


@pytest.fixture(scope="session")
def fault(make, right_arguments):
    """A function: what is wrong with how a call ends, in words; `None` if nothing is."""

    def found(label, name, value):
        function = function_of(label, make)
        try:
            result = function(**{**right_arguments(label, function), name: value})
            if isinstance(result, Iterator):
                next(result, None)
        except Exception as error:
            return judged(error)
        return None

    return found


def judged(error):
    """What is wrong with an exception, in words; `None` if nothing is."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    if isinstance(error, NbnasError):
        allowed = 0 < len(str(error)) <= LONGEST
    else:
        allowed = type(error) is TypeError and last.filename == __file__
    said = f"{type(error).__name__}: {error!s:.100} in {last.filename}:{last.lineno}"
    return None if allowed else said


def function_of(label, make):
    name, _, method = label.partition(".")
    return getattr(make(name), method) if method else getattr(nb, name)


def names_of(label, make):
    parameters = inspect.signature(function_of(label, make)).parameters.values()
    return [p.name for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]


ASKED = sorted(public())


@pytest.fixture(autouse=True)
def nowhere(tmp_path, monkeypatch):
    """A folder of its own, and no way to the internet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(socket.socket, "connect", offline)


def offline(*_):
    raise OSError("there is no internet in a test")


def test_all_there_is_is_asked():
    assert len(ASKED) > 200
    assert {"BayesianOptimization", "Search.tell", "CellSpace.parse", "explain"} < set(ASKED)


@pytest.mark.parametrize(
    "label",
    [pytest.param(each, marks=pytest.mark.slow) if each == "export" else each for each in ASKED],
)
def test_wrong_values_are_taken_or_refused_in_words(label, fault, make):
    found = (
        (name, value, fault(label, name, value))
        for name in names_of(label, make)
        for value in WRONG
    )
    wrong = [f"{name}={value!r:.40}: {said}" for name, value, said in found if said]
    assert not wrong, "\n".join(wrong[:20])


@settings(
    derandomize=True,
    max_examples=400,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_whatever_comes_is_taken_or_refused_in_words(fault, make, data):
    label = data.draw(st.sampled_from(ASKED))
    names = names_of(label, make)
    assume(names)
    name = data.draw(st.sampled_from(names))
    value = data.draw(ANYTHING)
    said = fault(label, name, value)
    assert said is None, f"{label}({name}={value!r:.100}): {said}"
