"""What the lab shows of one round: pure functions from records to what the page reads.

Notation
    round      a search as it was before one of its trials, see `nbnas.search.replay`
    key        an architecture's name between page and kernel, see `nbnas.widgets.lab.atlas`
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbnas.charts import theme
from nbnas.charts.lab.candidates import TOP, candidates_data
from nbnas.charts.lab.map import CANDIDATE, CHOSEN, EVALUATED, FAILED, INSTEAD
from nbnas.charts.lab.page import name_of
from nbnas.graphs.architecture import ZERO, Architecture
from nbnas.graphs.distances.distance import Distance
from nbnas.graphs.spaces.cell import OPERATIONS
from nbnas.records import Candidate, Proposal
from nbnas.search.replay import Round
from nbnas.surrogate.process.why import why
from nbnas.widgets.lab.atlas import Atlas
from nbnas.widgets.lab.picture import picture

Page = dict[str, Any]
NEIGHBOURS, PHRASES = 3, 2
_DIGITS = 5  # decimals of an accuracy that go to the page


def candidate(posterior: Any, architecture: Architecture) -> Candidate:  # noqa: ANN401
    """What a posterior says of any architecture."""
    one = (architecture,)
    columns = (*posterior.predict(one), *posterior.band(one), *posterior.expected_improvement(one))
    mean, stddev, lower, upper, gain, exploitation, exploration = (float(c[0]) for c in columns)
    return Candidate(
        architecture, mean, stddev, lower, upper, gain, exploitation, exploration, gain
    )


def map_page(
    shown: Round, atlas: Atlas, instead: Proposal | None = None, trained: bool = False
) -> Page:
    """The map of a round: places, predictions, and what each architecture is.

    Args:
        shown: The round.
        atlas: Keys and places.
        instead: What another strategy would have chosen.
        trained: Whether the chosen one is evaluated by now.

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
        columns = {"mean": mean, "stddev": stddev, "lower": lower, "upper": upper, "ei": gain}
        page |= {name: _rounded(column, 7) for name, column in columns.items()}
    page["line"] = _map_line(shown, len(atlas.sample), trained)
    return page


def candidates_page(shown: Round, atlas: Mapping[Architecture, str]) -> Page:
    """The ranked candidates of a round."""
    proposal = shown.proposal
    page = candidates_data(proposal, atlas)
    if not proposal.candidates:
        return page | {"title": "Ranked candidates", "line": _unranked(proposal)}
    number = min(TOP, len(proposal.candidates))
    title = f"The {number} best of {proposal.considered:,} candidates"
    best = "" if proposal.best is None else f" (dashed: {theme.percent(proposal.best)})"
    line = (
        f"Dot and bar: mean and 95 % band; EI: expected improvement over the best so far{best} in "
        "percentage points."
    )
    return page | {"title": title, "line": line}


