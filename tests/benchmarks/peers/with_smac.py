"""SMAC's façades, asked for one trial after the other.

`full` is the one that SMAC recommends for hyperparameters (a random forest), with the ten first
ones of all of nbnas's strategies in place of its default of up to a quarter of all trials;
`fidelities` the one for several lengths, where halving divides by a whole number.

References:
    Lindauer et al., SMAC3, JMLR 23, 2022.
"""

import logging
import math

TRIALS = 20_000  # that it may ask for, many of them once more


def full(course, seed):
    """A random forest over choices and numbers."""
    from smac import HyperparameterOptimizationFacade as Facade

    scenario = _scenario(course, seed)
    start = Facade.get_initial_design(scenario, n_configs=course.initial)
    _search(course, _facade(Facade, scenario, initial_design=start))


def fidelities(course, seed):
    """A random forest and Hyperband."""
    from smac import MultiFidelityFacade as Facade

    lengths = {"min_budget": course.epochs[0], "max_budget": course.full}
    scenario = _scenario(course, seed, **lengths)
    eta = math.floor(course.ratio + 1e-9)  # a whole number; above, it would not look at all
    intensifier = Facade.get_intensifier(scenario, eta=eta)
    _search(course, _facade(Facade, scenario, intensifier=intensifier))


def configurations(course, seed):
    """What there is to choose as ConfigSpace has it."""
    from ConfigSpace import Categorical, ConfigurationSpace, Float

    space = ConfigurationSpace(seed=seed)
    for i, options in enumerate(course.choices):
        space.add(Categorical(f"choice {i}", list(range(options))))
    for i in range(course.numbers):
        space.add(Float(f"x{i}", (0.0, 1.0)))
    return space


def row_of(course, configuration):
    """The row of choices of a configuration."""
    return [int(configuration[f"choice {i}"]) for i in range(len(course.choices))]


def numbers_of(course, configuration):
    """Its numbers."""
    return [float(configuration[f"x{i}"]) for i in range(course.numbers)]


def _scenario(course, seed, **more):
    from smac import Scenario

    return Scenario(
        configurations(course, seed),
        deterministic=True,
        n_trials=TRIALS,
        seed=seed,
        output_directory=course.folder / "smac",
        **more,
    )


def _facade(kind, scenario, **more):
    return kind(
        scenario,
        lambda configuration, seed=0, budget=None: 0.0,  # it is asked and told instead
        logging_level=logging.ERROR,
        overwrite=True,
        **more,
    )


def _search(course, facade):
    from smac.runhistory.dataclasses import TrialValue

    while True:
        trial = facade.ask()
        epochs = None if trial.budget is None else course.nearest(trial.budget)
        row, numbers = row_of(course, trial.config), numbers_of(course, trial.config)
        gain = course.number(row, epochs, numbers)
        facade.tell(trial, TrialValue(cost=-gain))
