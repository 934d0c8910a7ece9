"""Known networks in `notebooks/search.ipynb`: those that fit into the time, beside what was found.

Notation
    left    seconds in which a network may begin to be trained; `None` for any number
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from nbnas.baselines.baseline import RATES, Baseline
from nbnas.baselines.compare import compared
from nbnas.baselines.known import gru, known, lstm
from nbnas.baselines.lineup import FOUND, Lineup
from nbnas.brief import seconds
from nbnas.records import Evaluation, Observations
from nbnas.training.networks.network import count_multiply_adds
from nbnas.training.repeated import RepeatedTrainer
from nbnas.training.trainer import Trainer
from nbnas.waiting import bar
from nbnas.widgets.search.log import log

MOST_WEIGHTS = 1_000_000  # of a known network; larger ones take long
LEAST_SHARE = 0.2  # of the seconds of the largest trial, however small a network is
ALL_KNOWN = (
    "All cells of this task are known, and the rank above says more than other networks would: "
    "-p data digits compares with these."
)
NO_TRAINER = (
    "An objective of your own says how to train its own networks only, and no known ones beside."
)


@dataclass(frozen=True, slots=True)
class KnownNetworks:
    """Known networks beside what was found.

    Attributes:
        lineup: All of them; `None` where there is nothing to compare with.
        note: What else is to be said, as a sentence; may be empty.
    """

    lineup: Lineup | None
    note: str = ""

    def __str__(self) -> str:
        """How good each is, and how large; and the note."""
        return ". ".join(str(said) for said in (self.lineup, self.note) if said)


def compare_known(
    objective: Any,  # noqa: ANN401
    found: Evaluation,
    trials: Observations,
    left: float | None = None,
) -> KnownNetworks:
    """Train known networks by the recipe of a search, as far as there is time.

    On pictures each is trained at the recipe's learning rate and at a tenth of it; on text, whose
    recipe is that of recurrent cells, at the recipe's. A network begins only if it will end in
    time, judged by how long the largest network of the search took.

    Args:
        objective: What the search was for.
        found: What it found, with the measure on the test part.
        trials: Its trials.
        left: Seconds that there are; `None` for any number.

    Returns:
        The networks that were trained, and which ones were left out.
    """
    if isinstance(objective, RepeatedTrainer):
        return KnownNetworks(None, ALL_KNOWN)
    if not isinstance(objective, Trainer):
        return KnownNetworks(None, NO_TRAINER)
    pictures = objective.data.image_shape is not None
    networks = known(objective.data, most=MOST_WEIGHTS) if pictures else (lstm, gru)
    rates = RATES if pictures else RATES[:1]
    until = None if left is None else time.monotonic() + left
    lineup, left_out = Lineup((FOUND,), (found,)), []
    for network in _followed(networks):
        needed = (len(rates) + 1) * expected_seconds(network, objective, trials)
        if until is not None and time.monotonic() + needed > until:
            left_out.append(f"{network.name} (about {seconds(needed)})")
            continue
        (*_, pair) = compared(found, objective, (network,), rates=rates)
        lineup = Lineup((*lineup.names, network.name), (*lineup.evaluations, pair.evaluations[1]))
        log(f"known networks: {lineup}")
    return KnownNetworks(lineup, _note(left_out))


def expected_seconds(network: Baseline, trainer: Trainer, trials: Observations) -> float:
    """How long a training of a known network takes, judged by the search's trials.

    Args:
        network: The network.
        trainer: The recipe.
        trials: Trials by the same recipe.

    Returns:
        Seconds: those of the largest trial, in proportion to the multiply-adds.
    """
    timed = [(e.multiply_adds, e.seconds) for e in trials.completed if e.multiply_adds]
    most, took = max(timed, default=(1, 0.0))
    shape = trainer.data.image_shape
    if shape is None:
        return max((e.seconds for e in trials.completed), default=0.0)
    count = count_multiply_adds(network.network(shape, trainer.data.classes), shape)
    return took * max(count / most, LEAST_SHARE)


def _followed(networks: Sequence[Baseline]) -> Iterator[Baseline]:
    """The networks one by one, with a bar where somebody watches."""
    shown = bar(networks, desc="known networks", unit="network")
    for network in shown:
        shown.set_postfix_str(network.name)
        yield network


def _note(left_out: Sequence[str]) -> str:
    if not left_out:
        return ""
    return f"Left out, since the budget would end before them: {', '.join(left_out)}."
