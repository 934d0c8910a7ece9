"""Which values of the parameters of `notebooks/search.ipynb` go together.

Each check takes all values and gives the faults that it finds, each with what goes together.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from nbnas.errors import NbnasError, SettingError
from nbnas.graphs.space import SearchSpace
from nbnas.graphs.spaces.choice.space import ChoiceSpace
from nbnas.graphs.spaces.choices import categorical
from nbnas.notebook.data import KNOWN
from nbnas.notebook.goals.words import OF_KIND, check_aims
from nbnas.notebook.lengths import check_lengths, check_offered
from nbnas.notebook.own import is_own, own_function, own_objective, own_space
from nbnas.notebook.recipes import OPTIMIZERS, SKELETONS
from nbnas.notebook.spaces import DARTS, OF_CELLS, SPACES, USUAL, words_for
from nbnas.notebook.strategies import STRATEGIES
from nbnas.search.taken import trainer_of
from nbnas.surrogate.acquisition.entropy import MaxValueEntropy
from nbnas.surrogate.acquisition.improvement import (
    Acquisition,
    ExpectedImprovement,
    LogExpectedImprovement,
    PosteriorAcquisition,
    ProbabilityOfImprovement,
    UpperConfidenceBound,
)
from nbnas.surrogate.acquisition.knowledge_gradient import KnowledgeGradient
from nbnas.surrogate.acquisition.per_second import ImprovementPerSecond
from nbnas.training.export.folder import check_free
from nbnas.training.export.formats import check_extra
from nbnas.training.networks.network import reads_text

ACQUISITIONS: Mapping[str, Callable[[], Acquisition | PosteriorAcquisition]] = {
    "logei": LogExpectedImprovement,
    "ei": ExpectedImprovement,
    "pi": ProbabilityOfImprovement,
    "ucb": UpperConfidenceBound,
    "per-second": ImprovementPerSecond,
    "kg": KnowledgeGradient,
    "mes": MaxValueEntropy,
}
CATEGORICAL = ("reinforce", "tpe")  # strategies that need a space of choices
Values = Mapping[str, Any]


def check_combinations(values: Values) -> None:
    """Check that parameters go together.

    Args:
        values: The parameters by name, each checked by itself.

    Raises:
        SettingError: If some do not; the message says of all of them what goes together.
    """
    checks = (_objective, _known, _space, _optimizer, _model, _strategy, _data, _export)
    faults = [fault for check in (*checks, check_lengths, check_aims) for fault in check(values)]
    if faults:
        raise SettingError("; ".join(faults))


def _objective(values: Values) -> Iterator[str]:
    """An objective of one's own brings its data, measure and networks along."""
    if not values["objective"]:
        return
    faults = [*_tried("objective", lambda: own_objective(values["objective"]))]
    yield from faults
    if not faults:
        yield from check_offered(own_objective(values["objective"]), values)
    words = dict.fromkeys(("network", "skeleton", "optimizer", "measure"), "")
    usual = words | dict.fromkeys(("size", "validation", "epochs"), 0)
    given = [name for name, nothing in usual.items() if values[name] != nothing]
    given = ["data", *given] if values["data"].word != KNOWN else given
    if given:
        yield (
            f"objective: an objective of your own has its own {', '.join(given)}; leave "
            f"{'it' if len(given) == 1 else 'them'} out, or leave objective out to train on data"
        )


def _known(values: Values) -> Iterator[str]:
    """What is known of all cells is of one recipe on the CPU."""
    if values["objective"] or values["data"].word != KNOWN:
        return
    instead = f"choose other data than {KNOWN}, such as -p data digits"
    if values["device"] not in ("auto", "cpu"):
        yield (
            f"device: expected auto or cpu for {KNOWN}, whose networks are so small that they are "
            f"trained side by side on the CPU; got {values['device']!r}: {instead}"
        )
    if values["space"] not in ("", "cells"):
        yield f"space: expected cells for {KNOWN}, which knows these; for others {instead}"
    if values["network"]:
        yield f"network: expected none for {KNOWN}, which knows cells only; {instead}"
    if values["skeleton"]:
        yield f"skeleton: expected none for {KNOWN}, which knows its own only; {instead}"
    if values["optimizer"]:
        yield f"optimizer: expected none for {KNOWN}, which knows its own only; {instead}"
    if values["measure"] not in ("", "accuracy"):
        yield f"measure: expected accuracy for {KNOWN}, which knows that; {instead}"


def _space(values: Values) -> Iterator[str]:
    """Networks read what the data are."""
    data, space = values["data"], values["space"]
    if is_own(space):
        yield from _own_space(values)
    elif space and space not in words_for(data.kind) and not values["objective"]:
        yield (
            f"space: expected {', '.join(words_for(data.kind))}, or a file.py:name of your own, "
            f"for data that are {data.kind} ({data.word}); {space} reads {SPACES[space].reads}"
        )
    if values["network"]:
        yield from _tried("network", lambda: own_function(values["network"]))
    if values["skeleton"] and not values["objective"]:
        yield from _skeleton(values)


