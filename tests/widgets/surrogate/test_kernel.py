import numpy as np
import pytest
from gpytorch.kernels import RBFKernel, ScaleKernel

from nbnas.errors import ObservationError
from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.surrogate.kernels.distance import DistanceKernel
from nbnas.surrogate.kernels.knowledge import Knowledge, KnowledgeKernel
from nbnas.surrogate.kernels.weisfeiler_lehman import WeisfeilerLehmanKernel
from nbnas.surrogate.process.prior import GaussianProcess
from nbnas.widgets import view
from nbnas.widgets.surrogate.kernel import drawn_parts, name, shares

CELLS = CellSpace().sample(0, 5)


def knowledge(cells):
    return Knowledge(("place",), {a: (float(i),) for i, a in enumerate(cells)})


def test_names_tell_sums_from_products():
    a, b = WeisfeilerLehmanKernel(0), DistanceKernel(HammingDistance())
    times = "\N{MULTIPLICATION SIGN}"
    assert name(ScaleKernel(a + b)) == "WL depth 0 + Hamming"
    assert name((a + b) * a) == f"(WL depth 0 + Hamming) {times} WL depth 0"
    assert (
        name(ScaleKernel(a + b) * ScaleKernel(a)) == f"(WL depth 0 + Hamming) {times} WL depth 0"
    )
    assert name(KnowledgeKernel(knowledge(CELLS))) == "Knowledge"


def test_equal_parts_are_drawn_apart():
    twice = GaussianProcess(WeisfeilerLehmanKernel(1) + WeisfeilerLehmanKernel(1))
    assert list(drawn_parts(twice, CELLS)) == ["WL depth 1", "WL depth 1 (2)"]
    assert drawn_parts(GaussianProcess(WeisfeilerLehmanKernel(1)), CELLS) == {}


def test_shares_are_those_of_the_variance():
    weighed = ScaleKernel(WeisfeilerLehmanKernel(0)), ScaleKernel(WeisfeilerLehmanKernel(1))
    weighed[0].outputscale, weighed[1].outputscale = 3.0, 1.0
    said = shares(GaussianProcess(weighed[0] + weighed[1]), CELLS)
    assert said == "Its variance of 4: 75 % WL depth 0, 25 % WL depth 1."


def test_a_sum_says_what_it_is_made_of():
    said = view(WeisfeilerLehmanKernel(0) + DistanceKernel(HammingDistance())).summary
    assert said.startswith("WL depth 0 + Hamming, as a prior takes it: weight WL depth 0 = 0.5,")
    assert "noise" not in said
    product = WeisfeilerLehmanKernel(0) * DistanceKernel(HammingDistance())
    assert "high only where all of its factors are" in view(product).summary


def test_a_kernel_alone_has_no_slider_for_noise(redrawn):
    panel = view(DistanceKernel(HammingDistance())).panel()
    sliders = panel.widget.children[0].children
    assert [each.description for each in sliders] == ["weight Hamming", "length-scale Hamming"]
    sliders[1].value = 3.0
    assert "length-scale Hamming = 3." in redrawn(panel)
    assert panel.error is None


def test_a_kernel_of_knowledge_is_shown_by_what_is_known():
    cells = CellSpace().sample(4, 40)
    kernel = DistanceKernel(HammingDistance()) + KnowledgeKernel(knowledge(cells))
    assert "length-scale Knowledge" in view(kernel).summary
    assert "length-scale Knowledge" in view(GaussianProcess(kernel)).summary


@pytest.mark.parametrize("count", [1, 2])
def test_little_knowledge_is_drawn(count):
    assert view(KnowledgeKernel(knowledge(CELLS[:count]))).chart is not None


def test_knowledge_of_different_architectures_is_refused():
    apart = KnowledgeKernel(knowledge(CELLS[:2])) + KnowledgeKernel(knowledge(CELLS[2:]))
    with pytest.raises(ObservationError, match="numbers of the same architectures"):
        view(apart)


def test_a_foreign_part_is_refused():
    with pytest.raises(TypeError, match="a kernel made of nbnas' kernels"):
        view(WeisfeilerLehmanKernel(0) + RBFKernel())


def test_a_posterior_with_knowledge_is_mapped_by_what_is_known(found):
    cells = dict.fromkeys((*found.observations.architectures, *CellSpace().sample(5, 30)))
    prior = GaussianProcess(KnowledgeKernel(knowledge(cells)))
    seen = view(prior.condition(found.observations))
    assert seen.chart is not None
    assert np.char.count(seen.summary, "evaluated")
