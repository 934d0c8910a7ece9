"""The views of searches on shared weights: live by epoch, one epoch, the network, the methods."""

import weakref
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import ipywidgets

from nbnas import charts
from nbnas.brief import seconds
from nbnas.charts.theme import AnyChart, count, stacked
from nbnas.charts.training.recipe import settings
from nbnas.charts.training.relaxation import summary
from nbnas.records import CellWeights, RelaxationReport
from nbnas.widgets.panel import toggles
from nbnas.widgets.training.background import Background
from nbnas.widgets.view import View


def relaxation(relaxation: Any) -> View:  # noqa: ANN401
    """The cell after the last epoch, the weights by epoch, and whether it collapses."""
    known = weakref.ref(relaxation)
    return View(_said(relaxation), _drawn(relaxation), lambda: _Controls(known).panel)


def report(report: RelaxationReport) -> View:
    """The cells after one epoch."""
    return View(summary((report,)), charts.relaxed(report))


def weights(weights: CellWeights) -> View:
    """The weights of one cell."""
    said = f"{count(len(weights.edges), 'edge')} with {len(weights.operations)} operations each"
    return View(f"{said}; mean entropy {weights.entropy:.2f} nats.", charts.relaxed_cell(weights))


def supernet(supernet: Any) -> View:  # noqa: ANN401
    """What is relaxed: each edge with all operations, which weigh the same at first."""
    size, parameters = supernet.space.size, supernet.parameters
    many = "all architectures" if size is None else f"{size:,} architectures"
    said = (
        f"One network of {parameters:,} shared weights holds {many} of the space: each edge "
        "carries all operations. start(method) searches on it."
    )
    drawn = [
        charts.relaxed_cell(_equal(kind), heading=_HEADINGS.get(kind.name, ""), subtitle=_EQUAL)
        for kind in supernet.kinds
    ]
    return View(said, stacked(*drawn) if len(drawn) > 1 else drawn[0])


def darts(method: Any) -> View:  # noqa: ANN401
    """Search by gradient: its settings, and what each of them does."""
    rows = [
        ("order", str(method.order), _ORDERS[method.order]),
        *_rows(method, _DARTS),
        ("remedy", repr(method.remedy) if method.remedy else "none", "against the collapse"),
    ]
    return _method(method, "Search by gradient", "DARTS, Liu et al. 2019", rows)


def one_shot(method: Any) -> View:  # noqa: ANN401
    """Uniform sampling: its settings, and what each of them does."""
    rows = _rows(method, _ONE_SHOT)
    return _method(method, "Single path one-shot", "Guo et al. 2020", rows)


def perturbed(method: Any) -> View:  # noqa: ANN401
    """Selection by perturbation: its settings, and what each of them does."""
    rows = _rows(method, _PERTURBED)
    return _method(method, "Selection by perturbation", "DARTS-PT, Wang et al. 2021", rows)


def remedy(remedy: Any) -> View:  # noqa: ANN401
    """What is done against the collapse."""
    heading, source, name, what = _REMEDIES[type(remedy).__name__]
    rows = [(name, f"{getattr(remedy, name):g}", what)]
    return _method(remedy, heading, source, rows)


def finished(relaxation: Any) -> bool:  # noqa: ANN401
    """Whether nothing more comes."""
    over: bool = relaxation.is_finished
    return over


_EQUAL = "before the first epoch all operations of an edge weigh the same"
_HEADINGS = {"cell": "What the supernet holds"}
_ORDERS = {
    1: "the weights of the network as they are",
    2: "the weights of the network one step ahead",
}
_DARTS = {
    "epochs": "passes over both halves of the training pictures",
    "learning_rate": "of the architecture parameters, by Adam",
    "weight_decay": "of the architecture parameters",
    "warmup": "epochs at first in which only weights are trained",
}
_ONE_SHOT = {
    "epochs": "passes over the training pictures, an architecture a step",
    "candidates": "architectures that are compared in the end",
    "looks": "new ones that are measured after each epoch before",
}
_PERTURBED = {
    "epochs": "passes over the training pictures",
    "warmup": "epochs at first with all operations; then edges are decided",
    "finalists": "architectures that are worth a full training each",
}
_REMEDIES = {
    "BetaDecay": (
        *("Beta-decay regularisation", "Ye et al. 2022", "strength"),
        "of the pull towards equal weights, in the last epoch",
    ),
    "AuxiliarySkip": (
        *("An auxiliary skip connection", "DARTS-, Chu et al. 2021", "start"),
        "its weight at first; it fades away by the last epoch",
    ),
}


