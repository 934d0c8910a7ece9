"""What somebody adds draws itself: by a base class that says what it is, or a view of its own."""

from dataclasses import dataclass

import altair as alt
import numpy as np
import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell

import nbnas as nb
from nbnas.errors import SettingError
from nbnas.widgets import bundle, view

CELLS = nb.CellSpace().sample(0, 3)
PNG = "image/png"


@dataclass(frozen=True, slots=True)
class Shared(nb.Distance):
    """The number of edges that are not shared."""

    def distance(self, a: nb.Architecture, b: nb.Architecture) -> float:
        return float(len({*a.edges} ^ {*b.edges}))


@dataclass(frozen=True, slots=True)
class Words(nb.SearchSpace):
    """Cells of two vertices whose edge has one of some operations."""

    words: tuple[str, ...] = ("none", "skip_connect", "nor_conv_3x3")

    def sample(self, rng, n):
        rng = np.random.default_rng(rng)
        return tuple(self.parse(self.words[i]) for i in rng.integers(len(self.words), size=n))

    def neighbors(self, architecture):
        return tuple(self.parse(word) for word in self.words if word != architecture.text)

    def parse(self, text):
        if text not in self.words:
            raise nb.errors.ArchitectureError(f"expected one of {self.words}, got {text!r}")
        return nb.Architecture(("input", "output"), ((0, 1, text),), text)


class Lowest(nb.Acquisition):
    def __call__(self, mean, stddev, best):
        return mean - stddev


class LowestOfAll(nb.PosteriorAcquisition):
    def score(self, posterior, candidates, rng):
        mean, stddev = posterior.latent(candidates)
        return mean - stddev


class Skips(nb.ArchitectureKernel):
    def similarity(self, x1, x2):
        numbers = [
            sum(e[2] == "skip_connect" for e in a.edges) for a in self.known_table().architectures
        ]
        first, second = (torch.tensor(numbers, dtype=torch.float64)[x.long()] for x in (x1, x2))
        return torch.exp(-(first - second.T).abs())


@pytest.mark.parametrize("own", [Shared, Words, Lowest, LowestOfAll, Skips])
def test_what_inherits_from_a_base_draws_itself(own, static):
    shell = InteractiveShell()
    nb.load_ipython_extension(shell)
    thing = own()
    assert PNG in bundle(thing)[0]
    formatted, _ = shell.display_formatter.format(thing)
    assert set(formatted) == {PNG, "text/plain"}
    assert "could not be drawn" not in formatted["text/plain"]


def test_a_distance_defines_no_more_than_the_distance():
    matrix = Shared().matrix(CELLS, CELLS[:2])
    assert matrix.tolist() == [[Shared().distance(a, b) for b in CELLS[:2]] for a in CELLS]
    assert Shared().matrix((), CELLS).shape == (0, 3)
    assert not Shared().is_metric
    assert Shared().explain(*CELLS[:2]) == f"{matrix[0, 1]:g} apart"
    with pytest.raises(TypeError, match="abstract method distance"):
        type("Nothing", (nb.Distance,), {})()


def test_a_space_defines_how_to_sample_to_edit_and_to_read():
    space = Words()
    cell = space.parse("none")
    assert space.size is None
    assert cell in space
    assert CELLS[0] not in space
    assert {str(space.mutate(cell, seed)) for seed in range(20)} == {
        "skip_connect",
        "nor_conv_3x3",
    }
    assert Words(("none",)).mutate(cell, 0) == cell
    with pytest.raises(SettingError, match=r"listed, got Words.*sample it"):
        iter(space)
    search = nb.Search(space, lambda a, seed: len(a.text) / 20, nb.BayesianOptimization(initial=2))
    assert search.run(3).best.value == pytest.approx(0.6)


@pytest.mark.parametrize(("found", "lines"), [("one text", 1), (("a", "b"), 2), ({"x": 1}, 1)])
def test_any_explanation_is_drawn(found, lines):
    explained = nb.Explanation(Shared(), *CELLS[:2], 3.0, found)
    words = nb.charts.explanation(explained).hconcat[-1]
    assert words.title.text == "3 apart"
    assert words.height == 16 * lines


def test_a_registered_view_is_seen_in_shells_before_and_after(static):
    before, after = InteractiveShell(), InteractiveShell()

    class Budget:
        pass

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("IPython.get_ipython", lambda: before)
        nb.register_view(Budget)(lambda thing: nb.View("three hours", chart()))
    nb.load_ipython_extension(after)
    for shell in (before, after):
        formatted, _ = shell.display_formatter.format(Budget())
        assert formatted["text/plain"] == "three hours"
        assert PNG in formatted
    assert view(Budget()).summary == "three hours"


def chart():
    return alt.Chart(alt.Data(values=[{"x": 1}])).mark_point().encode(x="x:Q")


def test_what_lacks_something_is_told_what_to_inherit_from():
    class Half:
        sample = neighbors = parse = __iter__ = print

    with pytest.raises(SettingError, match=r"own inherits from nbnas\.SearchSpace"):
        nb.Search(Half(), lambda a, seed: 0.5, nb.RandomSearch())
    with pytest.raises(SettingError, match=r"own inherits from nbnas\.Distance"):
        nb.DistanceKernel(Half())
    with pytest.raises(SettingError, match=r"own inherits from nbnas\.Strategy"):
        nb.Search(nb.CellSpace(), lambda a, seed: 0.5, Half())


def test_what_is_no_class_or_no_view_is_refused():
    with pytest.raises(SettingError, match="expected cls to be"):
        nb.register_view("Budget")
    with pytest.raises(SettingError, match=r"expected chart to be .*got chart='a picture'"):
        nb.View("words", "a picture")