def _skeleton(values: Values) -> Iterator[str]:
    """A skeleton repeats cells for pictures."""
    space = values["space"] or USUAL[values["data"].kind]
    if values["network"]:
        yield "skeleton: expected none with a network of your own, which has its own"
    elif space in SPACES and space != DARTS and SPACES[space].kernels != OF_CELLS:
        yield f"skeleton: expected none for the space {space}; only cells and dag are repeated"
    elif space in SPACES and (space == DARTS) != (values["skeleton"] == DARTS):
        fitting = (word for word in SKELETONS if (word == DARTS) == (space == DARTS))
        yield (
            f"skeleton: expected {' or '.join(fitting)} for the space {space}; "
            f"got {values['skeleton']}"
        )


def _optimizer(values: Values) -> Iterator[str]:
    """Not every installed torch has all of them."""
    if values["optimizer"]:
        yield from _tried("optimizer", OPTIMIZERS[values["optimizer"]])


def _own_space(values: Values) -> Iterator[str]:
    written, data = values["space"], values["data"]
    faults = [*_tried("space", lambda: own_space(written))]
    yield from faults
    if faults:
        return
    made, evaluated = own_space(written), values["network"] or values["objective"]
    if made.size is not None and values["trials"] >= made.size:
        yield (
            f"trials: expected fewer than the {made.size:,} architectures of {written}; got "
            f"{values['trials']}"
        )
    if isinstance(made, ChoiceSpace) and not evaluated:
        yield (
            f"network: expected a file.py:name that builds networks of the choices of {written}, "
            "as build(architecture, data), or an objective of your own; got neither"
        )
    elif not evaluated and reads_text(made.sample(0, 1)[0]) != (data.kind == "text"):
        reads = "pictures" if data.kind == "text" else "text"
        yield f"space: {written} has networks that read {reads}, but {data.word} is {data.kind}"


def _model(values: Values) -> Iterator[str]:
    """A kernel suits the space, and the strategy has one."""
    strategy, kernel = values["strategy"], values["kernel"]
    space = values["space"] or USUAL[values["data"].kind]
    for name in ("kernel", "acquisition"):
        if strategy != "bayes" and values[name]:
            yield f"{name}: expected none with strategy {strategy}; only bayes can have another"
    offer = SPACES.get(space)
    if kernel and offer is None:
        yield f"kernel: expected none with a space of your own, which has the usual one; {space}"
    elif offer is not None and strategy == "bayes" and kernel not in ("", *offer.kernels):
        allowed = ", ".join(offer.kernels)
        yield f"kernel: expected {allowed} for the space {space}; got {kernel}"


def _strategy(values: Values) -> Iterator[str]:
    strategy, space = values["strategy"], values["space"] or USUAL[values["data"].kind]
    yield from _tried("strategy", lambda: STRATEGIES[strategy](2, False))
    if strategy not in CATEGORICAL:
        return
    try:
        made = own_space(space) if is_own(space) else SPACES[space].make(None, 10)
    except SettingError:
        return  # is said of the space
    if not _of_choices(made):
        others = ", ".join(word for word in STRATEGIES if word not in CATEGORICAL)
        yield (
            f"strategy: expected one of {others} for the space {space}; {strategy} needs a space "
            "of choices: cells, dag, chain, darts or a ChoiceSpace"
        )


def _of_choices(space: SearchSpace) -> bool:
    try:
        return categorical(space) is not None
    except SettingError:
        return False


def _data(values: Values) -> Iterator[str]:
    """Measures and sizes are those of the kind of data."""
    data, measure = values["data"], values["measure"]
    allowed = OF_KIND[data.kind]
    if measure and measure not in allowed and not values["objective"]:
        yield (
            f"measure: expected {', '.join(allowed)} for data that are {data.kind} ({data.word}); "
            f"got {measure}"
        )
    if values["size"] and not data.folder and not values["objective"]:
        yield (
            f"size: expected 0, since only the pictures of a folder can be made any size; "
            f"{data.word} has its own"
        )
    if values["validation"] and not data.folder and not values["objective"]:
        yield (
            f"validation: expected 0, since only a folder of pictures is split by a share of your "
            f"own; {data.word} has its own parts"
        )


def _export(values: Values) -> Iterator[str]:
    """What is exported is a network that a trainer makes, into a free folder."""
    if not values["export"]:
        return
    yield from _tried("export", check_extra)
    yield from _tried("export", lambda: check_free(Path(values["export"])))
    if not values["objective"]:
        return
    try:
        objective = own_objective(values["objective"])
    except SettingError:
        return  # is said of the objective
    yield from _tried("export", lambda: trainer_of(objective))


def _tried(name: str, make: Callable[[], object]) -> Iterator[str]:
    """What is wrong with a parameter, if making something of it fails."""
    try:
        make()
    except NbnasError as error:
        yield f"{name}: {error}"
