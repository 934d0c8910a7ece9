"""Why this architecture: the best-ranked candidates of a proposal."""

import math
import textwrap
from collections.abc import Sequence

import altair as alt

from nbnas.brief import cut, told_apart
from nbnas.charts import scales, theme
from nbnas.charts.chart import Chart
from nbnas.charts.graphs.architecture import architecture
from nbnas.charts.graphs.choices import terse
from nbnas.charts.graphs.notation import notation, settings_first
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.values import is_of_choices
from nbnas.records import Candidate, Measure, Proposal

TOP = 12
NAME, HEADING = 42, 60  # letters of a candidate, and above a single one
LETTERS = 0.17  # of a subtitle, a pixel
CHOSEN = "\N{BLACK RIGHT-POINTING POINTER} "
GAIN, UNCERTAINTY = "exploitation: a better mean", "exploration: uncertainty"


def proposal(
    proposal: Proposal, *, top: int = TOP, width: float = 300, row: float = 22
) -> alt.HConcatChart | alt.LayerChart:
    """Draw the candidates of a proposal, best first, and what their expected improvement is.

    Args:
        proposal: What a strategy proposed.
        top: Number of candidates to draw.
        width: Width of each of the two panels in pixels.
        row: Height of one candidate in pixels.

    Returns:
        The chart: posterior mean and 95 % band against the incumbent on the left, on the right
        expected improvement, or expected hypervolume where that ranks them; or the chosen
        architecture where nothing was modelled.
    """
    if not proposal.candidates:
        heading = cut(f"Trial {proposal.number + 1}: {notation(proposal.architecture)}", HEADING)
        return architecture(
            proposal.architecture, width=1.4 * width, heading=heading, subtitle=proposal.reason
        )
    ranked = _rows(proposal.candidates[:top], proposal)
    height = row * len(ranked)
    order = [line["rank"] for line in ranked]
    names = alt.Y("rank:O", sort=order, axis=_NAMES, title=None)
    right = names.copy(deep=False)
    panels = [
        _means(ranked, names, proposal, width, height),
        _shares(ranked, right, proposal, width, height)
        if by_volume(proposal)
        else _improvements(ranked, right, proposal.measure, width, height),
    ]
    reason = textwrap.fill(proposal.reason, int(LETTERS * (2 * width + 200)))
    words = theme.title(_heading(proposal, len(ranked)), reason)
    return theme.beside(*panels, heading=words)


def by_volume(proposal: Proposal) -> bool:
    """Whether candidates are ranked by the hypervolume that they are expected to add."""
    return "Hypervolume" in proposal.acquisition and bool(proposal.candidates)


def shares(candidates: Sequence[Candidate]) -> list[float]:
    """What each is expected to add, as a share of what the best one is, from scores in logs."""
    best = max((each.score for each in candidates), default=0.0)
    return [math.exp(each.score - best) for each in candidates]


def improvement(measure: Measure) -> str:
    """What the bars of candidates are, and in which unit: 0 or more, whichever way is better."""
    return f"expected improvement ({measure.points})"


def summary(proposal: Proposal) -> str:
    """One sentence on what is proposed, and why."""
    return f"Trial {proposal.number + 1} is {notation(proposal.architecture)}: {proposal.reason}"


_NAMES = alt.Axis(
    labelExpr="split(datum.label, '\\t')[1]",
    labelLimit=230,
    ticks=False,
    domain=False,
    labelFontWeight={
        "condition": {"test": f"indexof(datum.label, '{CHOSEN}') >= 0", "value": "bold"},
        "value": "normal",
    },
)
_PARTS = alt.Scale(domain=[GAIN, UNCERTAINTY], range=[theme.BLUE, theme.ORANGE])


def _heading(proposal: Proposal, shown: int) -> str:
    considered = f" of {proposal.considered:,} candidates" if proposal.considered > shown else ""
    return f"Trial {proposal.number + 1}: the {shown} best{considered}"


def _rows(candidates: tuple[Candidate, ...], proposal: Proposal) -> theme.Rows:
    names = told_apart([_name(each.architecture) for each in candidates], NAME)
    return [
        {
            "rank": f"{rank}\t{CHOSEN * (each.architecture == proposal.architecture)}" + name,
            "mean": each.mean,
            "lower": each.lower,
            "upper": each.upper,
            "exploitation": each.exploitation,
            "exploration": max(each.exploration, 0.0),
            "total": each.expected_improvement,
            "chosen": each.architecture == proposal.architecture,
        }
        for rank, (each, name) in enumerate(zip(candidates, names, strict=True), 1)
    ]


def _name(architecture: Architecture) -> str:
    if architecture.settings:
        return settings_first(architecture)
    return terse(architecture) if is_of_choices(architecture.nodes) else notation(architecture)


