"""What the lab shows of one round: pure functions from records to what the page reads.

Notation
    round      a search as it was before one of its trials, see `nbnas.search.replay`
    key        an architecture's name between page and kernel, see `nbnas.widgets.lab.atlas`
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbnas.charts.lab.candidates import TOP, candidates_data, further_of
from nbnas.charts.lab.map import CANDIDATE, CHOSEN, EVALUATED, FAILED, INSTEAD
from nbnas.charts.lab.page import name_of
from nbnas.charts.search.goals.plane import spoken as named
from nbnas.charts.surrogate.why import raises
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.distances.distance import Distance
from nbnas.records import Candidate, Proposal
from nbnas.search.replay import Round
from nbnas.search.strategies.goals.beliefs import Beliefs
from nbnas.surrogate.process.why import why
from nbnas.widgets.lab.atlas import Atlas
from nbnas.widgets.lab.cards.wanted import told
from nbnas.widgets.lab.picture import picture
from nbnas.widgets.lab.words import (
    candidate,
    gain_page,
    heading,
    map_line,
    predictions,
    sentences,
    spoken,
    unranked,
)

Page = dict[str, Any]
NEIGHBOURS = 3
_DIGITS = 6  # significant digits of a number that go to the page


def map_page(
    shown: Round,
    atlas: Atlas,
    instead: Proposal | None = None,
    trained: bool = False,
    found: Beliefs | None = None,
) -> Page:
    """The map of a round: places, predictions, and what each architecture is.

    Args:
        shown: The round.
        atlas: Keys and places.
        instead: What another strategy would have chosen.
        trained: Whether the chosen one is evaluated by now.
        found: What is believed of further goals and limits.

    Returns:
        Columns in the order of the keys, and the line below the map.
    """
    atlas.add(shown.observations.architectures)
    atlas.add(c.architecture for c in shown.proposal.candidates[:TOP])
    atlas.add(shown.proposal.architectures)
    if instead is not None:
        atlas.add(instead.architectures)
    known, places = atlas.places()
    page: Page = {"x": _rounded(places[:, 0]), "y": _rounded(places[:, 1])}
    page["kinds"] = _kinds(shown, atlas, instead)
    if shown.posterior is not None:
        mean, stddev = shown.posterior.predict(known)
        lower, upper = shown.posterior.band(known)
        gain = shown.posterior.expected_improvement(known)[0]
        further, page["beside"] = told(found, known)
        columns = {"mean": mean, "stddev": stddev, "ei": gain, **further}
        page |= {name: _rounded(column) for name, column in columns.items()}
        page["said"] = predictions(shown.observations.measure, mean, lower, upper)
        page["promised"] = [shown.observations.measure.expected(g) for g in gain.tolist()]
    page["line"] = map_line(shown, len(atlas.sample), trained)
    return page


def candidates_page(shown: Round, atlas: Mapping[Architecture, str]) -> Page:
    """The ranked candidates of a round."""
    proposal = shown.proposal
    page = candidates_data(proposal, atlas)
    if not proposal.candidates:
        return page | {"title": "Ranked candidates", "line": unranked(proposal)}
    number = min(TOP, len(proposal.candidates))
    title = f"The {number} best of {proposal.considered:,} candidates"
    measure = proposal.measure
    best = "" if proposal.best is None else f" (dashed: {measure.text(proposal.best)})"
    way = "" if measure.maximize else ": how much lower"
    further = further_of(proposal)
    line = (
        f"Dot and bar: mean and 95 % band; EI: expected improvement over the best so far{best} in "
        f"{measure.points}{way}."
        if further is None
        else f"Ranked by the hypervolume that each is expected to add. Dot and bar: "
        f"{measure.noun}, mean and 95 % band{best}; right: {named(further)}."
    )
    return page | {"title": title, "line": line}


def why_page(
    shown: Round,
    architecture: Architecture,
    atlas: Mapping[Architecture, str],
    distance: Distance,
    trained: bool = False,
    found: Beliefs | None = None,
) -> Page:
    """Why an architecture was chosen, or what the model says of one that was not.

    Args:
        shown: The round.
        architecture: What is selected.
        atlas: Keys.
        distance: What neighbours are measured by.
        trained: Whether the chosen one is evaluated by now.
        found: What is believed of further goals and limits.

    Returns:
        The panel's title, picture, sentences, parts of the gain, and neighbours.
    """
    chosen = architecture in shown.proposal.architectures
    page: Page = {
        "title": heading(shown.number + 1, chosen, trained),
        "name": name_of(architecture, 200),
        "text": str(architecture)[:400],
        "chosen": chosen,
        "picture": picture(architecture),
        "sentences": [],
    }
    if chosen and not shown.proposal.candidates:
        page["sentences"] = [shown.proposal.reason]
        return page
    if shown.posterior is None:
        page["sentences"] = ["There is no model yet: it needs at least two trials."]
        return page
    seen = candidate(shown.posterior, architecture)
    page["sentences"] = sentences(shown, seen, chosen, found)
    several = found is not None and len(found.goals.measures) > 1
    page["gain"] = gain_page(seen, shown.observations.measure, alone=several)
    page["neighbours"] = _neighbours(shown, seen, atlas, distance)
    return page


def _neighbours(
    shown: Round, seen: Candidate, atlas: Mapping[Architecture, str], distance: Distance
) -> list[Page]:
    if shown.posterior is None:
        return []
    found = why(shown.posterior, seen, distance, NEIGHBOURS)
    trials, measure = shown.observations.evaluations, shown.observations.measure
    lines = []
    for near, difference in zip(found.neighbors, found.differences, strict=True):
        evaluation = near.evaluation
        value = "failed" if evaluation.value is None else measure.text(evaluation.value)
        pull = "raises" if raises(near, measure) else "lowers"
        weight = f", {pull} the prediction (weight {100 * near.share:.0f} %)"
        lines.append(
            {
                "key": atlas[evaluation.architecture],
                "name": name_of(evaluation.architecture, 120),
                "words": f"trial {trials.index(evaluation) + 1}: {value}, distance "
                f"{near.distance:.3g}{'' if np.isnan(near.share) else weight}",
                "difference": f"Here: {spoken(difference)}",
            }
        )
    return lines


def _kinds(shown: Round, atlas: Atlas, instead: Proposal | None) -> dict[str, str]:
    kinds = {atlas[c.architecture]: CANDIDATE for c in shown.proposal.candidates[:TOP]}
    for evaluation in shown.observations:
        kinds[atlas[evaluation.architecture]] = (
            EVALUATED if evaluation.value is not None else FAILED
        )
    if instead is not None:
        kinds[atlas[instead.architecture]] = INSTEAD
    kinds[atlas[shown.proposal.architecture]] = CHOSEN
    return kinds


def _rounded(column: NDArray[np.float64] | Sequence[float]) -> list[Any]:
    return [float(f"{float(v):.{_DIGITS}g}") if np.isfinite(v) else None for v in column]
