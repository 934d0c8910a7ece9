"""What would have been chosen otherwise, next to what was chosen."""

from collections.abc import Mapping
from typing import Any

from nbnas.charts.lab.page import name_of
from nbnas.charts.search.goals.plane import spoken
from nbnas.graphs.architecture import Architecture
from nbnas.records import Proposal
from nbnas.search.replay import Round
from nbnas.search.strategies.goals.beliefs import Beliefs
from nbnas.search.strategies.goals.choose import VALUE_EACH, VOLUME
from nbnas.surrogate.acquisition.scalarized import ParEgo
from nbnas.widgets.lab.cards.wanted import feasible, likely, volume_words
from nbnas.widgets.lab.words import candidate, promise

Page = dict[str, Any]


def answer_page(
    shown: Round,
    other: Round,
    words: str,
    atlas: Mapping[Architecture, str],
    found: Beliefs | None = None,
) -> Page:
    """What would have been chosen, next to what was chosen.

    Args:
        shown: The round.
        other: The same with another strategy.
        words: What is other about it.
        atlas: Keys.
        found: What is believed of further goals and limits.

    Returns:
        A sentence, the heads of the columns, and a row for each of the two, by the model of the
        round itself.
    """
    chosen, instead = shown.proposal, other.proposal
    same = chosen.architecture == instead.architecture
    end = "chosen the same architecture." if same else "chosen another one:"
    rows = [
        _row("chosen", shown, chosen, atlas, found),
        _row("what if", shown, instead, atlas, found),
    ]
    text = f"With {words} it would have {end}"
    return {"text": text, "heads": _heads(found), "rows": rows, "same": same}


def without_effect(shown: Round, given: Mapping[str, Any]) -> str:
    """Why another acquisition function changes nothing in a round, or else nothing.

    Args:
        shown: The round.
        given: What is to be another one.
    """
    asked = given.get("acquisition")
    goals = shown.observations.goals
    if asked is None or isinstance(asked, ParEgo) or goals is None or len(goals.measures) < 2:
        return ""
    if shown.number % VALUE_EACH == 0:
        return ""
    near = max(shown.number - shown.number % VALUE_EACH, VALUE_EACH) + 1
    return (
        "In this round the expected hypervolume decides. An acquisition function is of the "
        f"{goals.value.noun} alone, which counts in each third trial, such as trial {near}."
    )


def same_by_volume(shown: Round, given: Mapping[str, Any]) -> bool:
    """Whether only the acquisition function is another, in a round that hypervolume decides."""
    return set(given) == {"acquisition"} and shown.proposal.acquisition == VOLUME


def _heads(found: Beliefs | None) -> list[str]:
    if found is None:
        return ["predicted", "expected improvement"]
    goals = found.goals
    heads = ["predicted", *(spoken(m) for m in goals.further)]
    heads += ["limits met"] if goals.constraints else []
    return [*heads, "expected hypervolume" if len(goals.measures) > 1 else "expected improvement"]


def _row(
    label: str,
    shown: Round,
    proposal: Proposal,
    atlas: Mapping[Architecture, str],
    found: Beliefs | None,
) -> Page:
    architecture = proposal.architecture
    page = {"label": label, "key": atlas[architecture], "name": name_of(architecture)}
    if shown.posterior is None:
        return page | {"cells": [""] * len(_heads(found))}
    seen = candidate(shown.posterior, architecture)
    measure = shown.observations.measure
    spread = measure.text(seen.stddev).removesuffix(" %")
    mean = f"{measure.text(seen.mean)} ± {spread}"
    gain = promise(seen.expected_improvement, measure)
    if found is None:
        return page | {"cells": [mean, gain]}
    cells = [mean, *(p.words for p in found.predictions((architecture,))[0])]
    if found.goals.constraints:
        cells.append(likely(float(feasible(found, (architecture,))[0])))
    several = len(found.goals.measures) > 1
    return page | {"cells": [*cells, volume_words(found, architecture) if several else gain]}