def _rows(method: Any, known: dict[str, str]) -> list[tuple[str, str, str]]:  # noqa: ANN401
    return [(name, f"{getattr(method, name):g}", what) for name, what in known.items()]


def _method(method: Any, heading: str, source: str, rows: list[tuple[str, str, str]]) -> View:  # noqa: ANN401
    chart = settings(("setting", "here", "what it is"), rows, heading=heading, subtitle=source)
    return View(f"{method!r}: {heading[0].lower()}{heading[1:]} ({source}).", chart)


def _equal(kind: Any) -> CellWeights:  # noqa: ANN401
    """Equal weights for the operations of a kind of cell."""
    row = (1 / len(kind.operations),) * len(kind.operations)
    return CellWeights(kind.name, kind.edges, kind.operations, (row,) * len(kind.edges))


def _drawn(live: Any, epoch: int | None = None, cell: str = "") -> AnyChart:  # noqa: ANN401
    return charts.relaxation(
        live.reports, measure=live.measure, epoch=epoch, epochs=live.epochs, cell=cell
    )


def _said(live: Any, epoch: int | None = None, *, stopped: bool = False) -> str:  # noqa: ANN401
    said = f"{live.method!r}. {summary(live.reports, live.measure, epoch, live.epochs)}"
    if stopped:
        return f"{said} Stopped."
    if finished(live):
        several = len(live.finalists)
        return f"{said} {several} finalists are worth a training." if several > 1 else said
    if live.seconds_left:
        said += f" About {seconds(live.seconds_left)} left."
    return said


class _Controls(Background):
    """Search in the background, stop, look back at an epoch, and choose a cell of several.

    The slider follows the last epoch as long as it stands there.
    """

    def __init__(self, relaxation: "weakref.ref[Any]") -> None:
        self.epoch = ipywidgets.IntSlider(
            value=1, min=1, max=1, description="after epoch", tooltip="The cell after this epoch"
        )
        self.cell = toggles([("cell", "")])
        others = (self.epoch, self.cell)
        super().__init__(relaxation, "relaxation", "Search", finished, others)
        self.panel.changed(*others)

    def draw(self, live: Any) -> View:  # noqa: ANN401
        done = len(live.reports)
        self._follow(max(done, 1))
        self._name([cell.name for cell in live.reports[-1].weights] if done else [""])
        epoch = None if self.epoch.value >= done else self.epoch.value
        stopped = self.stopped and not finished(live)
        said = _said(live, epoch, stopped=stopped)
        return View(said, _drawn(live, epoch, self.cell.value or ""))

    def _follow(self, last: int) -> None:
        """The slider reaches to the last epoch, and stays there if it was there."""
        there = self.epoch.value == self.epoch.max
        self.epoch.disabled = last < 2
        with self._silently():
            self.epoch.max = max(last, self.epoch.max)
            if there:
                self.epoch.value = last

    def _name(self, names: list[str]) -> None:
        """Which cells there are; one alone needs no choice."""
        if [value for _, value in self.cell.options] != names:
            with self._silently():
                self.cell.options = [(name or "cell", name) for name in names]
        self.cell.layout.display = None if len(names) > 1 else "none"

    def _silently(self) -> AbstractContextManager[None]:
        """The first picture is drawn before there is a panel, and nothing listens yet."""
        panel = getattr(self, "panel", None)
        return nullcontext() if panel is None else panel.silently()
