"""Ax, by its client with its defaults: Sobol's points, then BoTorch over unordered choices.

It is told `fast`, its default way to choose a model. A choice of categories makes it optimise its
acquisition over mixed spaces, which takes seconds.

References:
    Olson et al., Ax: A platform for adaptive experimentation, AutoML 2025. Balandat et al.,
    BoTorch, NeurIPS 2020.
"""

import logging


def ax(course, seed):
    """What Ax chooses for the space."""
    from ax.api.client import Client

    logging.disable(logging.ERROR)
    client = Client(random_seed=seed)
    client.configure_experiment(parameters=_parameters(course))
    client.configure_optimization(objective="gain")
    while True:
        for number, named in client.get_next_trials(max_trials=1).items():
            row = [int(named[f"choice_{i}"]) for i in range(len(course.choices))]
            numbers = [float(named[f"x_{i}"]) for i in range(course.numbers)]
            gain = course.gain(row, numbers=numbers)
            if gain is None:
                client.mark_trial_failed(number)
            else:
                client.complete_trial(number, raw_data={"gain": gain})


def _parameters(course):
    from ax.api.configs import ChoiceParameterConfig, RangeParameterConfig

    choices = [
        ChoiceParameterConfig(f"choice_{i}", list(map(str, range(n))), "str", is_ordered=False)
        for i, n in enumerate(course.choices)
    ]
    numbers = [RangeParameterConfig(f"x_{i}", (0.0, 1.0), "float") for i in range(course.numbers)]
    return [*choices, *numbers]
