"""A data set: samples of each class, how many there are in each part, and what looks wrong."""

import base64
import io
from collections.abc import Sequence
from typing import Any, cast

import altair as alt
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from nbnas.brief import cut
from nbnas.charts import theme
from nbnas.charts.chart import Chart
from nbnas.charts.lettering import width
from nbnas.training.data.origin import Sizes
from nbnas.training.data.summary import WORDS, DataSummary

CLASSES = 10  # that are shown; of more, those with the most images and those with the fewest
SIDE, GAP, ROW = 38, 6, 46  # pixels of a sample, between two, and of a class
BAR = 190  # pixels of the longest bar
LETTERS = 18  # of a name
WRAPPED = 104  # letters of a line below
_SMOOTH = 24  # pixels of an image from which its own may not be seen as squares


def data(summary: DataSummary) -> theme.AnyChart:
    """Draw what a person wants to see of a data set before it is trained on.

    Args:
        summary: The data set.

    Returns:
        A row for each class, its samples and a bar of its images in the three parts; the sizes of
        the pictures on disk, where they differ; and what looks wrong in words.
    """
    chosen = shown_classes(summary.counts.sum(1))
    panels: list[theme.AnyChart] = [_classes(summary, chosen)]
    if len(summary.sizes) > 1:
        panels.append(_sizes(summary.sizes, summary.image_shape[1:]))
    if summary.warnings:
        panels.append(warned(summary.warnings))
    return theme.stacked(*panels) if len(panels) > 1 else panels[0]


