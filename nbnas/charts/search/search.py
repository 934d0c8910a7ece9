"""The whole of a search in one picture: course, incumbent, trust in the model, last proposal."""

import altair as alt

from nbnas.brief import cut
from nbnas.charts import theme
from nbnas.charts.graphs.architecture import architecture
from nbnas.charts.graphs.notation import notation
from nbnas.charts.search.proposal import proposal as ranking
from nbnas.charts.search.trace import trace
from nbnas.charts.surrogate.posterior import Predictions, leave_one_out
from nbnas.records import Evaluation, Observations, Proposal

_LETTERS = 90  # of the notation of the best architecture


def search(
    observations: Observations,
    predictions: Predictions | None = None,
    proposal: Proposal | None = None,
    *,
    trials: int | None = None,
) -> alt.VConcatChart | alt.HConcatChart:
    """Draw where a search stands, about 1000 pixels wide.

    Args:
        observations: The trials so far.
        predictions: Each trial predicted from all others, where there is a model.
        proposal: The last proposal, where there was one.
        trials: Number of trials to come to.

    Returns:
        The chart: above the trials and the best architecture, below (where there is a model) how
        well it predicts, and the best candidates of the last proposal.
    """
    above = [trace(observations, trials=trials, width=490, height=170), *_best(observations)]
    below: list[theme.AnyChart] = []
    if predictions is not None and len(predictions.truth):
        below.append(leave_one_out(predictions, width=230, height=180))
    if proposal is not None and proposal.candidates:
        width = 170 if below else 300
        below.append(ranking(proposal, top=9, width=width, row=20))
    first = theme.beside(*above)
    return theme.stacked(first, theme.beside(*below)) if below else first


def _best(observations: Observations) -> list[alt.LayerChart]:
    best: Evaluation | None = observations.incumbent
    if best is None or best.value is None:
        return []
    heading = f"The best: {observations.measure.text(best.value)}"
    words = cut(notation(best.architecture), _LETTERS)
    return [
        architecture(best.architecture, width=300, height=170, heading=heading, subtitle=words)
    ]
