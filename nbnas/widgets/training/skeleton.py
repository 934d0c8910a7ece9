"""The view of a skeleton: its parts in a row, with the shapes of the images between them."""

import itertools
from typing import TYPE_CHECKING

from nbnas import charts
from nbnas.charts.graphs.wording import TIMES
from nbnas.charts.theme import count, stacked
from nbnas.charts.training.skeleton import Part
from nbnas.widgets.panel import Panel, dropdown
from nbnas.widgets.view import View

if TYPE_CHECKING:
    from nbnas.training.networks.darts.skeleton import DartsSkeleton
    from nbnas.training.networks.skeleton.skeleton import CellSkeleton

SIDES = (28, 32, 48, 64, 96, 128, 224, 512)  # pixels of pictures that can be chosen
CLASSES, COLORS = 10, 3
ROW = 10  # boxes beside each other
REDUCTIONS = {"residual": "residual", "average": "average", "max": "max pool"}


def skeleton(skeleton: "CellSkeleton") -> View:
    """Stem, stages, reductions and head, for pictures of a size that can be chosen."""
    return _View(skeleton).view()


def darts_skeleton(skeleton: "DartsSkeleton") -> View:
    """Stem, cells and head, for pictures of a size that can be chosen."""
    return _DartsView(skeleton).view()


class _View:
    """A skeleton, and the side of the pictures that it is drawn for."""

    def __init__(self, skeleton: "CellSkeleton") -> None:
        self.skeleton = skeleton
        self._choose(skeleton.stages - 1, strided=skeleton.stem == "resnet")

    def view(self, side: int | None = None, *, panel: bool = True) -> View:
        """What is seen for square pictures."""
        side = self.usual if side is None else side
        parts = self.parts(side)
        lines = [parts[start : start + ROW] for start in range(0, len(parts), ROW)]
        first, *others = lines
        chart = charts.skeleton(
            first,
            heading=self.heading,
            subtitle=f"for {COLORS}{TIMES}{side}{TIMES}{side} pictures of {CLASSES} classes",
        )
        drawn = stacked(chart, *map(charts.skeleton, others)) if others else chart
        return View(self.said(side), drawn, (lambda: _Controls(self).panel) if panel else None)

    @property
    def heading(self) -> str:
        """How many cells there are."""
        stages, cells = count(self.skeleton.stages, "stage"), count(self.skeleton.cells, "cell")
        return f"{stages} of {cells}"

    def parts(self, side: int) -> list[Part]:
        """Its parts, with `C × H × W` of what comes out of each."""
        return _parts(self.skeleton, side)

    def said(self, side: int) -> str:
        """It in words."""
        return _said(self.skeleton, side)

    def _choose(self, halvings: int, *, strided: bool = False) -> None:
        """Which sizes of pictures can be chosen, and which one is drawn at first."""
        halvings += 2 * strided
        self.sides = [side for side in SIDES if side >= 2**halvings] or [2**halvings]
        usual = 64 if strided else 32
        self.usual = min(self.sides, key=lambda side: abs(side - usual))


class _DartsView(_View):
    """The skeleton of DARTS."""

    def __init__(self, skeleton: "DartsSkeleton") -> None:
        self.darts = skeleton
        self._choose(skeleton.reductions)

    @property
    def heading(self) -> str:
        """How many cells there are."""
        reducing = len(self.darts.reducing)
        return f"{count(self.darts.cells, 'cell')}, {reducing} of them for reduction"

    def parts(self, side: int) -> list[Part]:
        """Its parts; normal cells in a row are one."""
        from nbnas.training.networks.darts.plan import STEM

        image = (COLORS, side, side)
        parts = [
            Part("image", _shape(*image)),
            Part("stem", _shape(STEM * self.darts.channels, side, side)),
        ]
        cells = self.darts.planned(image)
        last = 0
        for reduction, some in itertools.groupby(cells, lambda cell: cell.reduction):
            found = list(some)
            last, *sides = found[-1].result
            name = "reduction" if reduction else f"{len(found)} normal"
            parts.append(Part(name, _shape(last, *sides), own=True))
        return [*parts, Part("mean", str(last)), Part("classifier", f"{CLASSES} scores")]

    def said(self, side: int) -> str:
        """It in words."""
        from nbnas.training.networks.darts.counts import frame_size  # torch takes a second

        image = (COLORS, side, side)
        size = frame_size(self.darts, image, CLASSES)
        widths = ", ".join(str(shape[0]) for shape in self.darts.shapes(image))
        return (
            f"{self.heading}, whose vertices have {widths} channels. All but the cells has "
            f"{size.parameters:,} parameters and takes {size.multiply_adds:,} multiply-adds for a "
            f"{_shape(*image)} picture of {CLASSES} classes; skeleton.size(genotype) tells those "
            f"of a whole network.{self._dropped}"
        )

    @property
    def _dropped(self) -> str:
        """What is left out in training."""
        share = self.darts.drop_path
        return f" {100 * share:g} % of paths are dropped in its last epochs." if share else ""


class _Controls:
    """A list of sizes of pictures."""

    def __init__(self, view: _View) -> None:
        self.view = view
        options = [(f"{side} {TIMES} {side} pixels", side) for side in view.sides]
        self.side = dropdown(options, "Pictures", "The size of the pictures", "240px")
        self.side.value = view.usual
        self.panel = Panel(self.draw, [[self.side]])
        self.panel.changed(self.side)

    def draw(self) -> View:
        return self.view.view(self.side.value, panel=False)


def _parts(skeleton: "CellSkeleton", side: int) -> list[Part]:
    """Its parts, with `C × H × W` of what comes out of each."""
    shapes = skeleton.shapes((COLORS, side, side))
    splits = skeleton.reduction == "max" and skeleton.vertices == "concatenate"
    parts = [Part("image", _shape(COLORS, side, side)), Part("stem", _shape(*shapes[0]))]
    for stage, (width, *sides) in enumerate(shapes):
        if stage:
            given = width // 2 if splits else width  # then the next cell makes the channels
            parts.append(Part(REDUCTIONS[skeleton.reduction], _shape(given, *sides)))
        cells = count(skeleton.cells, "cell")
        parts.append(Part(cells, _shape(width, *sides), own=True))
    width = skeleton.widths[-1]
    return [*parts, Part("mean", str(width)), Part("classifier", f"{CLASSES} scores")]


def _said(skeleton: "CellSkeleton", side: int) -> str:
    from nbnas.training.networks.skeleton.counts import frame_size  # torch takes a second

    image_shape = (COLORS, side, side)
    size = frame_size(skeleton, image_shape, CLASSES, widen=skeleton.vertices == "sum")
    *widths, last = map(str, skeleton.widths)
    channels = " and ".join([", ".join(widths), last] if widths else [last])
    return (
        f"{count(skeleton.stages, 'stage')} of {count(skeleton.cells, 'cell')} with {channels} "
        f"channels. All but the cells has {size.parameters:,} parameters and takes "
        f"{size.multiply_adds:,} multiply-adds for a {_shape(*image_shape)} picture of "
        f"{CLASSES} classes; skeleton.size(cell) tells those of a whole network."
    )


def _shape(*sides: int) -> str:
    return TIMES.join(map(str, sides))
