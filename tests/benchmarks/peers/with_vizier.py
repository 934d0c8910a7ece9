"""Google Vizier's default algorithm, GP-UCB-PE, in process and in float64 as in its service.

Its first trial is the centre of the space. It compiles its programs for every suggestion anew,
and jax keeps them until the process has no memory maps left, before 100; so it is told to
forget them now and then. They are kept in the task's folder, too, and the number of trials is
padded to a power of two, so that most of them are there already; jax before 0.6 may crash where
it reads one, and then the command is to be given again.

References:
    Song et al., The Vizier Gaussian Process Bandit Algorithm, arXiv:2408.11527.
"""

import os


def ucb_pe(course, seed):
    """One designer that is told of every trial."""
    os.environ.setdefault("JAX_ENABLE_X64", "1")
    os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(course.folder / "jax"))
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")  # there are hundreds
    import jax
    from vizier import algorithms
    from vizier import pyvizier as vz
    from vizier._src.algorithms.designers.gp_ucb_pe import VizierGPUCBPEBandit
    from vizier.pyvizier.converters.padding import PaddingSchedule, PaddingType

    designer = VizierGPUCBPEBandit(
        _problem(course),
        padding_schedule=PaddingSchedule(num_trials=PaddingType.POWERS_OF_2),
        rng=jax.random.PRNGKey(seed),
    )
    number = 0
    while not course.over:  # it asks for many known ones before the next one that would end it
        (suggestion,) = designer.suggest(1)
        number += 1
        trial = suggestion.to_trial(number)
        named = trial.parameters.as_dict()
        row = [int(named[f"choice {i}"]) for i in range(len(course.choices))]
        numbers = [float(named[f"x{i}"]) for i in range(course.numbers)]
        gain = course.gain(row, numbers=numbers)
        if gain is None:
            trial.complete(vz.Measurement(), infeasibility_reason="no such architecture")
        else:
            trial.complete(vz.Measurement(metrics={"gain": gain}))
        if number % 10 == 0:
            jax.clear_caches()
        designer.update(algorithms.CompletedTrials([trial]), algorithms.ActiveTrials([]))


def _problem(course):
    from vizier import pyvizier as vz

    problem = vz.ProblemStatement()
    root = problem.search_space.root
    for i, options in enumerate(course.choices):
        root.add_categorical_param(f"choice {i}", list(map(str, range(options))))
    for i in range(course.numbers):
        root.add_float_param(f"x{i}", 0.0, 1.0)
    goal = vz.ObjectiveMetricGoal.MAXIMIZE
    problem.metric_information.append(vz.MetricInformation("gain", goal=goal))
    return problem