def why_page(
    shown: Round,
    architecture: Architecture,
    atlas: Mapping[Architecture, str],
    distance: Distance,
    trained: bool = False,
) -> Page:
    """Why an architecture was chosen, or what the model says of one that was not.

    Args:
        shown: The round.
        architecture: What is selected.
        atlas: Keys.
        distance: What neighbours are measured by.
        trained: Whether the chosen one is evaluated by now.

    Returns:
        The panel's title, picture, sentences, parts of the gain, and neighbours.
    """
    chosen = architecture in shown.proposal.architectures
    page: Page = {
        "title": _title(shown.number + 1, chosen, trained),
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
    page["sentences"] = _sentences(shown, seen, chosen)
    page["gain"] = {"exploitation": seen.exploitation, "exploration": max(seen.exploration, 0.0)}
    page["neighbours"] = _neighbours(shown, seen, atlas, distance)
    return page


def answer_page(shown: Round, other: Round, words: str, atlas: Mapping[Architecture, str]) -> Page:
    """What would have been chosen, next to what was chosen."""
    chosen, instead = shown.proposal, other.proposal
    same = chosen.architecture == instead.architecture
    end = "chosen the same architecture." if same else "chosen another one:"
    rows = [_choice("chosen", shown, chosen, atlas), _choice("what if", other, instead, atlas)]
    return {"text": f"With {words} it would have {end}", "rows": rows, "same": same}


def _choice(
    label: str, shown: Round, proposal: Proposal, atlas: Mapping[Architecture, str]
) -> Page:
    architecture = proposal.architecture
    page = {"label": label, "key": atlas[architecture], "name": name_of(architecture)}
    if shown.posterior is None:
        return page | {"mean": "", "gain": ""}
    seen = candidate(shown.posterior, architecture)
    mean = f"{theme.percent(seen.mean)} ± {100 * seen.stddev:.2f}"
    return page | {"mean": mean, "gain": f"{100 * seen.expected_improvement:.2g} points"}


def _title(trial: int, chosen: bool, trained: bool) -> str:
    if not chosen:
        return "What the model knows of this one"
    return f"Why trial {trial} {'was' if trained else 'is'} this architecture"


def _spoken(difference: str) -> str:
    """A difference with the operations' names of the pictures, cut after a few phrases."""
    phrases = difference.split("; ")
    if len(phrases) > PHRASES + 1:
        phrases = [*phrases[:PHRASES], f"and {len(phrases) - PHRASES} more"]
    difference = "; ".join(phrases)
    for operation, style in theme.styles(OPERATIONS).items():
        if operation != ZERO:
            difference = difference.replace(operation, style.name)
    return difference


def _sentences(shown: Round, seen: Candidate, chosen: bool) -> list[str]:
    band = f"{theme.percent(seen.lower)} to {theme.percent(seen.upper)}"
    said = [f"The model predicts {theme.percent(seen.mean)} (95 % band {band})."]
    best = shown.observations.incumbent
    if best is not None and best.value is not None:
        side = "above" if seen.mean > best.value else "below"
        difference = 100 * abs(seen.mean - best.value)
        said.append(
            f"That mean is {difference:.2f} points {side} the best so far "
            f"({theme.percent(best.value)})."
        )
    measured = [e for e in shown.observations if e.architecture == seen.architecture]
    if measured and measured[0].value is not None:
        said.insert(0, f"It was measured: {theme.percent(measured[0].value)}.")
    if chosen:
        said.append(_because(seen, shown.proposal))
    return said


def _because(seen: Candidate, proposal: Proposal) -> str:
    """The decision in one sentence."""
    high = seen.exploitation > seen.exploration
    owed = "its high mean (exploitation)" if high else "its uncertainty (exploration)"
    if "Improvement" in proposal.acquisition:
        of = f"of {proposal.considered:,} candidates "
        return f"It was chosen because {of}it promises the most, mostly owed to {owed}."
    return (
        f"{proposal.acquisition or 'The strategy'} ranks it first; its promise is owed to {owed}."
    )


def _neighbours(
    shown: Round, seen: Candidate, atlas: Mapping[Architecture, str], distance: Distance
) -> list[Page]:
    if shown.posterior is None:
        return []
    found = why(shown.posterior, seen, distance, NEIGHBOURS)
    trials = shown.observations.evaluations
    lines = []
    for near, difference in zip(found.neighbors, found.differences, strict=True):
        evaluation = near.evaluation
        value = "failed" if evaluation.value is None else theme.percent(evaluation.value)
        pull = "raises" if near.contribution > 0 else "lowers"
        weight = f", {pull} the prediction (weight {100 * near.share:.0f} %)"
        lines.append(
            {
                "key": atlas[evaluation.architecture],
                "name": name_of(evaluation.architecture, 120),
                "words": f"trial {trials.index(evaluation) + 1}: {value}, distance "
                f"{near.distance:.3g}{'' if np.isnan(near.share) else weight}",
                "difference": f"Here: {_spoken(difference)}",
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


def _map_line(shown: Round, sample: int, trained: bool) -> str:
    what = f"{len(shown.observations)} evaluated and {sample} sampled architectures"
    model = "" if shown.posterior is not None else " No model yet, so no colours."
    star = "star: chosen and trained since" if trained else "star: chosen next"
    return f"{what}; near ones are alike ({star}).{model}"


def _unranked(proposal: Proposal) -> str:
    return f"Nothing was ranked in this round. {proposal.reason}"


def _rounded(column: NDArray[np.float64] | Sequence[float], digits: int = _DIGITS) -> list[Any]:
    return [round(float(v), digits) if np.isfinite(v) else None for v in column]
