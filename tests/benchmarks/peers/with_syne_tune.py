"""Syne Tune's ASHA and BORE, and BORE at every length, with their defaults.

ASHA is told of each length as one worker's trial reaches it; its halving divides by 3.

References:
    Salinas et al., Syne Tune, AutoML 2022. Tiao et al., BORE, ICML 2021. Li et al., ASHA, MLSys
    2020.
"""

import datetime
import logging


def bore(course, seed):
    """Density ratios by boosted trees; every training goes all the way."""
    from syne_tune.optimizer.baselines import BORE
    from syne_tune.optimizer.schedulers.ask_tell_scheduler import AskTellScheduler

    searcher = BORE(_space(course), metric="gain", do_minimize=False, random_seed=seed)
    scheduler = AskTellScheduler(searcher)
    while True:
        trial = scheduler.ask()
        scheduler.tell(trial, {"gain": course.number(*_asked(course, trial.config))})


def asha(course, seed):
    """Successive halving of random search."""
    from syne_tune.optimizer.baselines import ASHA

    _halve(course, seed, ASHA)


def asha_bore(course, seed):
    """Successive halving of BORE."""
    from syne_tune.optimizer.baselines import ASHABORE

    _halve(course, seed, ASHABORE)


def _halve(course, seed, kind):
    import numpy as np
    from syne_tune.backend.trial_status import Trial

    logging.disable(logging.ERROR)
    np.random.seed(seed)  # noqa: NPY002 (it draws brackets from the global generator)
    scheduler = kind(
        _space(course),
        metric="gain",
        time_attr="epochs",
        max_t=course.full,
        grace_period=course.epochs[0],
        do_minimize=False,
        random_seed=seed,
    )
    number = 0
    while True:
        config = scheduler.suggest().config
        trial = Trial(number, config, datetime.datetime.now())
        scheduler.on_trial_add(trial)
        _trained(course, scheduler, trial)
        number += 1


def _trained(course, scheduler, trial):
    """A trial that goes on until the scheduler stops it."""
    from syne_tune.optimizer.scheduler import SchedulerDecision

    for epochs in course.epochs:
        gain = course.number(_asked(course, trial.config)[0], epochs)
        told = {"gain": gain, "epochs": epochs}
        if epochs == course.full:
            scheduler.on_trial_complete(trial, told)
        elif scheduler.on_trial_result(trial, told) == SchedulerDecision.STOP:
            return


def _space(course):
    from syne_tune.config_space import choice, uniform

    named = {f"choice {i}": choice(list(range(n))) for i, n in enumerate(course.choices)}
    return named | {f"x{i}": uniform(0.0, 1.0) for i in range(course.numbers)}


def _asked(course, config):
    """Row, length and numbers of a configuration."""
    row = [int(config[f"choice {i}"]) for i in range(len(course.choices))]
    return row, None, [float(config[f"x{i}"]) for i in range(course.numbers)]
