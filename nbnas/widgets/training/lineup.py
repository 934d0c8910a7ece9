"""Views of a known network, and of what was found beside known networks."""

from nbnas import charts
from nbnas.baselines.baseline import Baseline
from nbnas.baselines.lineup import FOUND, Lineup
from nbnas.charts.theme import count
from nbnas.widgets.view import View


def lineup(lineup: Lineup) -> View:
    """How good each network is and how large; whether what was found is the best."""
    said = f"{lineup}."
    others = [e for name, e in lineup if name != FOUND]
    best = [e for name, e in lineup if name == FOUND and lineup.score(e) is not None]
    if best and others:
        said += f" {_beaten(lineup)}"
    failed = [f"{name} failed: {e.error}" for name, e in lineup if e.error]
    return View(" ".join([said, *failed])[:900], charts.lineup(lineup))


def _beaten(lineup: Lineup) -> str:
    """How many known networks what was found is better than, and how many of these are larger."""
    gain = lineup.measure.gain
    (found,) = [e for name, e in lineup.ranked if name == FOUND][:1]
    own, known = gain(lineup.score(found) or 0.0), [e for n, e in lineup.ranked if n != FOUND]
    worse = [e for e in known if gain(lineup.score(e) or 0.0) < own]
    larger = [e for e in worse if (e.parameters or 0) > (found.parameters or 0)]
    if not worse:
        return "None of the known networks is worse."
    more = f", {len(larger)} of them with more parameters" if found.parameters else ""
    return f"It is better than {len(worse)} of {count(len(known), 'known network')}{more}."


def baseline(baseline: Baseline) -> View:
    """The layers of a known network."""
    layers = count(len(baseline.architecture.nodes) - 2, "layer")
    chart = charts.architecture(baseline.architecture, heading=baseline.name)
    return View(f"{baseline.name}, a known network of {layers} to compare with.", chart)
