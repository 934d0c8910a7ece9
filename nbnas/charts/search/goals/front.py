"""The front: trials in the plane of two goals, from early to late, and what they dominate."""

from collections.abc import Iterable, Sequence

import altair as alt

from nbnas.charts import scales, theme
from nbnas.charts.search.goals.layers import Axes, color, layers_of, sizes
from nbnas.charts.search.goals.plane import (
    Pair,
    Plane,
    better,
    goals_of,
    pair_of,
    pairs_of,
    scale_of,
    spoken,
    unit_of,
)
from nbnas.charts.search.goals.rows import BREAKS, MEMBER, Drawn, counts, drawn
from nbnas.records import Goals, Measure, Observations, Proposal
from nbnas.records.measure import number
from nbnas.records.observations import OBSERVATIONS
from nbnas.search.strategies.goals.attained import BelievedFront

PANELS = 3  # pairs of goals that one picture shows


def front(
    observations: Observations,
    *,
    pair: Iterable[Measure] | None = None,
    proposal: Proposal | None = None,
    marked: int | None = None,
    believed: Sequence[BelievedFront] = (),
    width: float = 460,
    height: float = 300,
) -> theme.AnyChart:
    """Draw the trials in the plane of two goals, and the front so far as a step line.

    Args:
        observations: The trials so far, with two goals or more; or a search.
        pair: The goal from left to right and the goal from below to above; by default the second
            one and the first. With more than two goals and no choice there is a panel for each of
            the first three pairs.
        proposal: What was proposed last: its candidates are drawn where they are predicted, with
            a standard deviation to each side.
        marked: The number of a trial, from 1, that gets a ring.
        believed: What the front is believed to be, of the pairs that are told.
        width: Width in pixels, of all panels together.
        height: Height in pixels.

    Returns:
        The chart. Trials go from dark to bright; those of the front are larger; crosses break a
        limit; looks and failed trials are left out. What the front dominates is shaded, down to
        the reference point of hypervolume where it is inside, and so is what a limit excludes.

    Raises:
        ObservationError: If there is one goal only.
        SettingError: If the pair is none of the goals.
    """
    observations = taken(observations)
    goals = goals_of(observations)
    chosen = None if pair is None else pair_of(goals, pair)
    several = len(goals.measures) > 2 and chosen is None
    pairs = pairs_of(goals)[:PANELS] if several else (pair_of(goals, chosen),)
    fronts = {(each.across, each.up): each for each in believed}
    found = [drawn(observations, each, None, proposal, fronts.get(each)) for each in pairs]
    said = [*summary(observations, pairs), *found[0].key]
    heading = alt.TitleParams(text="The front so far", subtitle=said)
    if not any(counts(observations).values()):
        nothing = "no trial has told all goals yet"
        return theme.note(nothing, width, height / 3, heading)
    own = width if len(pairs) == 1 else (width - 60 * (len(pairs) - 1)) / len(pairs)
    panels = [_panel(each, marked, each is found[-1]) for each in found]
    sized = [panel.properties(width=own, height=height) for panel in panels]
    if len(sized) == 1:
        return sized[0].properties(title=heading)
    return theme.beside(*sized, heading=heading)


def summary(observations: Observations, pairs: Sequence[Pair] = ()) -> list[str]:
    """Where the front stands, in sentences.

    Args:
        observations: The trials so far.
        pairs: The pairs of goals that are drawn; none where all is told in words.
    """
    known, volume_ = counts(observations), volume(observations)
    parts = [f"{theme.count(sum(known.values()), 'trial')}, {known[MEMBER]} on the front"]
    parts += [f"{known[BREAKS]} {_break(known[BREAKS])} (crosses)"] if known[BREAKS] else []
    return [f"{', '.join(parts)}; hypervolume {volume_}.", *_read(goals_of(observations), pairs)]


def _read(goals: Goals, pairs: Sequence[Pair]) -> list[str]:
    """How the picture is read."""
    if len(goals.measures) == 2 and pairs:
        return [f"The better, the further to the {better(pairs[0])}; large dots are on the front."]
    if not pairs:
        return []
    left = len(pairs_of(goals)) - len(pairs) if len(pairs) > 1 else 0
    more = f" {theme.count(left, 'pair')} of goals more not drawn." if left else ""
    alone = "The line is the front of the two goals alone; large dots are on the front of all."
    return [f"{alone}{more}"]


def volume(observations: Observations) -> str:
    """The hypervolume of the front in words, with its unit."""
    goals, found = goals_of(observations), observations.hypervolumes
    value = float(found[-1]) * scale_of(goals) if len(found) else 0.0
    return f"{number(value, 4)} {unit_of(goals)}"


def taken(given: object) -> Observations:
    """The observations of a search, or what was given."""
    return OBSERVATIONS("observations", getattr(given, "observations", given))


def titles(pair: Pair) -> tuple[str, str]:
    """The titles of both axes, without units."""
    return spoken(pair[0]), spoken(pair[1])


def _panel(found: Drawn, marked: int | None, legend: bool) -> alt.LayerChart:
    x, y = _axes(found.plane)
    key = alt.Legend(title="trial", format="d", tickMinStep=1, gradientLength=110, tickCount=4)
    own = f"datum.trial === {0 if marked is None else marked}"
    wide = {"condition": [{"test": own, "value": 3}], "value": 0.7}
    axes = Axes(x, y, color(found.last, key if legend else None), sizes((own, 170.0)), wide)
    data = {name: theme.rows(rows) for name, rows in found.data.items()}
    return theme.layered(*layers_of(axes, data))


def _axes(shown: Plane) -> tuple[alt.X, alt.Y]:
    across, up = titles((shown.across, shown.up))
    return (
        alt.X("x:Q", axis=scales.axis(shown.across, shown.x, across), scale=theme.scale(shown.x)),
        alt.Y("y:Q", axis=scales.axis(shown.up, shown.y, up), scale=theme.scale(shown.y)),
    )


def _break(count: int) -> str:
    return "breaks a limit" if count == 1 else "break a limit"