def _means(
    ranked: theme.Rows, names: alt.Y, proposal: Proposal, width: float, height: float
) -> alt.LayerChart:
    best, measure = proposal.best, proposal.measure
    ends = [line[key] for line in ranked for key in ("lower", "upper", "mean")]
    bounds = scales.domain([*ends, *([] if best is None else [best])], 1e9, measure)
    axis = scales.axis(measure, bounds, predicted(measure), orient="bottom")
    x = alt.X("lower:Q", scale=theme.scale(bounds), axis=axis)
    base = Chart(theme.rows(ranked), width=width, height=height).encode(y=names)
    chosen = alt.condition("datum.chosen", alt.value(theme.VERMILLION), alt.value(theme.BLUE))
    bands = base.mark_rule(strokeWidth=5, opacity=0.45, strokeCap="round").encode(
        x=x, x2="upper:Q", color=chosen
    )
    dots = base.mark_point(filled=True, size=75, opacity=1).encode(
        x="mean:Q",
        color=chosen,
        shape=alt.condition("datum.chosen", alt.value("diamond"), alt.value("circle")),
    )
    line = [] if best is None else _incumbent(best, bounds, measure)
    return theme.layered(bands, *line, dots)


def predicted(measure: Measure) -> str:
    """What the dots and bars of candidates are."""
    return f"predicted {measure.noun}: mean and 95 % band"


def _incumbent(best: float, bounds: scales.Ends, measure: Measure) -> list[alt.Chart]:
    base = Chart(theme.rows([{"best": best, "text": f"incumbent {measure.text(best)}"}]))
    x = alt.X("best:Q", scale=theme.scale(bounds))
    right = best > sum(bounds) / 2
    rule = base.mark_rule(color=theme.INK, strokeDash=[4, 3], opacity=0.8)
    word = base.mark_text(
        color=theme.INK,
        align="right" if right else "left",
        dx=-4 if right else 4,
        baseline="bottom",
    )
    return [rule.encode(x=x), word.encode(x=x, y=alt.value(-4), text="text:N")]


def _shares(
    ranked: theme.Rows, names: alt.Y, proposal: Proposal, width: float, height: float
) -> alt.LayerChart:
    """Bars of what ranks candidates for several goals, with the next goal in words."""
    names["axis"] = alt.Axis(labels=False, ticks=False, domain=False)
    candidates = proposal.candidates[: len(ranked)]
    rows: theme.Rows = [
        {
            "rank": line["rank"],
            "share": share,
            "said": _next(each),
        }
        for line, each, share in zip(ranked, candidates, shares(candidates), strict=True)
    ]
    told = [p.measure.name.replace("_", "-") for p in candidates[0].further[:1]]
    title = "expected hypervolume, of the first one's" + "".join(f"; {name}" for name in told)
    axis = alt.Axis(title=title, format=".0%", values=[0, 0.25, 0.5, 0.75, 1], orient="bottom")
    x = alt.X("share:Q", scale=theme.scale((0.0, 1.5)), axis=axis)
    base = Chart(theme.rows(rows), width=width, height=height).encode(x=x, y=names)
    bars = base.mark_bar(height=11, color=theme.ORANGE)
    words = base.mark_text(color=theme.INK, align="left", dx=5, fontSize=theme.SMALL)
    return theme.layered(bars, words.encode(text="said:N"))


def _next(candidate: Candidate) -> str:
    return ", ".join(p.measure.text(p.mean, digits=1) for p in candidate.further[:1])


def _improvements(
    ranked: theme.Rows, names: alt.Y, measure: Measure, width: float, height: float
) -> alt.LayerChart:
    names["axis"] = alt.Axis(labels=False, ticks=False, domain=False)
    parts = [
        {"rank": line["rank"], "part": part, "points": measure.scale * line[key], "order": order}
        for line in ranked
        for order, (key, part) in enumerate((("exploitation", GAIN), ("exploration", UNCERTAINTY)))
    ]
    totals = [{"rank": line["rank"], "points": measure.scale * line["total"]} for line in ranked]
    top = max((line["points"] for line in totals), default=0.0)
    space = alt.Scale(domain=[0, 1.2 * top or 1.0], nice=False)
    axis = alt.Axis(title=improvement(measure), tickCount=5, orient="bottom")
    bars = Chart(theme.rows(parts), width=width, height=height).mark_bar(height=11)
    words = Chart(theme.rows(totals)).mark_text(
        color=theme.INK, align="left", dx=5, fontSize=theme.SMALL
    )
    digits = ",.0f" if top >= 100 else ".2f" if top >= 0.095 else ".2~g"
    return theme.layered(
        bars.encode(
            x=alt.X("points:Q", stack="zero", scale=space, axis=axis),
            y=names,
            order="order:O",
            color=alt.Color(
                "part:N",
                scale=_PARTS,
                legend=alt.Legend(title=None, orient="bottom", columns=2 if width >= 240 else 1),
            ),
        ),
        words.encode(
            x=alt.X("points:Q", scale=space), y=names, text=alt.Text("points:Q", format=digits)
        ),
    )