def shown_classes(totals: NDArray[np.int64], most: int = CLASSES) -> list[int]:
    """Which classes are shown: all, or those with the most images and those with the fewest."""
    if len(totals) <= most:
        return list(range(len(totals)))
    order = np.argsort(-totals, kind="stable")
    ends = np.concatenate([order[: most // 2], order[-(most - most // 2) :]])
    return [int(label) for label in ends]


def _classes(summary: DataSummary, chosen: Sequence[int]) -> alt.LayerChart:
    """A row for each class: its name, its samples, its bar."""
    start = 10 + max(width(name, theme.NORMAL) for name in _named(summary, chosen))
    left = start + max(len(summary.samples[label]) for label in chosen) * (SIDE + GAP) + 8
    size: dict[str, Any] = {"width": left + BAR + 50, "height": ROW * len(chosen)}
    x: dict[str, Any] = {"scale": theme.scale((0, size["width"])), "axis": None}
    y: dict[str, Any] = {"scale": theme.scale((size["height"], 0)), "axis": None}
    text: dict[str, Any] = {"color": theme.INK, "baseline": "middle"}
    names = Chart(theme.rows(_names(summary, chosen, start)))
    samples = Chart(theme.rows(_samples(summary, chosen, start)))
    bars = Chart(theme.rows(_bars(summary, chosen, left)))
    totals = Chart(theme.rows(_totals(summary, chosen, left)))
    legend = alt.Legend(title=None, orient="top", symbolType="square", offset=4)
    colors = theme.series(WORDS, (theme.BLUE, theme.ORANGE, theme.GREEN))
    at: dict[str, Any] = {"x": alt.X("x:Q", **x), "y": alt.Y("y:Q", **y)}
    layers = (
        names.mark_text(align="right", fontSize=theme.NORMAL, **text).encode(**at, text="text:N"),
        samples.mark_image(width=SIDE, height=SIDE).encode(**at, url="url:N"),
        bars.mark_rect().encode(
            x=alt.X("from:Q", **x),
            x2="to:Q",
            y=alt.Y("top:Q", **y),
            y2="bottom:Q",
            color=alt.Color("part:N", scale=colors, legend=legend),
        ),
        totals.mark_text(align="left", fontSize=theme.SMALL, **text).encode(**at, text="text:N"),
    )
    return theme.layered(
        *cast(tuple[alt.Chart, ...], layers),
        title=theme.title("Training images and how many there are", _said(summary, chosen)),
        **size,
    )


def _named(summary: DataSummary, chosen: Sequence[int]) -> list[str]:
    return [cut(summary.class_names[label], LETTERS) for label in chosen]


def _names(summary: DataSummary, chosen: Sequence[int], start: float) -> theme.Rows:
    return [
        {"x": start - 10, "y": _middle(row), "text": name}
        for row, name in enumerate(_named(summary, chosen))
    ]


def _samples(summary: DataSummary, chosen: Sequence[int], start: float) -> theme.Rows:
    return [
        {"x": start + k * (SIDE + GAP) + SIDE / 2, "y": _middle(row), "url": picture_url(image)}
        for row, label in enumerate(chosen)
        for k, image in enumerate(summary.samples[label])
    ]


def _bars(summary: DataSummary, chosen: Sequence[int], left: float) -> theme.Rows:
    """A piece of each class's bar for each part."""
    pieces: theme.Rows = []
    for row, label in enumerate(chosen):
        ends = left + np.cumsum([0, *summary.counts[label]]) * _pixels(summary)
        sides = {"top": _middle(row) - 9, "bottom": _middle(row) + 9}
        pieces += [
            {"from": start, "to": end, "part": word, **sides}
            for start, end, word in zip(ends[:-1], ends[1:], WORDS, strict=True)
        ]
    return pieces


def _totals(summary: DataSummary, chosen: Sequence[int], left: float) -> theme.Rows:
    totals = summary.counts.sum(1)
    return [
        {
            "x": left + totals[label] * _pixels(summary) + 6,
            "y": _middle(row),
            "text": f"{totals[label]:,}",
        }
        for row, label in enumerate(chosen)
    ]


def _pixels(summary: DataSummary) -> float:
    """How long an image is in a bar."""
    return BAR / max(1, int(summary.counts.sum(1).max()))


def _middle(row: int) -> float:
    return ROW * (row + 0.5)


def _said(summary: DataSummary, chosen: Sequence[int]) -> str:
    """What the rows are of."""
    channels, height, width = summary.image_shape
    shape = "\N{MULTIPLICATION SIGN}".join(map(str, (channels, height, width)))
    sums = summary.counts.sum(0)
    parts = ", ".join(f"{n:,} {word}" for n, word in zip(sums, WORDS, strict=True))
    classes = f"{len(summary.class_names)} classes"
    if len(chosen) < len(summary.class_names):
        classes += f", the {len(chosen)} with the most and the fewest images"
    return f"{parts}; {shape}; {classes}"


def _sizes(sizes: Sizes, size: tuple[int, ...]) -> alt.LayerChart:
    """How large the pictures on disk are, and what they were made."""
    points: theme.Rows = [{"w": w, "h": h, "count": count} for (h, w), count in sizes]
    made = [{"w": size[1], "h": size[0], "text": "the images"}]
    base = Chart(theme.rows(points), width=300, height=150)
    grid: dict[str, Any] = {"grid": True, "tickCount": 5}
    x = alt.X("w:Q", axis=alt.Axis(title="width on disk, pixels", **grid), scale=_from_zero())
    y = alt.Y("h:Q", axis=alt.Axis(title="height on disk, pixels", **grid), scale=_from_zero())
    area = alt.Size("count:Q", legend=None, scale=alt.Scale(range=[24, 240]))
    dots = base.mark_point(filled=True, color=theme.SKY, opacity=0.75).encode(x=x, y=y, size=area)
    cross = Chart(theme.rows(made)).encode(x=x, y=y)
    mark = cross.mark_point(shape="cross", filled=True, size=90, color=theme.VERMILLION, opacity=1)
    word = cross.mark_text(align="left", dx=9, dy=1, color=theme.INK, fontSize=theme.SMALL)
    total = sum(count for _, count in sizes)
    heading = theme.title("Pictures on disk", f"{len(sizes):,} sizes of {total:,} pictures")
    return theme.layered(dots, mark, word.encode(text="text:N"), title=heading)


def _from_zero() -> alt.Scale:
    return alt.Scale(zero=True, nice=True)


def warned(warnings: Sequence[str]) -> alt.Chart:
    """What looks wrong, a line each."""
    said = [
        {"y": 20 * k + 10, "text": f"\N{BLACK UP-POINTING TRIANGLE} {cut(each, WRAPPED)}"}
        for k, each in enumerate(warnings)
    ]
    height = 20 * len(said)
    drawn = Chart(
        theme.rows(said), width=560, height=height, title=theme.title("What looks wrong")
    ).mark_text(align="left", color=theme.INK, fontSize=theme.NORMAL, baseline="middle")
    y = alt.Y("y:Q", scale=theme.scale((height, 0)), axis=None)
    return cast(alt.Chart, drawn.encode(x=alt.value(0), y=y, text="text:N"))


def picture_url(image: NDArray[np.uint8]) -> str:
    """An image as the address of itself, no larger than a sharp screen needs.

    Args:
        image: uint8 `(H, W)` or `(H, W, 3)`.

    Returns:
        Small ones as PNG, each pixel a square; others as JPEG.
    """
    picture = Image.fromarray(np.ascontiguousarray(image))
    least = min(picture.size)
    if least < _SMOOTH:
        times = max(1, 2 * SIDE // max(picture.size))
        sides = (times * picture.width, times * picture.height)
        return _encoded(picture.resize(sides, Image.Resampling.NEAREST), "PNG")
    picture.thumbnail((2 * SIDE, 2 * SIDE), Image.Resampling.LANCZOS)
    return _encoded(picture, "JPEG", quality=85)


def _encoded(picture: Image.Image, kind: str, **options: Any) -> str:  # noqa: ANN401
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(file.getvalue()).decode()}"
