"""A search as Google Vizier has it: its problem, and its trials.

Notation
    problem    what Vizier is to search: its parameters, and one metric to maximise
    given      a value for each parameter, as Vizier's trials hold them; options by their places
"""

import datetime
from collections.abc import Mapping
from typing import Any

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.spaces.joint.categorical import Categorical
from nbnas.graphs.spaces.joint.integer import Integer
from nbnas.graphs.spaces.joint.real import Real
from nbnas.records import Observations
from nbnas.search.strategies.parameters import Parameters

GAIN = "gain"  # the metric
# Vizier trusts its upper bound where something was completed since the last active trial began,
# and explores otherwise. Here that is so for the first answer of a proposal, whatever the clock.
BEGAN = datetime.datetime(2000, 1, 1)
ENDED, LATER = BEGAN + datetime.timedelta(days=1), BEGAN + datetime.timedelta(days=2)


def problem(parameters: Parameters) -> Any:  # noqa: ANN401
    """The parameters as Vizier describes them; options are told by their places."""
    from vizier import pyvizier

    made = pyvizier.ProblemStatement()
    root = made.search_space.root
    scales = {True: pyvizier.ScaleType.LOG, False: pyvizier.ScaleType.LINEAR}
    for i, options in enumerate(parameters.graphs.choices):
        root.add_categorical_param(f"choice {i}", list(map(str, range(len(options)))))
    for name, dimension in _settings(parameters).items():
        if isinstance(dimension, Categorical):
            root.add_categorical_param(name, list(map(str, range(len(dimension.options)))))
        elif isinstance(dimension, Integer):
            scale = scales[dimension.log]
            root.add_int_param(name, dimension.low, dimension.high, scale_type=scale)
        elif isinstance(dimension, Real):
            scale = scales[dimension.log]
            root.add_float_param(name, dimension.low, dimension.high, scale_type=scale)
        else:
            root.add_float_param(name, 0.0, 1.0)
    goal = pyvizier.ObjectiveMetricGoal.MAXIMIZE
    made.metric_information.append(pyvizier.MetricInformation(GAIN, goal=goal))
    return made


def completed(parameters: Parameters, observations: Observations) -> list[Any]:
    """The evaluations so far as completed trials, in their order."""
    from vizier import pyvizier

    times = {"creation_time": BEGAN, "completion_time": ENDED}
    told = zip(observations.architectures, observations.gains.tolist(), strict=True)
    return [
        trial(
            number,
            given(parameters, architecture),
            final_measurement=pyvizier.Measurement(metrics={GAIN: gain}),
            **times,
        )
        for number, (architecture, gain) in enumerate(told)
    ]


def trial(number: int, values: Mapping[str, Any], **more: Any) -> Any:  # noqa: ANN401
    """A trial with its number from 0, and what else Vizier is to know of it."""
    from vizier import pyvizier

    return pyvizier.Trial(dict(values), id=number + 1, **more)


def given(parameters: Parameters, architecture: Architecture) -> dict[str, Any]:
    """What an architecture is, in Vizier's terms."""
    params = parameters.params(architecture)
    for name, options in _options(parameters).items():
        params[name] = str(options.index(params[name]))
    return params


def architecture_of(parameters: Parameters, answer: Mapping[str, Any]) -> Architecture:
    """The architecture of an answer.

    Raises:
        ArchitectureError: If not every row of choices is one, and this is none.
    """
    params = dict(answer)
    for name, options in _options(parameters).items():
        params[name] = options[int(params[name])]
    for name, dimension in _settings(parameters).items():
        if isinstance(dimension, Integer):
            params[name] = int(params[name])
    return parameters.architecture(params)


def _options(parameters: Parameters) -> dict[str, tuple[Any, ...]]:
    """What each choice and each categorical setting is among."""
    choices = {f"choice {i}": each for i, each in enumerate(parameters.graphs.choices)}
    own = _settings(parameters).items()
    return choices | {n: tuple(d.options) for n, d in own if isinstance(d, Categorical)}


def _settings(parameters: Parameters) -> Mapping[str, Any]:
    return {} if parameters.joint is None else dict(parameters.joint.box.items())
