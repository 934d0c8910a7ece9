import html

import pytest

from nbnas.brief import told_apart
from nbnas.charts.graphs.notation import notation
from nbnas.charts.lab.candidates import candidates_data
from nbnas.charts.layout import size
from nbnas.charts.render import to_svg
from nbnas.charts.search.proposal import NAME, proposal
from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.darts.space import DartsSpace
from nbnas.records import ACCURACY, Candidate, Evaluation, Proposal
from nbnas.search.search import Search
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.surrogate.process.why import why
from nbnas.widgets import view
from nbnas.widgets.search.proposal import _Controls, _Scene, described, ranked

CELL = CellSpace().sample(0, 1)[0]


def test_parts_of_the_improvement_are_told():
    candidate = Candidate(CELL, 0.9, 0.01, 0.88, 0.92, 0.004, 0.001, 0.003, -1.0)
    text = described(candidate, ACCURACY)
    assert "0.4 percentage points: 0.1 by a better mean (exploitation)" in text
    assert "0.3 by uncertainty (exploration)" in text


def test_any_candidate_can_be_looked_at(found, redrawn):
    controls = _Controls(_Scene(found.proposal))
    controls.look.value = 2
    html = redrawn(controls.panel)
    third = found.proposal.candidates[2].architecture
    assert f"Candidate 3: {notation(third)}" in html
    assert "candidate 3" in html


def test_a_proposal_without_a_model_is_its_architecture():
    seen = view(Proposal((CELL,), "It is random."))
    assert "It is random." in seen.summary
    assert seen.panel is None


@pytest.fixture(scope="module")
def genotypes():
    return Search(DartsSpace(), separable, BayesianOptimization(initial=4), seed=1).run(5)


def test_the_notation_of_a_genotype_makes_no_wide_picture(genotypes):
    asked = genotypes.ask()
    posterior = genotypes.strategy.posterior(genotypes.observations)
    found = why(posterior, asked.candidates[0], HammingDistance())
    assert size(to_svg(view(asked).chart))[0] < 1200
    assert size(to_svg(view(found).chart))[0] < 1200
    assert size(to_svg(proposal(Proposal(asked.architectures, "It is random."))))[0] < 1200


def test_candidates_that_begin_alike_are_told_apart(genotypes):
    asked = genotypes.ask()
    wholes = [notation(each.architecture) for each in asked.candidates]
    assert len({whole[:NAME] for whole in wholes}) < len(set(wholes))
    svg = to_svg(proposal(asked))
    names = told_apart(wholes, NAME)
    assert len(set(names)) == len(wholes)
    assert all(html.escape(name) in svg for name in names)
    offered = [words.partition(" ")[2] for words, _ in ranked(asked.candidates)]
    assert len(set(offered)) == len(wholes)
    rows = candidates_data(asked, {})["data"]["rows"]
    assert len({row["rank"].partition("\t")[2].strip() for row in rows}) == len(rows)


def separable(architecture, seed=0):
    return Evaluation(architecture, str(architecture).count("sep") / 20)
