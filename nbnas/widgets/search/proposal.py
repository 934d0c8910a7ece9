"""The view of a proposal: the ranked candidates, where they are, and each one by itself."""

from collections.abc import Sequence

import numpy as np

from nbnas import charts
from nbnas.brief import cut, told_apart
from nbnas.charts import theme
from nbnas.charts.graphs.notation import notation
from nbnas.charts.search.proposal import by_volume, shares
from nbnas.charts.search.proposal import summary as reason
from nbnas.graphs.distances.embedding import embed
from nbnas.records import Candidate, Measure, Proposal
from nbnas.widgets.graphs.samples import distance_of, more_of
from nbnas.widgets.panel import Panel, dropdown
from nbnas.widgets.view import View

AROUND = 150  # random architectures that show where in the space the candidates are
NAME = 50  # letters of a candidate to choose
HEADING = 60  # letters above a candidate; a whole genotype would be as wide as three pictures


def proposal(proposal: Proposal) -> View:
    """The best candidates, and why the winner won."""
    if not proposal.candidates:
        return View(reason(proposal), charts.proposal(proposal))
    scene = _Scene(proposal)
    return View(scene.words(0), scene.chart(0), lambda: _Controls(scene).panel)


class _Scene:
    """The ranking, the map, and one candidate."""

    def __init__(self, proposal: Proposal) -> None:
        self.proposal = proposal
        ranked = tuple(each.architecture for each in proposal.candidates)
        mapped = (*ranked, *more_of(ranked, AROUND))
        self.found = embed(mapped, distance_of(None, mapped))
        scale = proposal.measure.scale
        known = [scale * each.expected_improvement for each in proposal.candidates]
        if by_volume(proposal):
            known = [100 * share for share in shares(proposal.candidates)]
        self.values = np.array([*known, *[np.nan] * (len(mapped) - len(known))])

    def words(self, index: int) -> str:
        candidate = self.proposal.candidates[index]
        first = f"{reason(self.proposal)} " if index == 0 else ""
        return f"{first}{described(candidate, self.proposal.measure, by_volume(self.proposal))}"

    def chart(self, index: int) -> theme.AnyChart:
        ranking = charts.proposal(self.proposal, top=8, width=260, row=15)
        candidate = self.proposal.candidates[index]
        one = charts.architecture(
            candidate.architecture,
            width=270,
            heading=cut(f"Candidate {index + 1}: {notation(candidate.architecture)}", HEADING),
        )
        return theme.stacked(ranking, theme.beside(self._map([index]), one))

    def _map(self, marked: Sequence[int]) -> theme.AnyChart:
        names = [f"candidate {i + 1}" for i in range(len(self.found.architectures))]
        return charts.landscape(
            charts.Places(self.found.positions, self.values, [False] * len(names), names),
            charts.Colors(
                "volume (% of first)"
                if by_volume(self.proposal)
                else improvement(self.proposal.measure),
                ".2~g",
            ),
            marked=marked,
            heading="Where the candidates are",
            subtitle=f"grey: others; {100 * self.found.kept:.0f} % of the variance kept",
            width=270,
            height=150,
        )


class _Controls:
    """Which candidate is marked and drawn."""

    def __init__(self, scene: _Scene) -> None:
        self.scene = scene
        options = ranked(scene.proposal.candidates)
        self.look = dropdown(options, "Candidate", "A candidate to mark and to draw", "440px")
        self.panel = Panel(self.draw, [[self.look]])
        self.panel.changed(self.look)

    def draw(self) -> View:
        return View(self.scene.words(self.look.value), self.scene.chart(self.look.value))


def ranked(candidates: Sequence[Candidate]) -> list[tuple[str, int]]:
    """Candidates to choose from: rank and notation, and the place."""
    names = told_apart([notation(c.architecture) for c in candidates], NAME)
    return [(f"{i + 1}. {name}", i) for i, name in enumerate(names)]


def improvement(measure: Measure) -> str:
    """What a map of expected improvements is coloured by."""
    return f"EI ({'%-points' if measure.fraction else measure.points})"


def described(candidate: Candidate, measure: Measure, volume: bool = False) -> str:
    """What a model says of a candidate, and what its expected improvement is made of.

    Args:
        candidate: The candidate.
        measure: What is improved.
        volume: Whether hypervolume ranks it, so that the other goals are told instead.
    """
    parts = (
        f"{measure.amount(candidate.exploitation)} by a better mean (exploitation) and "
        f"{measure.amount(max(candidate.exploration, 0.0))} by uncertainty (exploration)"
    )
    said = (
        f"{notation(candidate.architecture)}: mean {measure.text(candidate.mean)}, 95 % band "
        f"{measure.text(candidate.lower)} to {measure.text(candidate.upper)}"
    )
    if volume:
        further = (f"{p.measure.name.replace('_', '-')} {p.words}" for p in candidate.further)
        return f"{said}; {', '.join(further)}."
    return f"{said}; {measure.expected(candidate.expected_improvement)}: {parts}."
