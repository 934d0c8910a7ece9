"""Cells with operations of the user's own: every strategy searches them, and every view shows."""

import pytest
from torch import nn

from nbnas.charts import to_svg
from nbnas.charts.theme import styles
from nbnas.errors import SettingError, StudyMismatchError
from nbnas.graphs.distances.distance import explain
from nbnas.graphs.distances.embedding import embed
from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.distances.otmann.distance import OtmannDistance
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.darts.space import DartsSpace
from nbnas.graphs.spaces.operation import Operation
from nbnas.graphs.spaces.subspace import Subspace
from nbnas.search.replay import replay
from nbnas.search.search import Search
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.search.strategies.evolution import RegularizedEvolution
from nbnas.search.strategies.local_search import LocalSearch
from nbnas.search.strategies.random import RandomSearch
from nbnas.search.strategies.reinforce import Reinforce
from nbnas.search.strategies.tpe import Tpe
from nbnas.surrogate.ensemble.prior import Ensemble
from nbnas.surrogate.kernels.distance import DistanceKernel
from nbnas.surrogate.process.prior import GaussianProcess
from nbnas.training.data.images import digits
from nbnas.training.trainer import Trainer
from nbnas.widgets.graphs.samples import more_of, space_of
from nbnas.widgets.view import view


def depthwise(channels):
    return nn.Conv2d(channels, channels, 5, padding=2, groups=channels)


DW = Operation("dw_conv_5x5", depthwise)
SPACE = CellSpace(("none", "skip_connect", DW), vertices=5)
GENOTYPES = DartsSpace(("none", "skip_connect", DW))
OTMANN = OtmannDistance()
STRATEGIES = (
    *(RandomSearch(), RegularizedEvolution(), LocalSearch(), Reinforce(), Tpe()),
    BayesianOptimization(initial=5),
    BayesianOptimization(GaussianProcess(DistanceKernel(OTMANN)), initial=5),
    BayesianOptimization(Ensemble(members=2, epochs=2), initial=5),
)


def weighty(architecture, seed=0):
    """A made-up accuracy: the more depthwise convolutions, the better."""
    return sum("dw_conv_5x5" in word for _, _, word in architecture.edges) / 20


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda s: f"{type(s).__name__}")
def test_every_strategy_searches_them(strategy):
    search = Search(SPACE, weighty, strategy, seed=1).run(7)
    found = [e.architecture for e in search.observations]
    assert len(set(found)) == 7
    assert all(a in SPACE for a in found)
    again = Search(SPACE, weighty, strategy, seed=1).run(7)
    assert [e.architecture for e in again.observations] == found


def test_genotypes_with_them_are_searched():
    search = Search(GENOTYPES, weighty, BayesianOptimization(initial=4), seed=1).run(6)
    assert all(a in GENOTYPES for a in search.observations.architectures)
    assert "dw_conv_5x5" in to_svg(view(search.ask()).chart)


@pytest.fixture(scope="module")
def search():
    return Search(SPACE, weighty, BayesianOptimization(initial=4), seed=0).run(7)


def test_views_of_spaces_and_cells_show_them():
    cells = SPACE.sample(0, 6)
    explained = [explain(distance, *cells[:2]) for distance in (HammingDistance(), OTMANN)]
    for thing in (SPACE, Subspace(SPACE, cells), cells[0], *explained):
        seen = view(thing)
        assert seen.summary
        assert "dw_conv_5x5" in to_svg(seen.chart)


@pytest.mark.slow
def test_views_of_searches_and_models_show_them(search):
    posterior, cells = search.posterior, SPACE.sample(0, 6)
    things = [
        *(search, search.observations, search.best, search.ask(), posterior, replay(search, 6)),
        *(posterior.leave_one_out(), embed(cells, HammingDistance())),
    ]
    for thing in things:
        seen = view(thing)
        assert seen.summary
        assert to_svg(seen.chart).startswith("<svg")


def test_views_of_genotypes_show_them():
    some = GENOTYPES.sample(0, 3)
    explained = explain(HammingDistance(), *some[:2])
    for thing in (GENOTYPES, Subspace(GENOTYPES, some), some[0], explained):
        assert "dw_conv_5x5" in to_svg(view(thing).chart)
    assert "a trainer has its dw_conv_5x5." in view(some[0]).summary
    assert set(GENOTYPES.words) < set(space_of(some).words)
    assert styles(["dw_conv_5x5:reduce"])["dw_conv_5x5:reduce"].short == "dw_conv_5x5 (r)"


def test_an_architecture_says_who_knows_its_size():
    own = SPACE.parse(
        "|dw_conv_5x5~0|+|none~0|none~1|+|none~0|none~1|none~2|"
        "+|none~0|dw_conv_5x5~1|none~2|none~3|"
    )
    assert "a trainer has its dw_conv_5x5." in view(own).summary


def test_records_of_own_cells_are_shown_among_others(search):
    cells = search.observations.architectures
    space = space_of(cells)
    assert space.words == ("dw_conv_5x5", "none", "skip_connect")
    assert space.vertices == 5
    assert len(more_of(cells, 5)) == 5
    assert space_of(SPACE.sample(0, 0)) is None


def test_a_search_tells_its_trainer_of_them(tmp_path):
    store, trainer = tmp_path / "own.db", Trainer(digits(120, 100), epochs=1, device="cpu")
    search = Search(SPACE, trainer, RandomSearch(), seed=0, store=store).run(2)
    assert search.objective.operations == (DW,)
    assert trainer.operations == ()
    assert [e.status for e in search.observations] == ["completed"] * 2
    assert search.best.parameters
    resumed = Search(SPACE, trainer, RandomSearch(), seed=0, store=store)
    assert resumed.observations == search.observations
    changed = Operation("dw_conv_5x5", lambda c: nn.Conv2d(c, c, 5, padding=2))
    other = CellSpace(("none", "skip_connect", changed), vertices=5)
    with pytest.raises(StudyMismatchError, match="operation dw_conv_5x5"):
        Search(other, trainer, RandomSearch(), seed=0, store=store)


def test_wrong_shapes_are_said_before_a_search_begins():
    shrinking = Operation("shrinking", lambda channels: nn.Conv2d(channels, channels, 5))
    trainer = Trainer(digits(120, 100), channels=3)
    with pytest.raises(SettingError, match=r"comes in, \(2, 3, 8, 8\), got \(2, 3, 4, 4\)"):
        Search(CellSpace(("none", shrinking)), trainer, RandomSearch())
    subspace = Subspace(
        CellSpace(("none", shrinking)), CellSpace(("none", shrinking)).sample(0, 3)
    )
    with pytest.raises(SettingError, match="'shrinking'"):
        Search(subspace, trainer, RandomSearch())
