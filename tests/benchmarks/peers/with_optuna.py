"""Optuna's samplers, and its pruners on tables with several lengths; all with their defaults.

A row is six categorical choices, a number a float. `CmaEsSampler` knows no categories, so it
applies to no task here; `NSGAIISampler` is in `goals.py`, which is about several goals.

References:
    Akiba et al., Optuna, KDD 2019. Li et al., A system for massively parallel hyperparameter
    tuning (ASHA), MLSys 2020. Li et al., Hyperband, JMLR 18, 2018.
"""


def tpe(course, seed):
    """The tree-structured Parzen estimator."""
    _search(course, seed, "TPESampler")


def gp(course, seed):
    """A Gaussian process; it needs scipy and torch."""
    _search(course, seed, "GPSampler")


def _search(course, seed, sampler):
    import optuna

    study = _study(seed, sampler)
    while True:
        trial = study.ask()
        row = _row(course, trial)
        numbers = [trial.suggest_float(f"x{i}", 0, 1) for i in range(course.numbers)]
        gain = course.gain(row, numbers=numbers)
        failed = optuna.trial.TrialState.FAIL
        study.tell(trial, gain) if gain is not None else study.tell(trial, state=failed)


def asha_random(course, seed):
    """Successive halving of random search."""
    _halve(course, seed, "RandomSampler", _asha)


def asha_tpe(course, seed):
    """Successive halving of TPE."""
    _halve(course, seed, "TPESampler", _asha)


def hyperband_random(course, seed):
    """Hyperband of random search."""
    _halve(course, seed, "RandomSampler", _hyperband)


def hyperband_tpe(course, seed):
    """Hyperband of TPE."""
    _halve(course, seed, "TPESampler", _hyperband)


def _asha(course):
    import optuna

    return optuna.pruners.SuccessiveHalvingPruner(min_resource=course.epochs[0])


def _hyperband(course):
    import optuna

    return optuna.pruners.HyperbandPruner(course.epochs[0], course.full)


def _halve(course, seed, sampler, pruner):
    study = _study(seed, sampler, pruner(course))
    while True:
        _halved(course, study)


def _halved(course, study):
    """A trial that stops at the first length at which it is pruned."""
    import optuna

    trial = study.ask()
    row = _row(course, trial)
    for epochs in course.epochs[:-1]:
        trial.report(course.number(row, epochs), epochs)
        if trial.should_prune():
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
            return
    study.tell(trial, course.number(row, course.full))


def _study(seed, sampler, pruner=None):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna.create_study(
        direction="maximize",
        sampler=getattr(optuna.samplers, sampler)(seed=seed),
        pruner=pruner,
        study_name=f"seed {seed}",  # Hyperband draws the bracket of a trial from it
    )


def _row(course, trial):
    return [
        trial.suggest_categorical(f"choice {i}", list(range(n)))
        for i, n in enumerate(course.choices)
    ]
